#!/usr/bin/python3
"""An echo client of Debian's python3-wsproto, for run_client.py --foreign."""
import select
import socket
import sys

import wsproto
from wsproto import events
from wsproto.extensions import PerMessageDeflate


def say(*words):
    print(*words, flush=True)


class Client:
    def __init__(self, port, keys):
        self.opened = False
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.parts = []
        self.send(events.Request(host=f"127.0.0.1:{port}", target="/",
                                 subprotocols=[key[12:] for key in keys if key.startswith("subprotocol=")],
                                 extensions=[PerMessageDeflate()] if "deflate=" in keys else []))

    def send(self, event):
        self.sock.sendall(self.protocol.send(event))

    def receive(self):
        """False when the connection has ended."""
        try:
            octets = self.sock.recv(1 << 16)
        except ConnectionError:
            octets = b""
        try:
            self.protocol.receive_data(octets or None)
            for event in self.protocol.events():
                self.on(event)
            if octets and self.protocol.state is not wsproto.connection.ConnectionState.CLOSED:
                return True
        except Exception as error:  # of any kind: what it does with broken octets is its own affair
            if not self.opened:
                say("failed", repr(error))
                self.opened = True
        if not self.opened:
            say("failed the connection has ended")
        self.sock.close()
        return False

    def on(self, event):
        if isinstance(event, events.AcceptConnection):
            if not self.opened:  # it has rejected an interim response before
                say("opened", event.subprotocol or "")
            self.opened = True
        elif isinstance(event, events.RejectConnection):
            if not self.opened:  # it rejects each interim response anew
                say("failed", event.status_code)
            self.opened = True
        elif isinstance(event, events.CloseConnection):
            if self.protocol.state is not wsproto.connection.ConnectionState.CLOSED:
                self.send(event.response())
            say("ended", event.code)
        elif isinstance(event, events.Ping):
            self.send(event.response())
        elif isinstance(event, events.Message):
            self.parts.append(event.data)
            if event.message_finished:
                whole, self.parts = type(event.data)().join(self.parts), []
                self.send(type(event)(data=whole))


def main():
    client, waiting = None, b""
    while True:
        readable, _, _ = select.select([0] + ([client.sock] if client else []), [], [])
        if client and client.sock in readable and not client.receive():
            client = None
        if 0 in readable:
            got = sys.stdin.buffer.raw.read(65536)
            if not got:
                return
            *lines, waiting = (waiting + got).split(b"\n")
            for line in lines:
                command, port, *keys = line.decode().split(" ")
                if command == "open":
                    if client:
                        client.sock.close()
                    client = Client(int(port), keys)


main()
