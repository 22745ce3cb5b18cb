#!/usr/bin/env python3
"""New connections at a rate while a node's processes are replaced: how many are refused, reset or slow.

    python3 tests/bench/handover.py build/dev/server/wampgated build/dev/admin-cli/wampgatectl \
        [--rate 500] [--rounds 5] [--quiet 2]

Each round: `worker scale` 4 -> 1 -> 4, then `upgrade` to a copy of the daemon with another build id and back. Connections
come at the rate from the first round to the last, each with one HTTP request. Run by hand: it takes a minute or more and
says what it measured; exit code 1 if a connection failed.
"""
import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time

REQUEST = b"GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
NODE = {"version": 2, "workers": [{
    "id": "edge", "type": "proxy", "options": {"processes": 4},
    "backends": [{"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": "none.sock"},
                                "url": "rs://localhost", "serializer": "json"}}],
    "transports": [{"id": "web", "type": "web",
                    "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
                    "paths": {"value": {"type": "json", "value": 41}}}]}]}


class Arrivals:
    def __init__(self, port, rate):
        self.port, self.rate = port, rate
        self.served, self.failures, self.times, self.stopped = 0, [], [], False

    async def one(self):
        begun = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(REQUEST)
            head = await asyncio.wait_for(reader.read(), 15)
            writer.close()
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError("answered %r" % head[:40])
            self.served += 1
            self.times.append(time.monotonic() - begun)
        except (OSError, asyncio.TimeoutError) as error:
            self.failures.append("%.3f s: %r" % (time.monotonic() - begun, error))

    async def run(self):
        pending, begun, sent = set(), time.monotonic(), 0
        while not self.stopped:
            due = int((time.monotonic() - begun) * self.rate)
            for _ in range(sent, due):
                task = asyncio.ensure_future(self.one())
                pending.add(task)
                task.add_done_callback(pending.discard)
            sent = max(sent, due)
            await asyncio.sleep(0.002)
        await asyncio.gather(*list(pending))
        self.lasted = time.monotonic() - begun


def other_build(daemon, directory, build_id):
    content = bytearray(open(daemon, "rb").read())
    octets = bytes.fromhex(build_id.rsplit("-", 1)[1])
    content[content.index(octets)] ^= 1
    path = os.path.join(directory, "wampgated-next")
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o755)
    return path


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wampgated")
    parser.add_argument("wampgatectl")
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quiet", type=float, default=2.0, help="seconds between two steps")
    options = parser.parse_args()
    daemon = os.path.abspath(options.wampgated)
    with tempfile.TemporaryDirectory() as directory:
        with open(directory + "/config.json", "w") as file:
            json.dump(NODE, file)
        log = open(directory + "/log", "w")
        node = subprocess.Popen([daemon, "run", "--node-dir", directory], stdout=log, stderr=log)

        async def ctl(*arguments):
            process = await asyncio.create_subprocess_exec(
                options.wampgatectl, "--socket", directory + "/wampgate.sock", *arguments,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
            out, err = await process.communicate()
            if process.returncode != 0:
                raise RuntimeError("%s: %s" % (" ".join(arguments), err.decode()))
            return out.decode()

        async def ask(*arguments):
            return json.loads(await ctl(*arguments, "-o", "json"))

        try:
            for _ in range(200):
                try:
                    status = await ask("status")
                    break
                except RuntimeError:
                    await asyncio.sleep(0.1)
            address = list((await ask("worker", "get", "edge"))["addresses"].values())[0]
            arrivals = Arrivals(int(address.rsplit(":", 1)[1]), options.rate)
            load = asyncio.ensure_future(arrivals.run())
            next_binary = other_build(daemon, directory, status["node"]["buildId"])
            steps = {}
            for _ in range(options.rounds):
                for step in (("worker", "scale", "edge", "1"), ("worker", "scale", "edge", "4"),
                             ("upgrade", next_binary, "--wait"), ("upgrade", daemon, "--wait")):
                    await asyncio.sleep(options.quiet)
                    begun = time.monotonic()
                    await ctl(*step)
                    steps.setdefault(" ".join(step[:2]).replace(directory + "/", ""), []).append(time.monotonic() - begun)
            await asyncio.sleep(options.quiet)
            arrivals.stopped = True
            await load
        finally:
            node.terminate()
            node.wait(60)
    times = sorted(arrivals.times)
    print("%d connections in %.1f s (%.0f/s): %d failed" % (arrivals.served + len(arrivals.failures), arrivals.lasted,
                                                          arrivals.served / arrivals.lasted, len(arrivals.failures)))
    print("served within: median %.1f ms, p99 %.1f ms, longest %.0f ms" % (
        1000 * times[len(times) // 2], 1000 * times[len(times) * 99 // 100], 1000 * times[-1]))
    for step, lasted in steps.items():
        print("%s: %d times, %.1f to %.1f s" % (step, len(lasted), min(lasted), max(lasted)))
    for failure in arrivals.failures[:20]:
        print("failed after", failure)
    return 1 if arrivals.failures else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
