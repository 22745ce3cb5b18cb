#!/usr/bin/env python3
"""Runs the cases against an echoing WebSocket client, which connects to us, strictly.

run_client.py [--known FILE] [--only PREFIX] [--foreign] [--tunnel] COMMAND...

COMMAND reads "open PORT KEY=VALUE..." and "close CODE REASON" from its standard input and says "opened SUBPROTOCOL",
"failed WHY" and "ended HOW" (echo_client.cpp). --foreign: it knows no key but `deflate` and `subprotocol`, and how it words
what is wrong is its own affair. --tunnel: a node's websocket-reverseproxy is between us and it, and is what is tested: it
connects to us, and the client, ours, to it (tunnel.py); needs WAMPGATED and WAMPGATECTL.
"""
import argparse
import contextlib
import queue
import socket
import subprocess
import sys
import threading

import answers, client_closing, closing, compression, framing, limits, segments, text  # noqa: F401, E401: register cases
import frames
from cases import Dialogue, Failed, Verdicts, chosen, known_differences


class Client:
    """The program under test, and where it connects to."""

    def __init__(self, command):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        self.through = None  # the port of a node in between
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put("ended: the program has ended")

    def tell(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")

    def says(self):
        try:
            return self.lines.get(timeout=frames.PATIENCE)
        except queue.Empty:
            raise Failed("the client said nothing in time") from None

    def open(self, keys=""):
        while not self.lines.empty():
            self.lines.get()
        words = keys.split()
        if self.through is None:
            return self.tell("open", str(self.port), *words)
        target = "target=/deflate" if "deflate=" in words else "target=/plain"
        self.tell("open", str(self.through), target, *(word for word in words if word.startswith("subprotocol")))

    def stop(self):
        self.process.stdin.close()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return 1


def run_one(case, client, foreign):
    """Opens a connection for the case; answers.py has cases that take it from there themselves."""
    options, made = case.options, []

    def connect():
        keys = options.get("open", "deflate=" if options.get("offer") else "")
        client.open(keys if foreign or "fail_by_drop" in keys else keys + " fail_by_drop=0")
        extension = options.get("answer", "permessage-deflate" if options.get("offer") else "")
        made.append(frames.accept(client.listener, lambda offered: extension, chop=options.get("chop"),
                                  early=options.get("early", lambda masked: b"")(False)))
        return made[-1]

    try:
        if options.get("raw"):
            return case.run(client)
        dialogue = Dialogue(connect(), lambda: Dialogue(connect()))
        dialogue.client = client
        case.run(dialogue)
    finally:
        for connection in made:
            connection.drop()


def is_foreign_to(case):
    """Whether the case needs a client that can be told more than the simplest."""
    return {word.split("=")[0] for word in case.options.get("open", "").split()} - {"deflate", "subprotocol"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", action="store_true", help="stop at the first failure, and wait less long")
    parser.add_argument("--known")
    parser.add_argument("--only", default="")
    parser.add_argument("--foreign", action="store_true")
    parser.add_argument("--tunnel", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    client = Client(args.command)
    client.foreign = args.foreign or args.tunnel
    verdicts = Verdicts(known_differences(args.known) if args.known else {}, 3.0 if args.first else 20.0)
    with contextlib.ExitStack() as between:
        if args.tunnel:
            from tunnel import tunnel_to
            client.through = between.enter_context(tunnel_to(client.port))
        for case in chosen("client", args.only):
            if client.foreign and is_foreign_to(case) or args.foreign and case.options.get("ours"):
                continue
            if args.tunnel and not case.options.get("tunnel", True):
                continue
            passed = verdicts.judge(case, lambda: run_one(case, client, client.foreign))
            if args.first and not passed:
                break
    return client.stop() or verdicts.code()


if __name__ == "__main__":
    sys.exit(main())
