#!/usr/bin/env python3
"""Clients that join and leave, and some that break off at any stage, at a rate: memory and descriptors must stay flat.

    python3 tests/bench/churn.py WAMPGATED WAMPGATECTL [--rate 500] [--seconds 600]

A proxy worker before an embedded router; clients come by WebSocket and RawSocket. Exit code 1 if a client that wanted to
join could not, if a process died, or if at the end descriptors are more than before, or memory more than --growth times
what it was after the first tenth. With AddressSanitizer set ASAN_OPTIONS=quarantine_size_mb=1:detect_stack_use_after_return=0, or memory
says nothing: frames that are set aside are touched one after another for a long time.
"""
import argparse
import asyncio
import collections
import os
import pathlib
import random
import socket
import struct
import sys
import time

HELLO = b'[1,"realm1",{"roles":{"caller":{}}}]'
GOODBYE = b'[6,{},"wamp.close.close_realm"]'
UPGRADE = (b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n")
RESET = struct.pack("ii", 1, 0)


def web_frame(payload):
    return b"\x81" + bytes([0x80 | len(payload)]) + b"\0\0\0\0" + payload


def raw_frame(payload):
    return struct.pack(">I", len(payload)) + payload


class Clients:
    """Each goes through the stages of a session and breaks off after one of them, cleanly or not."""

    def __init__(self, port, raw_path):
        self.port, self.raw_path = port, raw_path
        self.outcomes, self.failures = collections.Counter(), []

    async def one(self):
        web = random.random() < 0.7
        last = random.choice(("connected", "half a handshake", "handshake", "half a HELLO", "HELLO", "joined", "joined", "left", "left"))
        try:
            if web:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            else:
                reader, writer = await asyncio.open_unix_connection(self.raw_path)
            try:
                await asyncio.wait_for(self._stages(reader, writer, web, last), 30)
            finally:
                if random.random() < 0.5:
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.close()
            self.outcomes[last] += 1
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, AssertionError) as error:
            self.failures.append(f"{'web' if web else 'raw'}, {last}: {error!r}")

    async def _stages(self, reader, writer, web, last):
        handshake, frame = (UPGRADE, web_frame) if web else (b"\x7f\xf1\0\0", raw_frame)
        if last == "connected":
            return
        if last == "half a handshake":
            return await self._say(writer, handshake[:len(handshake) // 2])
        await self._say(writer, handshake)
        answer = await (reader.readuntil(b"\r\n\r\n") if web else reader.readexactly(4))
        assert b"101" in answer or answer[:1] == b"\x7f", answer
        if last == "handshake":
            return
        if last == "half a HELLO":
            return await self._say(writer, frame(HELLO)[:9])
        await self._say(writer, frame(HELLO))
        if last == "HELLO":
            return
        message = await self._message(reader, web)
        assert message.startswith(b"[2,"), message
        if last == "left":
            await self._say(writer, frame(GOODBYE))
            message = await self._message(reader, web)
            assert message.startswith(b"[6,"), message

    @staticmethod
    async def _say(writer, octets):
        writer.write(octets)
        await writer.drain()

    @staticmethod
    async def _message(reader, web):
        if not web:
            return await reader.readexactly(struct.unpack(">I", await reader.readexactly(4))[0])
        head = await reader.readexactly(2)
        size = struct.unpack(">H", await reader.readexactly(2))[0] if head[1] == 126 else head[1]
        return await reader.readexactly(size)

    async def come(self, rate, seconds, tell):
        pending, begun, sent, told = set(), time.monotonic(), 0, 0
        while (now := time.monotonic() - begun) < seconds:
            for _ in range(sent, int(now * rate)):
                task = asyncio.ensure_future(self.one())
                pending.add(task)
                task.add_done_callback(pending.discard)
            sent = max(sent, int(now * rate))
            if int(now / seconds * 10) > told:
                told += 1
                tell(told)
            await asyncio.sleep(0.002)
        await asyncio.gather(*list(pending))


def processes_of(node):
    """Pid and title of the supervisor and its workers."""
    pids = [node.process.pid, *map(int, pathlib.Path(f"/proc/{node.process.pid}/task/{node.process.pid}/children").read_text().split())]
    return {pid: pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode() for pid in pids}


def memory(pid):
    return int(next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS:")).split()[1])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wampgated", type=os.path.abspath)
    parser.add_argument("wampgatectl", type=os.path.abspath)
    parser.add_argument("--rate", type=float, default=500, help="clients a second (500)")
    parser.add_argument("--seconds", type=float, default=600, help="(600)")
    parser.add_argument("--growth", type=float, default=1.1, help="of memory, at most (1.1)")
    options = parser.parse_args()
    os.environ.update(WAMPGATED=options.wampgated, WAMPGATECTL=options.wampgatectl)
    root = pathlib.Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root / "admin-cli"), str(root / "deploy")]
    from live import wait
    from node import ManagedNode, document

    config = document()
    edge = config["workers"][1]
    edge["transports"].append({"type": "rawsocket", "id": "raw", "endpoint": {"type": "unix", "path": "raw.sock", "backlog": 1024},
                               "auth": {"anonymous": {"type": "static"}}})
    edge["transports"][0]["endpoint"]["backlog"] = 1024
    with ManagedNode(config) as node:
        processes = processes_of(node)
        clients = Clients(node.port(), str(node.path / "raw.sock"))
        await clients.come(min(options.rate, 100), 2, lambda tenth: None)  # what is made once is there
        quiet = {pid: descriptors(pid) for pid in processes}
        first = {}

        def tell(tenth):
            if tenth == 1:
                first.update({pid: memory(pid) for pid in processes})
            print(f"{tenth}0 %: {sum(clients.outcomes.values())} clients, {len(clients.failures)} failed; " + ", ".join(
                f"{title} {memory(pid)} KiB {descriptors(pid)} descriptors" for pid, title in processes.items()), flush=True)

        await clients.come(options.rate, options.seconds, tell)
        assert processes_of(node) == processes, f"processes were replaced: {node.log()}"
        wait(lambda: all(descriptors(pid) <= quiet[pid] for pid in processes), "the descriptors of before")
        grown = {title: f"{memory(pid)} KiB after {first[pid]}" for pid, title in processes.items()
                 if memory(pid) > options.growth * first[pid]}
    print(f"{sum(clients.outcomes.values())} clients: {dict(clients.outcomes)}; {len(clients.failures)} failed; descriptors as before")
    for failure in clients.failures[:20]:
        print("failed:", failure)
    if grown:
        print("memory has grown:", grown)
    return 1 if clients.failures or grown else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
