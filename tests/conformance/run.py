#!/usr/bin/env python3
"""Runs the cases against an echoing WebSocket server, strictly: a case passes or fails, there is nothing between.

run.py HOST PORT [--path PATH] [--only PREFIX] [--known FILE] [--list]

--known FILE names cases in which this peer is known to differ, one per line with the sentence of the RFC that decides;
they must fail: one that passes is reported, too.
"""
import argparse
import sys
import time

import closing, compression, framing, limits, text  # noqa: F401, E401: each registers its cases
import frames
from cases import ALL, Dialogue, Failed


def key(number):
    return [int(part) for part in number.split(".")]


def known_differences(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            number, reason = line.strip().split(None, 1)
            found[number] = reason
    return found


def run_one(case, host, port, path):
    connection = frames.connect(host, port, path, extensions=case.options.get("offer"))
    try:
        case.run(Dialogue(connection))
    finally:
        connection.drop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--path", default="/")
    parser.add_argument("--only", default="", help="cases whose number begins with this")
    parser.add_argument("--known")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    known = known_differences(args.known) if args.known else {}
    failures = surprises = 0
    chosen = [ALL[number] for number in sorted(ALL, key=key) if number.startswith(args.only)]
    started = time.monotonic()
    for case in chosen:
        if args.list:
            print(case)
            continue
        try:
            run_one(case, args.host, args.port, args.path)
        except (Failed, AssertionError, frames.Ended, frames.Silent, OSError) as failure:
            if case.number in known:
                continue
            failures += 1
            print(f"FAILED {case}\n       {failure}")
        else:
            if case.number in known:
                surprises += 1
                print(f"PASSED though known to differ: {case}")
    print(f"{len(chosen)} cases, {failures} failed, {len(known)} known to differ, {surprises} of them passed, "
          f"{time.monotonic() - started:.1f} s")
    return 1 if failures or surprises or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
