"""What a case of an option is (options.py runs them), and the client it speaks with."""
import base64
import os
import select
import socket
import struct
import time

import frames

ALL = []  # of Case
SOON = 15.0  # seconds: what has a deadline of 1 s must have happened by then, also on a busy machine
A_WHILE = 1.7  # seconds: what has a deadline of 1 s must not have happened where the option is off


class Case:
    def __init__(self, option, value, run, options, transport):
        self.option, self.value, self.run, self.options, self.transport = option, value, run, options, transport
        self.id = ""

    def __str__(self):
        return f"{self.option} = {self.value}: {self.run.__doc__ or self.run.__name__}"


def option(name, value, transport="websocket.testee", **others):
    """A case of one value of an option; `others` are options set beside it. The function gets a Client."""
    def register(run):
        ALL.append(Case(name, value, run, {name: value, **others}, transport))
        return run
    return register


def deflate(name, value, **others):
    """The same for the options of compression.deflate."""
    def register(run):
        options = {"compression": {"deflate": {name: value, **others}}}
        ALL.append(Case(f"compression.deflate.{name}", value, run, options, "websocket.testee"))
        return run
    return register


class Answer:
    def __init__(self, octets):
        head, _, _ = octets.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}

    @property
    def status(self):
        return int(self.line.split(" ")[1]) if self.line else 0


class Client:
    """Of the transport that a case is about."""

    def __init__(self, port):
        self.port, self.sockets = port, []

    def connect(self):
        self.sockets.append(socket.create_connection(("127.0.0.1", self.port), frames.PATIENCE))
        return self.sockets[-1]

    def close(self):
        for sock in self.sockets:
            sock.close()

    def request(self, *lines):
        """The answer to a request of these lines."""
        sock = self.connect()
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while b"\r\n\r\n" not in head and (got := sock.recv(65536)):
            head += got
        return Answer(head)

    def upgrade(self, version=13, host=None, fields=()):
        """The answer to an opening handshake."""
        key = base64.b64encode(os.urandom(16)).decode()
        return self.request("GET / HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}", "Upgrade: websocket",
                            "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Version: {version}", *fields)

    def open(self, extensions=None):
        connection = frames.connect("127.0.0.1", self.port, "/", extensions=extensions)
        self.sockets.append(connection.sock)
        return connection


def ends(sock, within=SOON):
    """How the other side ends: "fin", "reset", or None if it does not in time. What comes meanwhile is read over."""
    deadline = time.monotonic() + within
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            return None
        try:
            if not sock.recv(65536):
                return "fin"
        except BlockingIOError:
            continue
        except ConnectionError:
            return "reset"
    return None


def expect_frame(connection, opcode, payload=None, patience=None):
    frame = connection.receive(patience)
    assert frame.opcode == opcode, f"expected opcode {opcode}, found {frame}"
    assert payload is None or frame.payload == payload, f"expected {payload[:60]!r}, found {frame}"
    return frame


def expect_close(connection, code, reason=None):
    frame = expect_frame(connection, frames.CLOSE)
    found = struct.unpack("!H", frame.payload[:2])[0] if frame.payload else None
    assert found == code, f"expected Close {code}, found {found} {frame.payload[2:]!r}"
    assert reason is None or frame.payload[2:] == reason, f"expected the reason {reason!r}, found {frame.payload[2:]!r}"


def expect_echo(connection, payload=b"hello", opcode=frames.TEXT):
    connection.frame(opcode, payload)
    return expect_frame(connection, opcode, payload)
