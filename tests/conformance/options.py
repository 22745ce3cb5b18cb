#!/usr/bin/env python3
"""options.py WAMPGATED [--only NAME]: the exact effect of every WebSocket option on the wire, one real transport for each value.

A node with a transport for each case; then the ends of every range, by what `wampgated check` says of the values beside them.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

import frame_options, handshake_options  # noqa: F401, E401: each registers its cases
from driver_node import Node, loopback
from option_cases import ALL, Client

MILLISECONDS = ([0, 1000, 2147483647], [-1, 1, 999, 2147483648])
OCTETS = ([0, 1, 67108864], [-1, 67108865])
BITS = ([8, 15], [7, 16])
RANGES = {  # option: what is taken, what is not
    "external_port": ([1, 65535], [0, 65536]),
    "open_handshake_timeout": MILLISECONDS,
    "close_handshake_timeout": MILLISECONDS,
    "auto_ping_interval": MILLISECONDS,
    "auto_ping_timeout": MILLISECONDS,
    "auto_ping_size": ([12, 125], [0, 11, 126]),
    "max_frame_size": OCTETS,
    "max_message_size": OCTETS,
    "auto_fragment_size": OCTETS,
    "compression.deflate.request_max_window_bits": ([0, 8, 15], [7, 16]),
    "compression.deflate.max_window_bits": BITS,
    "compression.deflate.memory_level": ([1, 9], [0, 10]),
}


def nested(name, value):
    for key in reversed(name.split(".")):
        value = {key: value}
    return value


def check(wampgated, values):
    """The paths of the keys that are refused, one transport for each (option, value)."""
    transports = [{"type": "websocket.testee", "id": f"case{number}", "endpoint": loopback(), "options": nested(name, value)}
                  for number, (name, value) in enumerate(values)]
    with tempfile.TemporaryDirectory(prefix="wampgate-") as directory:
        path = pathlib.Path(directory, "config.json")
        path.write_text(json.dumps({"version": 2, "workers": [{"type": "proxy", "id": "edge", "transports": transports}]}))
        found = subprocess.run([wampgated, "check", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True)
    return found.stdout


def check_ranges(wampgated, only):
    failures = 0
    for wanted, index in (("taken", 0), ("refused", 1)):
        values = [(name, value) for name, ends in RANGES.items() if name.startswith(only) for value in ends[index]]
        output = check(wampgated, values)
        if "Checking local node configuration file" not in output:
            raise RuntimeError(output)
        for number, (name, value) in enumerate(values):
            complained = f"transports[{number}].options.{name}:" in output
            if complained != (wanted == "refused"):
                failures += 1
                print(f"FAILED {name} = {value}: expected to be {wanted}\n{output if failures == 1 else ''}")
    return failures


def run_case(case, port):
    client = Client(port)
    try:
        case.run(client)
    finally:
        client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wampgated")
    parser.add_argument("--only", default="", help="options whose name begins with this")
    args = parser.parse_args()
    chosen = [case for case in ALL if case.option.startswith(args.only)]
    for number, case in enumerate(chosen):
        case.id = f"case{number}"
    transports = [{"type": case.transport, "id": case.id, "endpoint": loopback(), "options": case.options} for case in chosen]
    failures = check_ranges(args.wampgated, args.only)
    with Node(args.wampgated, transports) as node, concurrent.futures.ThreadPoolExecutor(12) as pool:
        running = {pool.submit(run_case, case, node.ports[case.id]): case for case in chosen}
        for future in concurrent.futures.as_completed(running):
            if error := future.exception():
                failures += 1
                print(f"FAILED {running[future]}\n       {type(error).__name__}: {error}")
    print(f"{len(chosen)} values of {len({case.option for case in chosen})} options, {len(RANGES)} ranges, {failures} failed")
    return 1 if failures or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
