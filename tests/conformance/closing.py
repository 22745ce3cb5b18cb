"""Class 7: closing (RFC 6455 5.5.1, 7)."""
import struct

from cases import Failed, case
from frames import CLOSE, CONTINUATION, PING, TEXT, close_payload, encode


@case("7.1.1", "6455 7.1.2", "a message, then Close")
def run(d):
    d.frame(TEXT, b"Hello World!")
    d.expect(TEXT, b"Hello World!")
    d.close()


@case("7.1.2", "6455 5.5.1", "two Close frames")
def run(d):
    masked = d.connection.client
    d.send(encode(CLOSE, close_payload(1000), masked=masked) * 2)
    got = d.next()
    assert (got.opcode, got.payload[:2]) == (CLOSE, struct.pack("!H", 1000)), got
    if d.connection.client:
        d.expect_end()


@case("7.1.3", "6455 5.5.1", "a ping after Close is not answered")
def run(d):
    masked = d.connection.client
    d.send(encode(CLOSE, close_payload(1000), masked=masked) + encode(PING, b"late", masked=masked))
    got = d.next()
    assert got.opcode == CLOSE, got
    if d.connection.client:
        d.expect_end()


@case("7.1.4", "6455 5.5.1", "a message after Close is not echoed")
def run(d):
    masked = d.connection.client
    d.send(encode(CLOSE, close_payload(1000), masked=masked) + encode(TEXT, b"late", masked=masked))
    got = d.next()
    assert got.opcode == CLOSE, got
    if d.connection.client:
        d.expect_end()


@case("7.1.5", "6455 5.5.1", "Close inside a fragmented message")
def run(d):
    masked = d.connection.client
    d.send(encode(TEXT, b"fragment1", fin=False, masked=masked) + encode(CLOSE, close_payload(1000), masked=masked) +
           encode(CONTINUATION, b"fragment2", masked=masked))
    got = d.next()
    assert got.opcode == CLOSE, got
    if d.connection.client:
        d.expect_end()


# A tunnel may answer the Close before its other side answers the messages: "as soon as practical".
@case("7.1.6", "6455 5.5.1", "256 KiB, a short message, Close and a ping at once", tunnel=False)
def run(d):
    masked = d.connection.client
    large = b"BAsd7&jh23" * 26214
    d.send(encode(TEXT, large, masked=masked) + encode(TEXT, b"Hello World!", masked=masked) +
           encode(CLOSE, close_payload(1000), masked=masked) + encode(PING, b"", masked=masked))
    d.expect(TEXT, large)
    d.expect(TEXT, b"Hello World!")
    got = d.next()
    assert got.opcode == CLOSE, got
    if d.connection.client:
        d.expect_end()


@case("7.3.1", "6455 5.5.1", "Close without a body")
def run(d):
    d.frame(CLOSE, b"")
    got = d.next()
    assert got.opcode == CLOSE, got
    assert got.payload == b"" or got.payload[:2] == struct.pack("!H", 1000), got
    if d.connection.client:
        d.expect_end()


@case("7.3.2", "6455 5.5.1", "Close with a body of one octet")
def run(d):
    d.frame(CLOSE, b"a")
    d.expect_failure(1002)


for index, reason in ((3, b""), (4, b"Hello World!"), (5, b"*" * 123)):
    @case(f"7.3.{index}", "6455 5.5.1", f"Close with a reason of {len(reason)} octets")
    def run(d, reason=reason):
        d.close(close_payload(1000, reason))


@case("7.3.6", "6455 5.5", "Close with a reason of 124 octets: longer than a control frame may be")
def run(d):
    d.frame(CLOSE, close_payload(1000, b"*" * 124))
    d.expect_failure(1002)


@case("7.5.1", "6455 5.5.1", "Close with a reason that is not UTF-8")
def run(d):
    d.frame(CLOSE, close_payload(1000, "κόσμε".encode() + b"\xed\xa0\x80edited"))
    d.expect_failure(1007, 1002)


for index, code in enumerate((1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999), 1):
    @case(f"7.7.{index}", "6455 7.4", f"Close with the code {code}")
    def run(d, code=code):
        d.close(close_payload(code))

for index, code in enumerate((1012, 1013), 14):
    @case(f"7.7.{index}", "6455 7.4.2", f"Close with the code {code}, registered after the RFC")
    def run(d, code=code):
        d.close(close_payload(code))

for index, code in enumerate((0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999), 1):
    @case(f"7.9.{index}", "6455 7.4", f"Close with the code {code}, which must not be sent")
    def run(d, code=code):
        d.frame(CLOSE, close_payload(code))
        d.expect_failure(1002)

for index, code in enumerate((5000, 65535, 1014), 1):
    @case(f"7.13.{index}", "6455 7.4.2", f"Close with the code {code}, of which the RFC says nothing: some orderly end")
    def run(d, code=code):
        d.frame(CLOSE, close_payload(code))
        got = d.next()
        if got.opcode != CLOSE:
            raise Failed(f"expected Close, got {got}")
        if d.connection.client:
            d.expect_end()
