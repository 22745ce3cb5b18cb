"""Clients and routers that send and receive WAMP messages as octets, over RawSocket and WebSocket."""
import json
import pathlib
import select
import socket
import struct
import time

import frames
import octets

IDS = {"json": 1, "msgpack": 2, "cbor": 3}  # of RawSocket (spec 3.1)


def receive_exactly(sock, buffer, size):
    """Until `buffer` holds `size` octets; raises Ended or Silent."""
    deadline = time.monotonic() + frames.PATIENCE
    while len(buffer) < size:
        wait = deadline - time.monotonic()
        if wait <= 0 or not select.select([sock], [], [], wait)[0]:
            raise frames.Silent()
        try:
            got = sock.recv(1 << 18)
        except ConnectionError:
            raise frames.Ended(True) from None
        if not got:
            raise frames.Ended(False)
        buffer += got


class RawPeer:
    """One end of a RawSocket connection after its handshake (spec 3.6.2)."""

    def __init__(self, sock, serializer, buffer=b""):
        self.sock, self.serializer, self.buffer = sock, serializer, bytearray(buffer)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *messages):
        self.sock.sendall(b"".join(struct.pack(">I", len(message)) + message for message in messages))

    def receive(self, count=1):
        """The next `count` messages, concatenated."""
        found = b""
        for _ in range(count):
            receive_exactly(self.sock, self.buffer, 4)
            head, = struct.unpack_from(">I", self.buffer)
            if head >> 24:
                raise AssertionError(f"a frame that is no message: {head:08x}")
            receive_exactly(self.sock, self.buffer, 4 + head)
            found += bytes(self.buffer[4:4 + head])
            del self.buffer[:4 + head]
        return found

    def expect_end(self):
        """Nothing more comes and the connection ends; there is no code and no reason."""
        try:
            more = self.receive()
        except frames.Ended:
            return None, ""
        raise AssertionError(f"{more[:80]!r} where the end should be")

    def drop(self):
        self.sock.close()


class WebPeer:
    """One end of a WebSocket connection with a WAMP subprotocol (spec 3.3)."""

    def __init__(self, connection, serializer, batched=False):
        self.connection, self.serializer, self.batched = connection, serializer, batched
        self.opcode = frames.TEXT if serializer == "json" else frames.BINARY

    def send(self, *messages):
        if self.batched:
            messages = [octets.batch(self.serializer, messages)]
        for message in messages:
            self.connection.frame(self.opcode, message)

    def _next(self):
        frame = self.connection.receive()
        while frame.opcode == frames.PING:
            self.connection.frame(frames.PONG, frame.payload)
            frame = self.connection.receive()
        return frame

    def payload(self):
        """The next WebSocket message."""
        frame = self._next()
        if (frame.opcode, frame.rsv) != (self.opcode, 0):
            raise AssertionError(f"expected a message, got {frame}")
        payload = frame.payload
        while not frame.fin:
            frame = self._next()
            assert frame.opcode == frames.CONTINUATION, frame
            payload += frame.payload
        return payload

    def receive(self, count=1):
        """The next `count` messages, concatenated; of a batched connection in their batched form, however many share a
        WebSocket message."""
        found = b""
        while count > 0:
            part = self.payload()
            count -= len(octets.split(self.serializer, part)) if self.batched else 1
            found += part
        return found

    def expect_end(self):
        """A Close frame, which is answered, and the end. Its code and reason."""
        frame = self._next()
        if frame.opcode != frames.CLOSE:
            raise AssertionError(f"expected Close, got {frame}")
        self.connection.frame(frames.CLOSE, frame.payload[:2])
        try:
            more = self.connection.receive()
        except frames.Ended:
            return struct.unpack("!H", frame.payload[:2])[0] if frame.payload else None, frame.payload[2:].decode()
        raise AssertionError(f"after Close came {more}")

    def drop(self):
        self.connection.drop()


def raw_client(port, serializer, length=15):
    sock = socket.create_connection(("127.0.0.1", port), frames.PATIENCE)
    sock.sendall(bytes([0x7f, length << 4 | IDS[serializer], 0, 0]))
    answer = bytearray()
    receive_exactly(sock, answer, 4)
    if answer[0] != 0x7f or answer[1] & 15 != IDS[serializer] or answer[2:4] != b"\0\0":
        raise AssertionError(f"handshake answered with {answer.hex()}")
    return RawPeer(sock, serializer, answer[4:])


def web_client(port, serializer, path="/ws", batched=False):
    protocol = f"wamp.2.{serializer}" + (".batched" if batched else "")
    return WebPeer(frames.connect("127.0.0.1", port, path, protocols=protocol), serializer, batched)


class Router:
    """Where the node's backend connections arrive: `kind` is raw or web."""

    def __init__(self, kind, serializer):
        self.kind, self.serializer = kind, serializer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def accept(self):
        self.listener.settimeout(frames.PATIENCE)
        if self.kind == "web":
            connection = frames.accept(self.listener, choose_protocol=self._choose)
            return WebPeer(connection, self.serializer)
        sock, _ = self.listener.accept()
        hello = bytearray()
        receive_exactly(sock, hello, 4)
        if hello[:4] != bytes([0x7f, 0xf0 | IDS[self.serializer], 0, 0]):
            raise AssertionError(f"the node began with {hello.hex()}")
        sock.sendall(bytes(hello[:4]))
        return RawPeer(sock, self.serializer, hello[4:])

    def _choose(self, offered):
        if offered != f"wamp.2.{self.serializer}":
            raise AssertionError(f"the node offered {offered!r}")
        return offered

    def transport(self):
        """How a node file says it."""
        endpoint = {"type": "tcp", "host": "127.0.0.1", "port": self.port}
        if self.kind == "web":
            return {"type": "websocket", "endpoint": endpoint, "url": f"ws://127.0.0.1:{self.port}/ws",
                    "serializers": [self.serializer]}
        return {"type": "rawsocket", "endpoint": endpoint, "serializer": self.serializer}

    def close(self):
        self.listener.close()


class Golden:
    """One message of golden.json."""

    def __init__(self, entry):
        self.name, self.sender, self.only_from = entry["name"], entry["sender"], entry.get("only_from")
        self.forms = {serializer: self._octets(serializer, entry[serializer])
                      for serializer in octets.SERIALIZERS if serializer in entry}

    @staticmethod
    def _octets(serializer, written):
        runs = written if isinstance(written, list) else [[written, 1]]
        texts = b"".join(text.encode() * times for text, times in runs)
        return texts if serializer == "json" else bytes.fromhex(texts.decode())

    def goes(self, sender, serializer, other):
        """Whether `sender` can say it in `serializer` to one that speaks `other`."""
        return (self.sender in (sender, "both") and serializer in self.forms and other in self.forms and
                self.only_from in (None, serializer))


GOLDEN = [Golden(entry) for entry in json.loads((pathlib.Path(__file__).parent / "golden.json").read_text())]


def golden(name):
    return next(message for message in GOLDEN if message.name == name)
