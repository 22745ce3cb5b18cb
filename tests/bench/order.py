#!/usr/bin/env python3
"""Messages in order, none lost or doubled, both ways over many sessions at once, with the smallest socket buffers that the
kernel grants on the ends that are ours. Those of the node follow net.ipv4.tcp_rmem and tcp_wmem ("4096 4096 4096", in a network
namespace: `unshare -n`) and net.core.rmem_default and wmem_default (4608).

order.py [--sessions 100] [--messages 50000]     needs WAMPGATED and WAMPGATECTL

Every message of a session and direction holds the next number; the octets that come out are compared with those that have to,
to the last one. Clients speak WebSocket and RawSocket, routers RawSocket over a Unix socket, in equal and other serializers.
"""
import argparse
import collections
import pathlib
import selectors
import socket
import struct
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("deploy", "admin-cli", "conformance", "conformance/wamp")]

import frames  # noqa: E402
import octets  # noqa: E402
import peers  # noqa: E402
from edge import LOOPBACK, port_of  # noqa: E402
from node import ManagedNode  # noqa: E402

WINDOW = 200  # messages that are made at a time
SILENCE = 60  # seconds without an octet that are a failure
KINDS = [("web", "json", "json"), ("raw", "json", "json"), ("raw", "cbor", "cbor"), ("web", "cbor", "json"), ("raw", "msgpack", "cbor"),
         ("web", "json", "cbor")]


def smallest_buffers(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    return sock


class Frames:
    """How one end writes: the numbers of a message are all of one length, hence so are the messages."""

    def __init__(self, kind, serializer, masked):
        self.kind, self.serializer, self.masked = kind, serializer, masked

    def of(self, code, numbers):
        marks = {"json": b"%d", "msgpack": b"\xce", "cbor": b"\x1a"}
        head, tail = octets.encode(self.serializer, [code, 7, {}, "a.b", [4000000000]] if code == 48 else
                                   [code, 7, 8, {}, [4000000000]]).split(octets.encode(self.serializer, 4000000000))
        size = len(head) + len(tail) + (10 if self.serializer == "json" else 5)
        frame = struct.pack(">I", size) if self.kind == "raw" else frames.encode(
            frames.TEXT if self.serializer == "json" else frames.BINARY, bytes(size), masked=self.masked, key=b"\0\0\0\0")[:-size]
        head = frame + head
        if self.serializer == "json":
            return b"".join(b"%b%d%b" % (head, number, tail) for number in numbers)
        head += marks[self.serializer]
        return b"".join(head + number.to_bytes(4, "big") + tail for number in numbers)


class Flow:
    """One direction of one session."""

    def __init__(self, name, code, sender, receiver, first, count):
        self.name, self.code, self.sender, self.receiver = name, code, sender, receiver
        self.next, self.end = first, first + count
        self.to_send, self.awaited = b"", collections.deque()

    def fill(self):
        if self.to_send:
            return True
        numbers = range(self.next, min(self.next + WINDOW, self.end))
        if not numbers:
            return False
        self.next = numbers.stop
        self.to_send = self.sender.of(self.code, numbers)
        self.awaited.append(self.receiver.of(self.code, numbers))
        return True

    def check(self, got):
        while got:
            if not self.awaited:
                sys.exit(f"{self.name}: {len(got)} octets too many: {got[:60]!r}")
            wanted = self.awaited.popleft()
            part = got[:len(wanted)]
            if part != wanted[:len(part)]:
                sys.exit(f"{self.name}: expected {wanted[:80]!r}, got {part[:80]!r}")
            if len(part) < len(wanted):
                self.awaited.appendleft(wanted[len(part):])
            got = got[len(part):]

    @property
    def done(self):
        return self.next == self.end and not self.to_send and not self.awaited


class End:
    """A socket: what it sends is of one flow, what it receives of another."""

    def __init__(self, sock, sends, receives):
        self.sock, self.sends, self.receives = smallest_buffers(sock), sends, receives
        sock.setblocking(False)

    def wanted(self):
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self.sends.fill() else 0)

    def handle(self, mask):
        if mask & selectors.EVENT_WRITE and self.sends.fill():
            try:
                self.sends.to_send = self.sends.to_send[self.sock.send(self.sends.to_send):]
            except BlockingIOError:
                pass
        if mask & selectors.EVENT_READ:
            got = self.sock.recv(65536)
            if not got:
                sys.exit(f"{self.receives.name}: the connection has ended")
            self.receives.check(got)


def node_for(listener_path):
    def backend(serializer):
        return {"realm": f"realm-{serializer}", "transport": {"type": "rawsocket", "serializer": serializer,
                                                              "endpoint": {"type": "unix", "path": str(listener_path)}}}
    transports = [{"type": "web", "id": "web", "endpoint": LOOPBACK, "paths": {"ws": {"type": "websocket"}}},
                  {"type": "rawsocket", "id": "raw", "endpoint": LOOPBACK}]
    return ManagedNode({"version": 2, "workers": [{"type": "proxy", "id": "edge", "transports": transports,
                                                  "backends": [backend(serializer) for serializer in ("json", "cbor")]}]})


def join(ports, listener, kind, serializer, other):
    """The sockets of a client and its router, joined; nothing is left in either."""
    client = peers.raw_client(ports["raw"], serializer) if kind == "raw" else peers.web_client(ports["web"], serializer)
    client.send(octets.encode(serializer, [1, f"realm-{other}", {"roles": {"caller": {}}}]))
    sock, _ = listener.accept()
    peers.receive_exactly(sock, hello := bytearray(), 4)
    sock.sendall(bytes([0x7f, 0xf0 | peers.IDS[other], 0, 0]))
    peers.receive_exactly(sock, hello, 8)
    peers.receive_exactly(sock, hello, 8 + struct.unpack(">I", hello[4:8])[0])
    welcome = octets.encode(other, [2, 1, {"roles": {}}])
    sock.sendall(struct.pack(">I", len(welcome)) + welcome)
    client.receive()
    return client.sock if kind == "raw" else client.connection.sock, sock


def run(sessions, messages):
    """Exits with what is wrong; else (how long it took, in seconds; what buffers the kernel granted, in octets)."""
    with tempfile.TemporaryDirectory(prefix="wampgate-order-") as name:
        folder = pathlib.Path(name)
        listener = socket.socket(socket.AF_UNIX)
        smallest_buffers(listener)
        listener.bind(str(folder / "router.sock"))
        listener.listen(64)
        with node_for(folder / "router.sock") as node:
            ports = {name: port_of(node, f"edge/{name}") for name in ("web", "raw")}
            ends, flows = [], []
            for number in range(sessions):
                kind, serializer, other = KINDS[number % len(KINDS)]
                client_sock, router_sock = join(ports, listener, kind, serializer, other)
                client, router = Frames(kind, serializer, True), Frames("raw", other, False)
                back = Frames(kind, serializer, False)
                first = 1000000000 + number * 10000000
                up = Flow(f"session {number} ({kind} {serializer} to {other}) to the router", 48, client, router, first, messages)
                down = Flow(f"session {number} ({other} to {kind} {serializer}) to the client", 36, router, back, first + 5000000, messages)
                flows += [up, down]
                ends += [End(client_sock, up, down), End(router_sock, down, up)]
            granted = sorted({end.sock.getsockopt(socket.SOL_SOCKET, option) for end in ends
                              for option in (socket.SO_SNDBUF, socket.SO_RCVBUF)})
            return _pump(ends, flows), granted


def _pump(ends, flows):
    started = last = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for end in ends:
            selector.register(end.sock, end.wanted(), end)
        def turn(patience):
            ready = selector.select(patience)
            for key, mask in ready:
                key.data.handle(mask)
                wanted = key.data.wanted()
                if wanted != key.events:
                    selector.modify(key.fileobj, wanted, key.data)
            return ready

        left = list(flows)
        while left:
            if turn(0.1):
                last = time.monotonic()
            elif time.monotonic() - last > SILENCE:
                sys.exit("nothing moves: " + ", ".join(flow.name for flow in left)[:500])
            while left and left[-1].done:
                left.pop()
        ended = time.monotonic()
        while turn(0.5):  # what comes now is one too many, and ends the program
            pass
    return ended - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--messages", type=int, default=50000)
    args = parser.parse_args()
    seconds, granted = run(args.sessions, args.messages)
    print(f"{args.sessions} sessions x {args.messages} messages both ways: in order, none lost or doubled; {seconds:.1f} s, "
          f"socket buffers of {granted} octets")


if __name__ == "__main__":
    main()
