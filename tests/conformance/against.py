#!/usr/bin/env python3
"""against.py [--known FILE] [--first] [--tunnel PATH] COMMAND...: starts a server that prints its port, runs all cases against
it, ends it. --tunnel: through a node's websocket-reverseproxy at PATH (tunnel.py); needs WAMPGATED and WAMPGATECTL."""
import contextlib
import pathlib
import subprocess
import sys


def options(words):
    """(what run.py gets, path or None, the command)."""
    passed_on, path = [], None
    while words[0].startswith("--"):
        if words[0] == "--tunnel":
            path, words = words[1], words[2:]
            continue
        size = 2 if words[0] == "--known" else 1
        passed_on, words = passed_on + words[:size], words[size:]
    return passed_on, path, words


def main():
    arguments, path, command = options(sys.argv[1:])
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        port = server.stdout.readline().strip()
        if not port:
            sys.exit(f"{command[0]} printed no port")
        with contextlib.ExitStack() as between:
            if path:
                from tunnel import tunnel_to
                port, arguments = str(between.enter_context(tunnel_to(int(port)))), [*arguments, "--tunnel", "--path", path]
            cases = pathlib.Path(__file__).parent / "run.py"
            result = subprocess.run([sys.executable, cases, "127.0.0.1", port, *arguments]).returncode
        server.stdin.close()
        try:
            ended = server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            sys.exit(f"{command[0]} did not end")
    sys.exit(result or ended)


main()
