"""WebSocket frames as octets (RFC 6455 5.2), and a connection that says exactly what it is told to."""
import base64
import hashlib
import os
import select
import socket
import struct
import time

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATIENCE = 20.0  # seconds until silence is a failure


def mask(payload, key):
    if not payload:
        return payload
    repeated = (key * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def encode(opcode, payload=b"", fin=True, rsv=0, masked=True, key=None):
    """One frame. `rsv` are the three reserved bits as a number, RSV1 = 4."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += struct.pack("!BH", bit | 126, len(payload))
    else:
        head += struct.pack("!BQ", bit | 127, len(payload))
    if not masked:
        return head + payload
    key = os.urandom(4) if key is None else key
    return head + key + mask(payload, key)


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


class Frame:
    def __init__(self, fin, rsv, opcode, payload, masked, key=b""):
        self.fin, self.rsv, self.opcode, self.payload, self.masked, self.key = fin, rsv, opcode, payload, masked, key

    def __repr__(self):
        payload = self.payload if len(self.payload) <= 40 else self.payload[:40] + b"..."
        return f"<frame fin={int(self.fin)} rsv={self.rsv} opcode={self.opcode} {len(self.payload)} {payload!r}>"


class Ended(Exception):
    """The peer has ended the connection; `reset` if it was not in order."""
    def __init__(self, reset):
        super().__init__("connection reset" if reset else "connection ended")
        self.reset = reset


class Silent(Exception):
    """The peer has said nothing in time."""


class Connection:
    """One end of a WebSocket connection after its handshake, on a socket that is its own."""

    def __init__(self, sock, client, rest=b"", extension=""):
        self.sock, self.client, self.extension = sock, client, extension
        self.buffer = bytearray(rest)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)

    def send(self, octets, chop=None):
        """All of `octets`, in writes of `chop` octets. What comes meanwhile is kept. A peer that is gone is no error."""
        view = memoryview(octets)
        while view:
            piece = view[:chop] if chop else view
            readable, writable, _ = select.select([self.sock], [self.sock], [], PATIENCE)
            if not readable and not writable:
                raise Silent()
            if readable and not self._receive():
                return
            if writable:
                try:
                    view = view[self.sock.send(piece):]
                except BlockingIOError:
                    pass
                except OSError:
                    return

    def frame(self, opcode, payload=b"", chop=None, **options):
        self.send(encode(opcode, payload, masked=self.client, **options), chop)

    def _receive(self):
        try:
            got = self.sock.recv(1 << 18)
        except BlockingIOError:
            return True
        except ConnectionError:
            self.broken = True
            return False
        self.buffer += got
        return bool(got)

    broken = False

    def _need(self, octets, deadline):
        while len(self.buffer) < octets:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([self.sock], [], [], wait)[0]:
                raise Silent()
            if not self._receive():
                raise Ended(self.broken)

    def receive(self, patience=None):
        """The next frame; raises Ended or Silent."""
        deadline = time.monotonic() + (patience or PATIENCE)
        self._need(2, deadline)
        first, second = self.buffer[0], self.buffer[1]
        length, start = second & 127, 2
        if length == 126:
            self._need(4, deadline)
            length, start = struct.unpack_from("!H", self.buffer, 2)[0], 4
        elif length == 127:
            self._need(10, deadline)
            length, start = struct.unpack_from("!Q", self.buffer, 2)[0], 10
        masked = bool(second & 128)
        if masked:
            start += 4
        self._need(start + length, deadline)
        payload = bytes(self.buffer[start:start + length])
        key = bytes(self.buffer[start - 4:start]) if masked else b""
        if masked:
            payload = mask(payload, key)
        del self.buffer[:start + length]
        if length < 65536 and second & 127 == 127 or length < 126 and second & 127 > 125:
            raise AssertionError(f"the length {length} is not in its shortest form (RFC 6455 5.2)")
        return Frame(bool(first & 128), first >> 4 & 7, first & 15, payload, masked, key)

    def end(self):
        """Our FIN: the peer sees the end of the octets."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def drop(self):
        self.sock.close()


def read_head(sock, deadline):
    head = b""
    while b"\r\n\r\n" not in head:
        sock.settimeout(max(0.01, deadline - time.monotonic()))
        got = sock.recv(4096)
        if not got:
            raise Ended(False)
        head += got
    head, rest = head.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    return lines[0], fields, rest


def connect(host, port, path="/", extensions=None, protocols=None, early=b"", chop=None):
    """A client's connection to a server: TCP, then the opening handshake of RFC 6455 4.1. `early`: octets right behind the
    request, in one write with it; `chop`: that write in pieces."""
    sock = socket.create_connection((host, port), PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16))
    request = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
               f"Sec-WebSocket-Key: {key.decode()}", "Sec-WebSocket-Version: 13"]
    if extensions:
        request.append(f"Sec-WebSocket-Extensions: {extensions}")
    if protocols:
        request.append(f"Sec-WebSocket-Protocol: {protocols}")
    send_in_pieces(sock, "\r\n".join(request + ["", ""]).encode() + early, chop)
    status, fields, rest = read_head(sock, time.monotonic() + PATIENCE)
    if " 101 " not in status + " ":
        raise AssertionError(f"no upgrade: {status}")
    if fields.get("sec-websocket-accept") != accept_key(key.decode()):
        raise AssertionError("wrong Sec-WebSocket-Accept (RFC 6455 4.2.2)")
    return Connection(sock, True, rest, fields.get("sec-websocket-extensions", ""))


def send_in_pieces(sock, octets, size):
    for at in range(0, len(octets), size or len(octets)):
        sock.sendall(octets[at:at + (size or len(octets))])


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def await_request(listener):
    """The socket of the next client, the fields of its opening handshake, and what came behind it."""
    listener.settimeout(PATIENCE)
    sock, _ = listener.accept()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line, fields, rest = read_head(sock, time.monotonic() + PATIENCE)
    if not (line.startswith("GET /") and line.endswith(" HTTP/1.1")):
        raise AssertionError(f"no opening handshake (RFC 6455 4.1): {line}")
    for name, wanted in (("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "13")):
        if fields.get(name, "").lower() != wanted:
            raise AssertionError(f"{name}: {fields.get(name)} (RFC 6455 4.1)")
    if len(base64.b64decode(fields.get("sec-websocket-key", ""), validate=True)) != 16:
        raise AssertionError("Sec-WebSocket-Key is not 16 octets (RFC 6455 4.1)")
    return sock, fields, rest


def good_answer(fields, *lines):
    """The octets of a server's 101 (RFC 6455 4.2.2), with more lines."""
    head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(fields['sec-websocket-key'])}", *lines]
    return "\r\n".join([*head, "", ""]).encode()


def accept(listener, choose_extension=lambda offered: "", choose_protocol=lambda offered: "", early=b"", chop=None):
    """A server's connection from the next client; `early` and `chop` as with connect."""
    sock, fields, rest = await_request(listener)
    extension = choose_extension(fields.get("sec-websocket-extensions", ""))
    protocol = choose_protocol(fields.get("sec-websocket-protocol", ""))
    lines = [f"Sec-WebSocket-Extensions: {extension}"] if extension else []
    lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    send_in_pieces(sock, good_answer(fields, *lines) + early, chop)
    return Connection(sock, False, rest, extension)
