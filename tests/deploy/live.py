"""Nodes that run and WAMP clients that talk, for tests of what is shipped."""
import base64
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from shipped import PROGRAMS

DEADLINE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(holds, what: str):
    """What `holds` returns once it is true."""
    end = time.monotonic() + DEADLINE
    while not (found := holds()):
        assert time.monotonic() < end, what
        time.sleep(0.02)
    return found


class Node:
    """`wampgated run` with a node directory of its own, until the end of the with block."""

    def __init__(self, document: dict):
        self.folder = tempfile.TemporaryDirectory(prefix="wampgate-deploy-")
        self.path = Path(self.folder.name)
        (self.path / "config.json").write_text(json.dumps(document))

    def __enter__(self):
        with open(self.path / "log", "w") as log:
            self.process = subprocess.Popen([PROGRAMS["wampgated"], "run", "--node-dir", self.path], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        try:
            wait(lambda: "the node serves" in self.log() or self.process.poll() is not None, "a start")
            assert self.process.poll() is None, self.log()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.folder.cleanup()

    def log(self) -> str:
        return (self.path / "log").read_text()


class Client:
    """WAMP in JSON over WebSocket; one message at a time, none over 64 KiB."""

    def __init__(self, port: int, path: str = "/ws"):
        self.socket = socket.create_connection(("127.0.0.1", port), DEADLINE)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline().strip():
            pass

    def send(self, message: list) -> None:
        payload = json.dumps(message).encode()
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        self.socket.sendall(b"\x81" + size + b"\0\0\0\0" + payload)  # masked with zeros

    def receive(self):
        """The next message; None when the connection has been closed."""
        while len(head := self.stream.read(2)) == 2:
            size = head[1]
            if size == 126:
                size, = struct.unpack(">H", self.stream.read(2))
            payload = self.stream.read(size)
            if head[0] & 15 == 1:
                return json.loads(payload)
            if head[0] & 15 == 8:
                return None
        return None

    def join(self, realm: str):
        """The router's answer to HELLO."""
        self.send([1, realm, {"roles": {"publisher": {}, "subscriber": {}}}])
        return self.receive()

    def publishes(self) -> bool:
        """Whether the router acknowledges a PUBLISH of this session."""
        try:
            self.send([16, 1, {"acknowledge": True}, "com.example.alive"])
            answer = self.receive()
        except OSError:
            return False
        return answer is not None and answer[0] == 17

    def leave(self):
        self.send([6, {}, "wamp.close.close_realm"])
        answer = self.receive()
        self.close()
        return answer

    def close(self) -> None:
        self.stream.close()
        self.socket.close()
