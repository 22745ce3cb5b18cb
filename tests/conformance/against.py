#!/usr/bin/env python3
"""against.py [--known FILE] [--first] COMMAND...: starts a server that prints its port, runs all cases against it, ends it."""
import pathlib
import subprocess
import sys

arguments, command = [], sys.argv[1:]
while command[0].startswith("--"):
    size = 2 if command[0] == "--known" else 1
    arguments, command = arguments + command[:size], command[size:]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
    port = server.stdout.readline().strip()
    if not port:
        sys.exit(f"{command[0]} printed no port")
    cases = pathlib.Path(__file__).parent / "run.py"
    result = subprocess.run([sys.executable, cases, "127.0.0.1", port, *arguments]).returncode
    server.stdin.close()
    try:
        ended = server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        sys.exit(f"{command[0]} did not end")
sys.exit(result or ended)
