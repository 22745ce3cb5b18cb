#!/usr/bin/env python3
"""slowhttptest (Debian's) against a node: slow headers, slow bodies and slow reads, one after the other.

    python3 tests/bench/slow_http.py WAMPGATED [--connections 500] [--seconds 100]

Meanwhile a client fetches a page ten times a second. Exit code 1 if one of its requests fails or takes longer than
--patience seconds, or if the deadlines of the node have not cut off all slow connections when the attack is over.
Needs `apt install slowhttptest`.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ATTACKS = {
    "slow headers": ["-H", "-i", "3", "-x", "24"],
    "slow bodies": ["-B", "-i", "3", "-s", "8192", "-x", "10"],
    "slow reads": ["-X", "-n", "5", "-z", "32", "-w", "512", "-y", "1024", "-k", "1"],
}


def start(wampgated, folder):
    (folder / "web").mkdir()
    (folder / "web" / "index.html").write_text("<h1>here</h1>")
    (folder / "web" / "large.bin").write_bytes(os.urandom(8 << 20))
    document = {"version": 2, "workers": [{"type": "proxy", "id": "edge", "transports": [
        {"type": "web", "id": "web", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0, "backlog": 1024},
         "paths": {"/": {"type": "static", "directory": "web"}}}]}]}
    (folder / "config.json").write_text(json.dumps(document))
    node = subprocess.Popen([wampgated, "run", "--config", folder / "config.json", "--log-format", "json"],
                            stderr=subprocess.PIPE, text=True)
    port, serves = None, False
    for line in node.stderr:
        entry = json.loads(line)
        if entry.get("msg") == "listening":
            port = int(re.search(r":(\d+)$", entry["address"]).group(1))
        serves |= entry.get("msg") == "the node serves"
        if port and serves:
            break
    os.set_blocking(node.stderr.fileno(), False)
    return node, port


def established(port):
    """Connections that the node still holds, those of the page's reader not counted."""
    wanted = f":{port:04X}"
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(1 for line in lines if line.split()[1].endswith(wanted) and line.split()[3] in ("01", "04", "05", "08"))


def fetch(port):
    begun = time.monotonic()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/", headers={"Connection": "close"})
    answer = client.getresponse()
    ok = answer.status == 200 and answer.read() == b"<h1>here</h1>"
    client.close()
    return ok, time.monotonic() - begun


def attack(name, port, args):
    target = f"http://127.0.0.1:{port}/" + ("large.bin" if name == "slow reads" else "")
    command = ["slowhttptest", *ATTACKS[name], "-c", str(args.connections), "-r", "200", "-l", str(args.seconds), "-p", "10",
               "-v", "0", "-u", target]
    attacker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun, most, left, took, failed, cut_after = time.monotonic(), 0, 0, [], 0, None
    while attacker.poll() is None and time.monotonic() - begun < args.seconds:
        try:
            ok, seconds = fetch(port)
        except OSError:
            ok, seconds = False, 10.0
        took.append(seconds)
        failed += not ok
        left = established(port)
        most = max(most, left)
        if cut_after is None and most > args.connections / 2 and left == 0:
            cut_after = time.monotonic() - begun
        time.sleep(0.1)
    if attacker.poll() is None:
        attacker.terminate()
    elif cut_after is None:
        cut_after = time.monotonic() - begun  # it ends by itself when it has lost all its connections
    attacker.wait()
    deadline = time.monotonic() + 5  # for those that were just being closed
    while left and cut_after and time.monotonic() < deadline:
        time.sleep(0.1)
        left = established(port)
    took.sort()
    print(f"{name:12}  {most:4} connections at most, {left} left"
          + (f", all cut off after {cut_after:.0f} s" if cut_after else "")
          + f"; {len(took)} pages, {failed} failed, median {took[len(took) // 2] * 1000:.1f} ms, "
          f"longest {took[-1] * 1000:.0f} ms", flush=True)
    return failed == 0 and took[-1] <= args.patience and left == 0 and most > args.connections / 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wampgated")
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=100)
    parser.add_argument("--patience", type=float, default=1.0)
    args = parser.parse_args()
    if not shutil.which("slowhttptest"):
        sys.exit("slowhttptest is not installed: apt install slowhttptest")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wampgate-slow-"))
    node, port = start(args.wampgated, folder)
    try:
        results = [attack(name, port, args) for name in ATTACKS]
    finally:
        node.terminate()
        node.wait()
        shutil.rmtree(folder)
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
