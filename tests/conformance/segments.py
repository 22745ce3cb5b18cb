"""Class 14, which no suite has: octets in unusual segments, ends in unusual places, peers that do not read, crowds."""
import select
import socket
import struct

import frames
from cases import Failed, case
from frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, close_payload, encode

# In the segment of the handshake. A server that has the request has all that it waits for (4.2.2), a client that has the 101,
# too (4.1): the connection is open.
TOGETHER = [("a message", lambda masked: encode(TEXT, b"early", masked=masked)),
            ("a ping and a message", lambda masked: encode(PING, b"", masked=masked) + encode(TEXT, b"early", masked=masked)),
            ("a message in three fragments", lambda masked: b"".join(
                encode(opcode, part, fin, masked=masked)
                for opcode, part, fin in ((TEXT, b"e", False), (CONTINUATION, b"ar", False), (CONTINUATION, b"ly", True))))]
for index, (what, early) in enumerate(TOGETHER, 1):
    for group, chop in ((1, None), (2, 1)):
        @case(f"14.{group}.{index}", "6455 4", f"{what} in one segment with the handshake" if chop is None else
              f"the handshake and {what}, one octet at a time", early=early, chop=chop)
        def run(d, index=index):
            if index == 2:
                d.expect_pong(b"")
            d.expect(TEXT, b"early")
            d.close()


@case("14.1.4", "6455 4", "half a message in the segment of the handshake", early=lambda masked: encode(TEXT, b"early", masked=masked, key=b"abcd")[:4])
def run(d):
    d.send(encode(TEXT, b"early", masked=d.connection.client, key=b"abcd")[4:])
    d.expect(TEXT, b"early")
    d.close()


@case("14.1.5", "6455 4", "a Close in the segment of the handshake", early=lambda masked: encode(CLOSE, close_payload(1000), masked=masked))
def run(d):
    got = d.next()
    if got.opcode != CLOSE:
        raise Failed(f"expected Close, got {got}")
    if d.connection.client:
        d.expect_end()


@case("14.1.6", "6455 5.2", "a broken frame in the segment of the handshake", early=lambda masked: encode(3, b"", masked=masked))
def run(d):
    d.expect_failure(1002)


def ends(d):
    """Whatever is said before it: the connection ends, in order or not."""
    try:
        while True:
            d.connection.receive()
    except frames.Ended:
        pass


@case("14.3.1", "6455 7.1.4", "the end of our octets behind a message")
def run(d):
    d.frame(TEXT, b"last words")
    d.connection.end()
    ends(d)


@case("14.3.2", "6455 7.1.1", "the end of our octets behind a Close, which is answered")
def run(d):
    d.frame(CLOSE, close_payload(1000))
    d.connection.end()
    got = d.next()
    if got.opcode != CLOSE:
        raise Failed(f"expected Close, got {got}")
    d.expect_end()


for index, (what, part) in enumerate((("a header", 1), ("a masking key or payload", 4), ("a payload", 20)), 3):
    @case(f"14.3.{index}", "6455 7.1.4", f"the end of our octets inside of {what}")
    def run(d, part=part):
        d.send(encode(TEXT, b"x" * 100, masked=d.connection.client)[:part])
        d.connection.end()
        ends(d)


@case("14.3.6", "6455 7.1.4", "the end of our octets inside of a fragmented message")
def run(d):
    d.frame(TEXT, b"x" * 100, fin=False)
    d.connection.end()
    ends(d)


@case("14.3.7", "6455 7.1.4", "the end of our octets inside of a message of 1 MiB")
def run(d):
    d.send(encode(BINARY, b"x" * 1048576, masked=d.connection.client)[:600000])
    d.connection.end()
    ends(d)


def reset(connection):
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.drop()


for index, (what, octets) in enumerate((("after a message", lambda masked: encode(TEXT, b"x", masked=masked)),
                                        ("inside of a frame", lambda masked: encode(TEXT, b"x" * 100, masked=masked)[:50]),
                                        ("inside of a large frame", lambda masked: encode(TEXT, b"x" * 99999, masked=masked)[:50000]),
                                        ("inside of a message", lambda masked: encode(TEXT, b"x", False, masked=masked)),
                                        ("after Close", lambda masked: encode(CLOSE, b"", masked=masked))), 1):
    @case(f"14.4.{index}", "6455 7.1.4", f"a reset {what}; the next connection is as good as ever")
    def run(d, octets=octets):
        d.send(octets(d.connection.client))
        reset(d.connection)
        after = d.another()
        after.frame(TEXT, b"still there")
        after.expect(TEXT, b"still there")
        after.close()


def fill(connection, octets):
    """Sends without reading until the peer takes no more, or all is sent. How much that was."""
    view, sent = memoryview(octets), 0
    while view[sent:] and select.select([], [connection.sock], [], 0.5)[1]:
        try:
            sent += connection.sock.send(view[sent:sent + 262144])
        except BlockingIOError:
            pass
    return sent


@case("14.5.1", "6455 5.4", "a peer that reads nothing while it sends 32 MiB, then everything: in order and complete")
def run(d):
    payloads = [struct.pack(">I", i) * 4096 for i in range(2048)]
    octets = b"".join(encode(BINARY, payload, masked=d.connection.client) for payload in payloads)
    d.send(octets[fill(d.connection, octets):])
    for payload in payloads:
        d.expect(BINARY, payload)
    d.close()


@case("14.5.2", "6455 5.5.2", "a peer that pings and reads nothing gets answers when it reads, the last ping among them")
def run(d):
    octets = b"".join(encode(PING, struct.pack(">I", i) * 30, masked=d.connection.client) for i in range(30000))
    d.send(octets[fill(d.connection, octets):])
    last = -1
    while last != 29999:
        got = d.next()
        number = struct.unpack(">I", got.payload[:4])[0]
        if got.payload != struct.pack(">I", number) * 30 or number <= last:
            raise Failed(f"after the answer to ping {last} came {got}")
        last = number
    d.close()


@case("14.6.1", "6455 5", "200 connections at once, each with its own messages", role="server")
def run(d):
    all_of_them = [d] + [d.another() for _ in range(199)]
    for turn in range(5):
        for number, each in enumerate(all_of_them):
            each.frame(TEXT, f"connection {number}, message {turn}".encode() * (1 + number))
        for number, each in enumerate(all_of_them):
            each.expect(TEXT, f"connection {number}, message {turn}".encode() * (1 + number))
    for each in all_of_them:
        each.close()
