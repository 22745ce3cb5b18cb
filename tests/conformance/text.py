"""Class 6: UTF-8 (RFC 6455 8.1, RFC 3629), valid and not, refused at the first octet that cannot be right."""
from cases import case
from frames import CONTINUATION, TEXT, encode

GREEK = "κόσμε".encode()
LONG = "Hello-µ@ßöäüàá-UTF-8!!".encode()


def echo(d, payload, chop=None):
    d.frame(TEXT, payload, chop=chop)
    d.expect(TEXT, payload)
    d.close()


def fragments(payload, size):
    pieces = [payload[i:i + size] for i in range(0, len(payload), size)] or [b""]
    return [(TEXT if i == 0 else CONTINUATION, piece, i == len(pieces) - 1) for i, piece in enumerate(pieces)]


@case("6.1.1", "6455 5.6", "an empty text")
def run(d):
    echo(d, b"")


for index, pieces in ((2, (b"", b"", b"")), (3, (b"", b"middle frame payload", b""))):
    @case(f"6.1.{index}", "6455 5.4", "a text in three fragments, empty ones among them")
    def run(d, pieces=pieces):
        for i, piece in enumerate(pieces):
            d.frame(CONTINUATION if i else TEXT, piece, fin=i == 2)
        d.expect(TEXT, b"".join(pieces))
        d.close()


@case("6.2.1", "6455 8.1", "a valid text in one frame")
def run(d):
    echo(d, LONG)


@case("6.2.2", "6455 5.6", "a valid text in two fragments, between code points")
def run(d):
    cut = LONG.index("ß".encode())
    d.frame(TEXT, LONG[:cut], fin=False)
    d.frame(CONTINUATION, LONG[cut:])
    d.expect(TEXT, LONG)
    d.close()


for index, text in ((3, LONG), (4, GREEK)):
    @case(f"6.2.{index}", "6455 5.6", "a valid text in fragments of one octet, inside of code points")
    def run(d, text=text):
        for opcode, piece, fin in fragments(text, 1):
            d.frame(opcode, piece, fin=fin)
        d.expect(TEXT, text)
        d.close()


@case("6.3.1", "6455 8.1", "a surrogate in a text of one frame")
def run(d):
    d.frame(TEXT, GREEK + b"\xed\xa0\x80" + b"edited")
    d.expect_failure(1007)


@case("6.3.2", "6455 8.1", "a surrogate in a text in fragments of one octet")
def run(d):
    for opcode, piece, fin in fragments(GREEK + b"\xed\xa0\x80" + b"edited", 1):
        d.frame(opcode, piece, fin=fin)
    d.expect_failure(1007)


# 6.4: refused as soon as it cannot become right, not at the end of the message.
for index, (first, rest) in enumerate(((GREEK + b"\xf4\x90\x80\x80", b"edited"), (GREEK + b"\xf4\x90", b"\x80\x80edited")), 1):
    @case(f"6.4.{index}", "6455 8.1", "a wrong octet in the first fragment; the rest never comes", fail_fast=True)
    def run(d, first=first):
        d.frame(TEXT, first, fin=False)
        d.expect_failure(1007)

for index, first in enumerate((GREEK + b"\xf4\x90\x80\x80", GREEK + b"\xf4\x90"), 3):
    @case(f"6.4.{index}", "6455 8.1", "a wrong octet in the first part of a frame; the rest never comes", fail_fast=True)
    def run(d, first=first):
        whole = encode(TEXT, first + b"edited" * 10, masked=d.connection.client)
        d.send(whole[:len(whole) - 60])
        d.expect_failure(1007)

VALID = ["Hello\x24World", "Hello\xa2World", "Hello\u20acWorld", "Hello\U00024b62World", "\ufeffκόσμε"]
for index, text in enumerate(VALID, 1):
    @case(f"6.5.{index}", "3629 3", "code points of 1, 2, 3 and 4 octets")
    def run(d, text=text):
        echo(d, text.encode())

# 6.6: every cut of a text: right at the borders of code points only.
for cut in range(1, len(GREEK)):
    @case(f"6.6.{cut}", "6455 8.1", f"the first {cut} octets of a Greek word as a whole text")
    def run(d, cut=cut):
        try:
            GREEK[:cut].decode()
        except UnicodeDecodeError:
            d.frame(TEXT, GREEK[:cut])
            return d.expect_failure(1007)
        echo(d, GREEK[:cut])

GOOD = ["\x00", "\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff", "\ud7ff", "\ue000", "\ufffd", "\ufffe",
        "\U0001fffe", "\U0001ffff", "\U0010fffe"]
for index, text in enumerate(GOOD, 1):
    @case(f"6.7.{index}", "3629 3", f"U+{ord(text):04X}, a code point at a border")
    def run(d, text=text):
        echo(d, text.encode())

BAD = [
    ("first of 5 octets", b"\xf8\x88\x80\x80\x80"), ("first of 6 octets", b"\xfc\x84\x80\x80\x80\x80"), ("above U+10FFFF", b"\xf4\x90\x80\x80"),
    ("U+1FFFFF", b"\xf7\xbf\xbf\xbf"), ("U+3FFFFFF", b"\xfb\xbf\xbf\xbf\xbf"), ("U+7FFFFFFF", b"\xfd\xbf\xbf\xbf\xbf\xbf"),
    ("a continuation alone", b"\x80"), ("the last continuation alone", b"\xbf"), ("two continuations", b"\x80\xbf"),
    ("three continuations", b"\x80\xbf\x80"), ("four continuations", b"\x80\xbf\x80\xbf"), ("64 continuations", bytes(range(0x80, 0xc0))),
    ("lonely starts of 2", b" ".join(bytes([i]) for i in range(0xc0, 0xe0)) + b" "),
    ("lonely starts of 3", b" ".join(bytes([i]) for i in range(0xe0, 0xf0)) + b" "),
    ("lonely starts of 4", b" ".join(bytes([i]) for i in range(0xf0, 0xf8)) + b" "),
    ("start of 2 at the end", b"\xc0"), ("start of 3, last missing", b"\xe0\x80"), ("start of 4, last missing", b"\xf0\x80\x80"),
    ("2 of 3 octets", b"\xe2\x82"), ("3 of 4 octets", b"\xf0\x90\x80"), ("impossible FE", b"\xfe"), ("impossible FF", b"\xff"),
    ("impossible FE FE FF FF", b"\xfe\xfe\xff\xff"), ("overlong slash in 2", b"\xc0\xaf"), ("overlong slash in 3", b"\xe0\x80\xaf"),
    ("overlong slash in 4", b"\xf0\x80\x80\xaf"), ("largest overlong of 2", b"\xc1\xbf"), ("largest overlong of 3", b"\xe0\x9f\xbf"),
    ("largest overlong of 4", b"\xf0\x8f\xbf\xbf"), ("overlong NUL in 2", b"\xc0\x80"), ("overlong NUL in 3", b"\xe0\x80\x80"),
    ("overlong NUL in 4", b"\xf0\x80\x80\x80"), ("surrogate D800", b"\xed\xa0\x80"), ("surrogate DB7F", b"\xed\xad\xbf"),
    ("surrogate DC00", b"\xed\xb0\x80"), ("surrogate DFFF", b"\xed\xbf\xbf"), ("a pair of surrogates", b"\xed\xa0\x80\xed\xb0\x80"),
    ("another pair of surrogates", b"\xed\xaf\xbf\xed\xbf\xbf"),
]
for index, (what, octets) in enumerate(BAD, 1):
    @case(f"6.8.{index}", "3629 3", f"not UTF-8: {what}")
    def run(d, octets=octets):
        d.frame(TEXT, octets)
        d.expect_failure(1007)

    @case(f"6.9.{index}", "3629 3", f"not UTF-8 after a long text, one octet at a time: {what}")
    def run(d, octets=octets):
        d.frame(TEXT, "long enough to leave the first block of any decoder µ".encode() * 2 + octets, chop=1)
        d.expect_failure(1007)


for index, (first, last) in enumerate(((b"\xce\xba\xcf", b""), (b"\xce", b"\xba\xe2\x82"), (b"", b"\xf0\x90\x80"), (b"\xe2", b"\x82")), 1):
    @case(f"6.10.{index}", "6455 8.1", f"a text in two fragments, {len(first)} and {len(last)} octets, that ends inside of a code point")
    def run(d, first=first, last=last):
        d.frame(TEXT, first, fin=False)
        d.frame(CONTINUATION, last)
        d.expect_failure(1007)
