"""Class 15, which no suite has: what a server may and may not answer to a client's opening handshake (RFC 6455 4.1)."""
import contextlib
import socket
import struct

import frames
from cases import Failed, case
from frames import TEXT, encode

GOOD = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: {key}")


def head(lines, fields):
    return "\r\n".join([*lines, "", ""]).format(key=frames.accept_key(fields["sec-websocket-key"])).encode("latin-1")


def told(what):
    """`what` starts with "opened", or is part of what is said after "failed"."""
    def check(client):
        said = client.says()
        while said.startswith("ended"):  # the connection before
            said = client.says()
        is_as_told = said == what if what.startswith("opened") else said.startswith("failed") and (client.foreign or what in said)
        if not is_as_told:
            raise Failed(f"expected {what!r}, the client said {said!r}")
    return check


def answered(number, section, title, lines, what, keys="", chop=None, **options):
    """The client is answered with these lines and says what it made of it; one that took them echoes."""
    @case(number, section, title, role="client", raw=True, open=keys, **options)
    def run(client):
        client.open(keys)
        sock, fields, _ = frames.await_request(client.listener)
        try:
            with contextlib.suppress(ConnectionError):  # it has seen enough, and says what it made of it
                frames.send_in_pieces(sock, head(lines, fields), chop)
            told(what)(client)
            if what.startswith("opened"):
                connection = frames.Connection(sock, False)
                connection.send(encode(TEXT, b"Hello", masked=False))
                got = connection.receive()
                if (got.opcode, got.payload, got.masked) != (TEXT, b"Hello", True):
                    raise Failed(f"expected an echo, got {got}")
        finally:
            sock.close()


def changed(index, line):
    return [line if i == index else good for i, good in enumerate(GOOD) if i != index or line is not None]


# 15.1: what a client takes.
for index, (title, lines) in enumerate((
        ("the answer of the RFC", GOOD),
        ("names and tokens in other letters", ("HTTP/1.1 101 Switching Protocols", "UPGRADE: WebSocket", "connection: uPGRADE",
                                               "sec-websocket-ACCEPT: {key}")),
        ("a list in Connection", changed(2, "Connection: keep-alive, Upgrade")),
        ("two Connection fields", (*GOOD[:2], "Connection: keep-alive", *GOOD[2:])),
        ("blanks and tabs around values", tuple(line.replace(": ", ": \t ") + " \t" if ": " in line else line for line in GOOD)),
        ("no blanks", tuple(line.replace(": ", ":") for line in GOOD)),
        ("fields that nobody knows", (*GOOD, "Server: x", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "X-Empty:", "Set-Cookie: a=b")),
        ("another phrase", changed(0, "HTTP/1.1 101 Web Socket Protocol Handshake")),
        ("an empty phrase", changed(0, "HTTP/1.1 101 ")),
        ("a head of 15 KiB", (*GOOD, *(f"X-{i}: " + "x" * 1000 for i in range(15))))), 1):
    answered(f"15.1.{index}", "6455 4.1", title, lines, "opened ")
for index, chop in ((20, None), (21, 1)):
    answered(f"15.1.{index}", "9110 15.2", "other informational responses in front of the 101", (
        "HTTP/1.1 100 Continue", "", "HTTP/1.1 102 Processing", "X: y", "", "HTTP/1.1 103 Early Hints", "Upgrade: h2c", "", *GOOD),
        "opened ", chop=chop)
answered("15.1.90", "6455 4.1", "the answer octet by octet", GOOD, "opened ", chop=1)

# 15.2: no 101.
for index, status in enumerate(("200 OK", "204 No Content", "301 Moved", "400 Bad Request", "401 No",
                                "403 Forbidden", "404 Not Found", "426 Upgrade Required", "500 Error", "503 Busy"), 1):
    answered(f"15.2.{index}", "6455 4.1 (1)", f"{status} instead of 101", changed(0, f"HTTP/1.1 {status}"),
             f'the backend answered "HTTP/1.1 {status}"')
for index, line in enumerate(("HTTP/1.1 1010 X", "HTTP/1.1 10 X", "HTTP/1.1 abc X", "HTTP/2 101 X", "HTTP/1.1101 X", "SSH-2.0-x", "", " ",
                              "\x7f\xf1", "HTTP/0.9 101 X"), 20):
    answered(f"15.2.{index}", "6455 4.1 (1)", f"the status line {line!r}", changed(0, line), "does not speak HTTP/1.1")
answered("15.2.40", "9110 7.8", "HTTP/1.0 knows no 101", changed(0, "HTTP/1.0 101 X"), "HTTP/1.0")

# 15.3: fields that are missing or wrong.
for index, (title, section, lines, what) in enumerate((
        ("no Upgrade", "6455 4.1 (2)", changed(1, None), "Upgrade: websocket"),
        ("another Upgrade", "6455 4.1 (2)", changed(1, "Upgrade: h2c"), "Upgrade: websocket"),
        ("an Upgrade that only begins so", "6455 4.1 (2)", changed(1, "Upgrade: websockets"), "Upgrade: websocket"),
        ("no Connection", "6455 4.1 (3)", changed(2, None), "Connection: Upgrade"),
        ("another Connection", "6455 4.1 (3)", changed(2, "Connection: keep-alive"), "Connection: Upgrade"),
        ("no Accept", "6455 4.1 (4)", changed(3, None), "Sec-WebSocket-Accept"),
        ("an empty Accept", "6455 4.1 (4)", changed(3, "Sec-WebSocket-Accept:"), "Sec-WebSocket-Accept"),
        ("the Accept of another key", "6455 4.1 (4)", changed(3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "Sec-WebSocket-Accept"),
        ("more behind the Accept", "6455 4.1 (4)", changed(3, "Sec-WebSocket-Accept: {key}x"), "Sec-WebSocket-Accept"),
        ("two Accepts", "6455 4.1 (4)", (*GOOD, GOOD[3]), "Sec-WebSocket-Accept"),
        ("a line without a colon", "9112 5", (*GOOD, "nonsense"), "malformed header line"),
        ("a line without a name", "9112 5", (*GOOD, ": x"), "malformed header line"),
        ("a blank before the colon", "9112 5.1", changed(1, "Upgrade : websocket"), "malformed header line"),
        ("a NUL", "9110 5.5", (*GOOD, "X-Nul: a\0b"), "malformed header line"),
        ("a lone CR", "9110 5.5", (*GOOD, "X-Lone: a\rb"), "malformed header line"),
        ("a lone LF", "9110 5.5", (*GOOD, "X-Lone: a\nb"), "malformed header line")), 1):
    answered(f"15.3.{index}", section, title, lines, what)

# A user agent replaces the fold, a gateway may refuse it.
answered("15.3.30", "9112 5.2", "a folded line", (*GOOD, "X-Folded: a", " b"), "malformed header line", ours=True)

# 15.4: subprotocols.
for index, (offered, chosen_ones, what) in enumerate((
        ("a b", ["b"], "opened b"), ("a b", ["a"], "opened a"), ("a b", [], "opened "), ("a b", ["c"], "not offered"), ("a b", ["A"], "not offered"),
        ("a b", ["a, b"], "not offered"), ("a b", ["a", "b"], "not offered"), ("", ["a"], "not offered"), ("a b", ["a", "a"], "not offered"),
        ("wamp.2.json", ["wamp.2.cbor"], "not offered")), 1):
    answered(f"15.4.{index}", "6455 4.1 (6)", f"offered {offered.split()}, chosen {chosen_ones}",
             (*GOOD, *(f"Sec-WebSocket-Protocol: {name}" for name in chosen_ones)), what, " ".join(f"subprotocol={name}" for name in offered.split()))

# 15.5: extensions.
EXTENSIONS = [("", "permessage-deflate"), ("", "x-other"), ("deflate=", "x-other"), ("deflate=", "permessage-deflate, permessage-deflate"),
              ("deflate=", "permessage-deflate, x-other"), ("deflate=", "permessage-deflate; x=1"), ("deflate=", "permessage-deflate; x"),
              ("deflate=", "permessage-deflate; server_no_context_takeover; server_no_context_takeover"),
              ("deflate=", "permessage-deflate; server_no_context_takeover=1"), ("deflate=", "permessage-deflate; client_no_context_takeover=true"),
              ("deflate=", "permessage-deflate; client_max_window_bits"), ("deflate=", "permessage-deflate; server_max_window_bits"),
              ("deflate=", "permessage-deflate;"), ("deflate=", "permessage-deflate; ="), ("deflate=", 'permessage-deflate; server_max_window_bits="9'),
              ("deflate=", "permessage deflate"), ("deflate=", "/"),
              ("request_no_context_takeover=1", "permessage-deflate"), ("request_max_window_bits=10", "permessage-deflate"),
              ("request_max_window_bits=10", "permessage-deflate; server_max_window_bits=11")]
EXTENSIONS += [("deflate=", f"permessage-deflate; {who}_max_window_bits={bits}") for who in ("server", "client") for bits in
               ("0", "7", "16", "-9", "09", "9.0", "a", "99999999999")]
for index, (keys, extension) in enumerate(EXTENSIONS, 1):
    answered(f"15.5.{index}", "7692 7.1" if "permessage" in extension else "6455 4.1 (5)", f"told {keys or 'nothing'}, answered {extension}",
             (*GOOD, f"Sec-WebSocket-Extensions: {extension}"), "", keys)


# 15.6: answers that do not come to an end.
def ended(number, title, octets, what, how, **options):
    @case(number, "6455 4.1", title, role="client", raw=True, **options)
    def run(client):
        client.open()
        sock, fields, _ = frames.await_request(client.listener)
        sock.sendall(octets(fields))
        how(sock)
        told(what)(client)
        sock.close()


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def half_close(sock):
    sock.shutdown(socket.SHUT_WR)


ended("15.6.1", "the end instead of an answer", lambda fields: b"", "ended the connection", half_close)
ended("15.6.2", "the end inside of the answer", lambda fields: head(GOOD, fields)[:50], "ended the connection", half_close)
ended("15.6.3", "the end before the last octet", lambda fields: head(GOOD, fields)[:-1], "ended the connection", half_close)
ended("15.6.4", "a reset instead of an answer", lambda fields: b"", "", reset)
ended("15.6.5", "a reset inside of the answer", lambda fields: head(GOOD, fields)[:50], "", reset)
ended("15.6.6", "a head without end", lambda fields: head(GOOD, fields)[:-2] + b"X: " + b"x" * 20000, "longer than 16 KiB", lambda sock: None,
      ours=True)
ended("15.6.7", "lines without end", lambda fields: head(GOOD, fields)[:-2] + b"X: x\r\n" * 4000, "longer than 16 KiB", lambda sock: None,
      ours=True)
