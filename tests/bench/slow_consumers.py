#!/usr/bin/env python3
"""Subscribers that stop reading among others that read: they are closed as slow consumers, memory stays bounded, nobody else
loses an event.

    python3 tests/bench/slow_consumers.py WAMPGATED WAMPGATECTL [--stalled 200] [--reading 20] [--seconds 60]

Events of 2 KB are published through the proxy worker "edge", 200 kB a second. Exit code 1 if one of those who read misses
an event, one of the others is left open, or the memory of "edge" exceeds --budget KiB for each that stopped.
"""
import argparse
import asyncio
import json
import os
import pathlib
import socket
import sys
import time

import churn

SUBSCRIBE = b'[32,1,{},"com.example.ticks"]'
EVENT_SIZE = 2000


class Subscriber:
    """Counts the events that come, as long as it reads."""

    def __init__(self, port):
        self.port, self.next, self.failure = port, 0, None

    async def start(self, receive_buffer=None):
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        # A small limit: what the client reads ahead would only be another buffer.
        self.reader, self.writer = await asyncio.open_connection(sock=connection, limit=4096)
        self.writer.write(churn.UPGRADE)
        await self.reader.readuntil(b"\r\n\r\n")
        await self.ask(churn.HELLO, b"[2,")
        return self

    async def ask(self, message, answer):
        self.writer.write(churn.web_frame(message))
        got = await churn.Clients._message(self.reader, True)
        assert got.startswith(answer), got

    async def read(self):
        try:
            while True:
                event = json.loads(await churn.Clients._message(self.reader, True))
                if event[4][0] != self.next:
                    self.failure = f"event {event[4][0]} where {self.next} was due"
                    return
                self.next += 1
        except (OSError, asyncio.IncompleteReadError) as error:
            self.failure = repr(error)


def sessions(node, *what):
    """How many `wampgatectl session` names."""
    said = node.ctl("session", *what, "--most", "10000", "-o", "name")
    assert said.returncode == 0, said.stderr
    return len(said.stdout.split())


async def publish(publisher, seconds, rate):
    """[16, request, {}, topic, [number, filler]]; how many."""
    begun, sent = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        while sent < int(now * rate):
            text = f'[16,{sent + 1},{{}},"com.example.ticks",[{sent},"{"x" * EVENT_SIZE}"]]'.encode()
            publisher.writer.write(b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text)
            sent += 1
        await publisher.writer.drain()
        await asyncio.sleep(0.005)
    return sent


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wampgated", type=os.path.abspath)
    parser.add_argument("wampgatectl", type=os.path.abspath)
    parser.add_argument("--stalled", type=int, default=200)
    parser.add_argument("--reading", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--budget", type=int, default=700, help="KiB of memory for each that stopped (700)")
    options = parser.parse_args()
    os.environ.update(WAMPGATED=options.wampgated, WAMPGATECTL=options.wampgatectl)
    root = pathlib.Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root / "admin-cli"), str(root / "deploy")]
    from node import ManagedNode, document

    with ManagedNode(document()) as node:
        edge = next(pid for pid, title in churn.processes_of(node).items() if "edge" in title)
        port = node.port()
        reading = [await Subscriber(port).start() for _ in range(options.reading)]
        stalled = [await Subscriber(port).start(receive_buffer=4096) for _ in range(options.stalled)]
        for subscriber in reading + stalled:
            await subscriber.ask(SUBSCRIBE, b"[33,")
        publisher = await Subscriber(port).start()
        for subscriber in stalled:
            subscriber.writer.transport.pause_reading()
        readers = [asyncio.ensure_future(subscriber.read()) for subscriber in reading]
        before, peak, done = churn.memory(edge), 0, False

        async def watch():
            nonlocal peak
            while not done:
                peak = max(peak, churn.memory(edge))
                await asyncio.sleep(0.1)
        watching = asyncio.ensure_future(watch())
        published = await publish(publisher, options.seconds, 200_000 / EVENT_SIZE)
        deadline = time.monotonic() + 30
        while any(subscriber.next < published and not subscriber.failure for subscriber in reading) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        done = True
        await watching
        living = sessions(node, "list", "--worker", "edge")
        slow = sessions(node, "ended", "--worker", "edge", "--filter", "reason = slow_consumer")
        for task in readers:
            task.cancel()
    missed = [f"{subscriber.failure or f'{subscriber.next} of {published}'}" for subscriber in reading if subscriber.next != published]
    per_stalled = (peak - before) / max(1, options.stalled)
    print(f"{published} events to {options.reading} that read: {len(missed)} of them missed some; {slow} of {options.stalled} closed as slow "
          f"consumers, {living} of {options.reading + 1} left; memory of edge {before} KiB, at most {peak}: {per_stalled:.0f} KiB for each "
          "that stopped")
    for text in missed:
        print("missed:", text)
    as_it_should = not missed and slow == options.stalled and living == options.reading + 1
    return 0 if as_it_should and per_stalled <= options.budget else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
