#!/usr/bin/env python3
"""Runs the cases against an echoing WebSocket server, strictly: a case passes or fails, there is nothing between.

run.py HOST PORT [--path PATH] [--only PREFIX] [--known FILE] [--tunnel] [--list]

--known FILE names cases in which this peer is known to differ, one per line with the sentence of the RFC that decides;
they must fail: one that passes is reported, too.
"""
import argparse
import sys

import closing, compression, framing, limits, segments, text  # noqa: F401, E401: each registers its cases
import frames
from cases import Dialogue, Verdicts, chosen, known_differences


def run_one(case, host, port, path):
    early = case.options.get("early", lambda masked: b"")(True)
    made = []

    def connect():
        made.append(frames.connect(host, port, path, case.options.get("offer"), early=early, chop=case.options.get("chop")))
        return made[-1]

    try:
        case.run(Dialogue(connect(), lambda: Dialogue(connect())))
    finally:
        for connection in made:
            connection.drop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--path", default="/")
    parser.add_argument("--only", default="", help="cases whose number begins with this")
    parser.add_argument("--first", action="store_true", help="stop at the first failure, and wait less long")
    parser.add_argument("--known")
    parser.add_argument("--tunnel", action="store_true", help="a proxy is in between, which is what is tested")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    verdicts = Verdicts(known_differences(args.known) if args.known else {}, 3.0 if args.first else 20.0)
    for case in chosen("server", args.only):
        if args.list:
            print(case)
            continue
        if args.tunnel and not case.options.get("tunnel", True):
            continue
        passed = verdicts.judge(case, lambda: run_one(case, args.host, args.port, args.path))
        if args.first and not passed:
            break
    return 0 if args.list else verdicts.code()


if __name__ == "__main__":
    sys.exit(main())
