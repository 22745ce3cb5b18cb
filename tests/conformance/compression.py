"""Classes 12 and 13: permessage-deflate (RFC 7692), with every window and every combination of context takeover."""
import random
import zlib

from cases import Failed, case
from frames import BINARY, CONTINUATION, TEXT, encode

TAIL = b"\0\0\xff\xff"
WORDS = ("wamp", "session", "publish", "subscribe", "{\"topic\":", "com.example.", "0123456789", "value", "\":[1,2,3]}", " ")


def parameters(answer):
    """What the peer has accepted: name → value or True; only permessage-deflate may be there."""
    name, *rest = [part.strip() for part in answer.split(";")]
    if name != "permessage-deflate":
        raise Failed(f"expected permessage-deflate, got {answer!r}")
    found = {}
    for part in rest:
        key, _, value = (word.strip() for word in part.partition("="))
        if key in found:
            raise Failed(f"{key} is there twice (RFC 7692 7.1)")
        found[key] = int(value.strip(' "')) if value else True
    return found


class Codec:
    """Both directions of one end; `answer` is the agreed extension, `client` whether this end is the client."""

    def __init__(self, answer, client):
        self.agreed = parameters(answer)
        ours, theirs = ("client", "server") if client else ("server", "client")
        self.our_bits = self.agreed.get(f"{ours}_max_window_bits", 15)
        self.our_bits = 15 if self.our_bits is True else self.our_bits
        their_bits = self.agreed.get(f"{theirs}_max_window_bits", 15)
        self.their_bits = 15 if their_bits is True else their_bits
        self.we_reset = f"{ours}_no_context_takeover" in self.agreed
        self.they_reset = f"{theirs}_no_context_takeover" in self.agreed
        self.deflater = self.inflater = None

    def deflate(self, payload, level=6):
        if self.deflater is None or self.we_reset:
            self.deflater = zlib.compressobj(level, zlib.DEFLATED, -max(self.our_bits, 9))
        octets = self.deflater.compress(payload) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        assert octets.endswith(TAIL)
        return octets[:-4]

    def inflate(self, octets):
        """With a window of just what was agreed: what reaches further back cannot be undone."""
        if octets == b"":
            raise Failed("a compressed message without octets: an empty one is 0x00 (RFC 7692 7.2.3.6)")
        if octets.endswith(TAIL):
            raise Failed("the end of the last block was not removed (RFC 7692 7.2.1)")
        if self.inflater is None or self.they_reset:
            self.inflater = zlib.decompressobj(-max(self.their_bits, 8))
        try:
            return self.inflater.decompress(octets + TAIL)
        except zlib.error as error:
            raise Failed(f"what was compressed cannot be undone with what was agreed: {error}") from None


def payloads(seed, size, count):
    made = random.Random(seed)
    for _ in range(count):
        text = ""
        while len(text) < size:
            text += made.choice(WORDS)
        yield text[:size].encode()


def exchange(d, codec, seed, size, count, fragment=None, kind=TEXT):
    for payload in payloads(seed, size, count):
        octets = codec.deflate(payload)
        pieces = [octets[i:i + fragment] for i in range(0, len(octets), fragment)] if fragment else [octets]
        d.send(b"".join(encode(CONTINUATION if i else kind, piece, fin=i == len(pieces) - 1, rsv=0 if i else 4,
                               masked=d.connection.client) for i, piece in enumerate(pieces)))
        got = d.message(codec.inflate)
        if got != (kind, payload):
            raise Failed(f"a message of {size} octets came back as another one")
    d.close()


SIZES = (16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072)
for index, size in enumerate(SIZES, 1):
    @case(f"12.1.{index}", "7692 7.2", f"20 compressed messages of {size} octets", offer="permessage-deflate")
    def run(d, size=size):
        exchange(d, Codec(d.connection.extension, d.connection.client), size, size, 20)

    @case(f"12.2.{index}", "7692 7.2.2", f"20 compressed messages of {size} octets in fragments of 256", offer="permessage-deflate")
    def run(d, size=size):
        exchange(d, Codec(d.connection.extension, d.connection.client), size, size, 20, fragment=256, kind=BINARY)

OFFERS = ["permessage-deflate; client_no_context_takeover", "permessage-deflate; server_no_context_takeover",
          "permessage-deflate; client_no_context_takeover; server_no_context_takeover"]
OFFERS += [f"permessage-deflate; server_max_window_bits={bits}" for bits in range(9, 16)]
OFFERS += [f"permessage-deflate; client_max_window_bits={bits}" for bits in range(9, 16)]
OFFERS += ["permessage-deflate; client_max_window_bits",
           "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits=9; server_max_window_bits=9",
           "permessage-deflate; server_no_context_takeover; server_max_window_bits=10, permessage-deflate",
           "x-unknown-extension, permessage-deflate; server_max_window_bits=12"]
for index, offer in enumerate(OFFERS, 1):
    @case(f"13.{index}", "7692 7.1", f"offer {offer}", offer=offer, role="server")
    def run(d, offer=offer):
        codec = Codec(d.connection.extension, d.connection.client)
        asked = [part.strip() for part in offer.split(",") if "permessage-deflate" in part][0]
        for wanted in ("server_no_context_takeover",):
            if wanted in asked and wanted not in codec.agreed:
                raise Failed(f"{wanted} was asked for and not agreed (RFC 7692 7.1.1.1)")
        if "server_max_window_bits=" in asked:
            most = int(asked.split("server_max_window_bits=")[1].split(";")[0])
            if codec.agreed.get("server_max_window_bits", 15) > most:
                raise Failed(f"a window of at most {most} bits was asked for, got {codec.agreed} (RFC 7692 7.1.2.1)")
        if "client_max_window_bits" in codec.agreed and "client_max_window_bits" not in asked:
            raise Failed("client_max_window_bits was agreed without being offered (RFC 7692 7.1.2.2)")
        exchange(d, codec, 100 + index, 20000, 12)


# What a server may answer, and what the client was told to ask for.
ANSWERS = [("deflate=", answer) for answer in (
    "permessage-deflate", "permessage-deflate; server_no_context_takeover", "permessage-deflate; client_no_context_takeover",
    "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
    'permessage-deflate ; server_max_window_bits = "10" ; client_max_window_bits="11"',
    *(f"permessage-deflate; server_max_window_bits={bits}" for bits in range(9, 16)),
    *(f"permessage-deflate; client_max_window_bits={bits}" for bits in range(9, 16)),
    "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits=9; server_max_window_bits=9")]
ANSWERS += [("request_no_context_takeover=1", "permessage-deflate; server_no_context_takeover"),
            ("request_max_window_bits=9", "permessage-deflate; server_max_window_bits=9"),
            ("request_max_window_bits=12", "permessage-deflate; server_max_window_bits=10"),
            ("no_context_takeover=1", "permessage-deflate; client_no_context_takeover"),
            ("no_context_takeover=1", "permessage-deflate"), ("max_window_bits=9", "permessage-deflate; client_max_window_bits=9"),
            ("max_window_bits=9", "permessage-deflate")]
for index, (told, answer) in enumerate(ANSWERS, 201):
    @case(f"13.{index}", "7692 7.1", f"told {told}, the server answers {answer}", role="client", open=told, answer=answer)
    def run(d, index=index):
        exchange(d, Codec(d.connection.extension, d.connection.client), index, 20000, 12)


@case("13.90", "7692 7.2.3.4", "a compressed message that is a final block", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    final = zlib.compressobj(6, zlib.DEFLATED, -15)
    d.frame(TEXT, final.compress(b"Hello") + final.flush(zlib.Z_FINISH) + b"\0", rsv=4)
    got = d.message(codec.inflate)
    assert got == (TEXT, b"Hello"), got
    d.close()


@case("13.91", "7692 7.2.3.6", "an empty compressed message", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    d.frame(TEXT, b"\0", rsv=4)
    got = d.message(codec.inflate)
    assert got == (TEXT, b""), got
    d.close()


@case("13.92", "7692 6.1", "messages with and without compression", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    for i in range(4):
        payload = b"Hello " * 20 + str(i).encode()
        d.frame(TEXT, codec.deflate(payload) if i % 2 else payload, rsv=4 if i % 2 else 0)
        assert d.message(codec.inflate) == (TEXT, payload)
    d.close()


@case("13.93", "7692 7.2.2", "octets that are no DEFLATE", offer="permessage-deflate")
def run(d):
    d.frame(TEXT, b"\xff\xff\xff\xff\xff", rsv=4)
    d.expect_failure(1002, 1007)


@case("13.94", "6455 8.1", "a compressed text that is not UTF-8", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    d.frame(TEXT, codec.deflate(b"Hello \xed\xa0\x80"), rsv=4)
    d.expect_failure(1007)


@case("13.95", "7692 6.1", "RSV1 on a control frame", offer="permessage-deflate")
def run(d):
    d.frame(9, b"ping", rsv=4)
    d.expect_failure(1002)


@case("13.96", "7692 6.1", "RSV1 on a continuation", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    octets = codec.deflate(b"Hello " * 30)
    d.frame(TEXT, octets[:5], fin=False, rsv=4)
    d.frame(CONTINUATION, octets[5:], rsv=4)
    d.expect_failure(1002)


@case("13.97", "7692 7.2.2", "control frames between compressed fragments, octet by octet", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    octets, masked = codec.deflate(b"Hello " * 30), d.connection.client
    d.send(encode(TEXT, octets[:5], fin=False, rsv=4, masked=masked) + encode(9, b"now", masked=masked) +
           encode(CONTINUATION, octets[5:], masked=masked), 1)
    d.expect_pong(b"now")
    assert d.message(codec.inflate) == (TEXT, b"Hello " * 30)
    d.close()


for index, rsv in enumerate((1, 2, 3, 5, 6, 7), 98):
    @case(f"13.{index}", "6455 5.2", f"reserved bits {rsv:03b} where compression has only the first", offer="permessage-deflate")
    def run(d, rsv=rsv):
        codec = Codec(d.connection.extension, d.connection.client)
        d.frame(TEXT, codec.deflate(b"Hello"), rsv=rsv)
        d.expect_failure(1002)


@case("13.110", "6455 8.1", "a compressed text that ends inside of a code point", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    d.frame(TEXT, codec.deflate("Hello µ".encode()[:-1]), rsv=4)
    d.expect_failure(1007)


@case("13.111", "7692 7.2.2", "compressed octets that end inside of a block", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    d.frame(BINARY, codec.deflate(bytes(range(256)))[:-100], rsv=4)
    d.expect_failure(1002, 1007)


@case("13.112", "7692 7.2.1", "an empty message after others, between two fragments of zero octets", offer="permessage-deflate")
def run(d):
    codec = Codec(d.connection.extension, d.connection.client)
    d.frame(TEXT, codec.deflate(b"Hello " * 30), rsv=4)
    assert d.message(codec.inflate) == (TEXT, b"Hello " * 30)
    d.frame(TEXT, b"", fin=False, rsv=4)
    d.frame(CONTINUATION, b"\0", fin=False)
    d.frame(CONTINUATION, b"")
    assert d.message(codec.inflate) == (TEXT, b"")
    d.close()
