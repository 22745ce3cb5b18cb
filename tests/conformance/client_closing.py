"""Class 16, of clients: closing as they begin it, failing by dropping the connection (spec 2.2.14), masking."""
import frames
from cases import Failed, case
from frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, close_payload, encode


def ended(d, what):
    said = d.client.says()
    while said.startswith("opened"):
        said = d.client.says()
    if not said.startswith(f"ended {what}"):
        raise Failed(f"expected {what!r}, the client said {said!r}")


def begin_close(d, *words):
    """The client is told to close; its Close."""
    d.frame(TEXT, b"ready")
    d.expect(TEXT, b"ready")
    d.client.tell("close", *words)
    got = d.next()
    if got.opcode != CLOSE:
        raise Failed(f"expected Close, got {got}")
    return got


def finish(d):
    d.connection.end()
    d.expect_end()
    ended(d, "closed_by_us")


for index, (code, reason) in enumerate(((1000, b""), (1000, b"bye"), (1001, "é".encode() * 61), (3000, b"*" * 123), (4999, b"x")), 1):
    @case(f"16.1.{index}", "6455 5.5.1", f"it closes with {code} and {len(reason)} octets", role="client", ours=True)
    def run(d, code=code, reason=reason):
        got = begin_close(d, str(code), reason.decode())
        if got.payload != close_payload(code, reason):
            raise Failed(f"expected Close {code} {reason}, got {got}")
        d.frame(CLOSE, got.payload)
        finish(d)


@case("16.2.1", "6455 5.5.1", "what comes between its Close and ours is not echoed; pings may be answered or not", role="client", ours=True)
def run(d):
    begin_close(d, "1000")
    d.frame(TEXT, b"late")
    d.frame(BINARY, b"later" * 10000)
    d.frame(TEXT, b"late", fin=False)
    d.frame(CONTINUATION, b"r")
    d.frame(CLOSE, close_payload(1000))
    finish(d)


@case("16.2.2", "6455 7.1.1", "a server that ends the connection instead of answering its Close", role="client", ours=True)
def run(d):
    begin_close(d, "1000")
    finish(d)


BROKEN = [("reserved bits", encode(TEXT, b"x", rsv=1, masked=False)), ("a reserved opcode", encode(3, b"x", masked=False)),
          ("a masked frame", encode(TEXT, b"x", masked=True)), ("a continuation of nothing", encode(CONTINUATION, b"x", masked=False)),
          ("a long ping", encode(PING, b"x" * 126, masked=False)), ("bad UTF-8", encode(TEXT, b"\xff", masked=False)),
          ("a Close of one octet", encode(CLOSE, b"x", masked=False)), ("a Close with 1005", encode(CLOSE, close_payload(1005), masked=False)),
          ("a message over the limit", encode(TEXT, b"x" * 1001, masked=False))]
for index, (what, octets) in enumerate(BROKEN, 1):
    @case(f"16.3.{index}", "6455 7.1.7", f"told to fail by dropping, it says nothing to {what}", role="client",
          open="fail_by_drop=1 max_message_size=1000")
    def run(d, octets=octets):
        d.send(octets)
        try:
            got = d.connection.receive()
        except frames.Ended:
            return ended(d, "violation")
        raise Failed(f"expected the end, got {got}")


@case("16.3.20", "6455 10.4", "a message of just its limit", role="client", open="max_message_size=1000")
def run(d):
    d.frame(TEXT, b"x" * 1000)
    d.expect(TEXT, b"x" * 1000)
    d.close()


@case("16.3.22", "6455 10.4", "a message of just its limit in two fragments", role="client", open="max_message_size=1000")
def run(d):
    d.frame(TEXT, b"x" * 600, fin=False)
    d.frame(CONTINUATION, b"x" * 400)
    d.expect(TEXT, b"x" * 1000)
    d.close()


@case("16.3.21", "6455 7.4.1", "a message over its limit fails with 1009", role="client", open="max_message_size=1000")
def run(d):
    d.frame(TEXT, b"x" * 600, fin=False)
    d.frame(CONTINUATION, b"x" * 401)
    d.expect_failure(1009)


@case("16.4.1", "6455 5.3", "every frame has a masking key of its own", role="client")
def run(d):
    keys = set()
    for opcode in (TEXT, BINARY, PING):
        for _ in range(50):
            d.frame(opcode, b"Hello")
            keys.add(d.next().key)
    if len(keys) < 149:  # two of 150 may be the same once in 400,000 runs, three never
        raise Failed(f"150 frames had {len(keys)} different masking keys")
    d.close()
