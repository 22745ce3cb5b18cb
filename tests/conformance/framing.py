"""Classes 1 to 5: framing, pings, reserved bits, opcodes, fragmentation."""
from cases import case
from frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_payload, encode

# 1: every form of the length, text and binary, whole and in pieces.
for kind, name, octet, group in ((TEXT, "text", b"*", 1), (BINARY, "binary", b"\xfe", 2)):
    for index, (size, chop) in enumerate(((0, None), (125, None), (126, None), (127, None), (128, None), (65535, None),
                                          (65536, None), (65536, 997), (65536, 1)), 1):
        @case(f"1.{group}.{index}", "6455 5.2", f"{name} message of {size} octets" + (f", {chop} at a time" if chop else ""))
        def run(d, kind=kind, octet=octet, size=size, chop=chop):
            payload = octet * size
            d.frame(kind, payload, chop=chop)
            d.expect(kind, payload)
            d.close()

# 2: pings and pongs.
for index, (payload, chop) in enumerate(((b"", None), (b"Hello, world!", None), (bytes(range(0, 256, 16)), None),
                                         (b"\xfe" * 125, None)), 1):
    @case(f"2.{index}", "6455 5.5.3", f"ping of {len(payload)} octets")
    def run(d, payload=payload):
        d.frame(PING, payload)
        d.expect_pong(payload)
        d.close()


@case("2.5", "6455 5.5", "ping of 126 octets")
def run(d):
    d.frame(PING, b"\xfe" * 126)
    d.expect_failure(1002)


@case("2.6", "6455 5.5.3", "ping of 125 octets, one at a time")
def run(d):
    d.frame(PING, b"\xfe" * 125, chop=1)
    d.expect_pong(b"\xfe" * 125)
    d.close()


for index, payload in ((7, b""), (8, b"unsolicited pong payload")):
    @case(f"2.{index}", "6455 5.5.3", f"pong that nobody asked for, of {len(payload)} octets")
    def run(d, payload=payload):
        d.frame(PONG, payload)
        d.frame(TEXT, b"still here")
        d.expect(TEXT, b"still here")
        d.close()


@case("2.9", "6455 5.5.3", "pong that nobody asked for, then a ping")
def run(d):
    d.frame(PONG, b"unsolicited pong payload")
    d.frame(PING, b"ping payload")
    d.expect_pong(b"ping payload")
    d.close()


for index, chop in ((10, None), (11, 1)):
    @case(f"2.{index}", "6455 5.5.3", "ten pings" + (", one octet at a time" if chop else " at once"))
    def run(d, chop=chop):
        payloads = [f"payload-{i}".encode() for i in range(10)]
        d.send(b"".join(encode(PING, payload, masked=d.connection.client) for payload in payloads), chop)
        # RFC 6455 5.5.3: only the last one may be answered; each that comes must be one of them, in order.
        answered = [d.next() for _ in payloads[:1]]
        while answered[-1].payload != payloads[-1]:
            answered.append(d.next())
        got = [frame.payload for frame in answered]
        assert all(frame.opcode == PONG for frame in answered) and got == [p for p in payloads if p in got], got
        d.close()

# 3: reserved bits without an extension.
for rsv in range(1, 8):
    @case(f"3.{rsv}", "6455 5.2", f"RSV bits {rsv:03b} without an extension")
    def run(d, rsv=rsv):
        opcode, payload = {5: (BINARY, b"\xff" * 8), 6: (PING, b"Hello"), 7: (CLOSE, close_payload(1000))}.get(rsv, (TEXT, b"Hello"))
        d.frame(TEXT, b"before")
        d.expect(TEXT, b"before")
        d.frame(opcode, payload, rsv=rsv, chop={3: None, 4: 1}.get(rsv))
        d.expect_failure(1002)


@case("3.8", "6455 5.2", "RSV1 on a continuation")
def run(d):
    d.frame(TEXT, b"a", fin=False)
    d.frame(CONTINUATION, b"b", rsv=4)
    d.expect_failure(1002)

# 4: opcodes that mean nothing.
for group, opcodes in ((1, range(3, 8)), (2, range(11, 16))):
    for index, opcode in enumerate(opcodes, 1):
        @case(f"4.{group}.{index}", "6455 5.2", f"reserved opcode {opcode}")
        def run(d, opcode=opcode, index=index):
            if index >= 3:
                d.frame(TEXT, b"Hello")
                d.expect(TEXT, b"Hello")
            d.frame(opcode, b"reserved opcode" if index % 2 == 0 else b"", chop=1 if index == 4 else None)
            d.expect_failure(1002)

# 5: fragmentation.
for index, opcode in ((1, PING), (2, PONG)):
    @case(f"5.{index}", "6455 5.5", "a control frame in two fragments")
    def run(d, opcode=opcode):
        d.frame(opcode, b"fragment1", fin=False)
        d.frame(CONTINUATION, b"fragment2")
        d.expect_failure(1002)

for index, (chop, kind) in enumerate(((None, TEXT), (9, TEXT), (1, TEXT), (None, BINARY)), 1):
    @case(f"5.{2 + index}", "6455 5.4", "a message in two fragments" + (f", {chop} octets at a time" if chop else ""))
    def run(d, chop=chop, kind=kind):
        whole = encode(kind, b"fragment1", fin=False, masked=d.connection.client)
        d.send(whole + encode(CONTINUATION, b"fragment2", masked=d.connection.client), chop)
        d.expect(kind, b"fragment1fragment2")
        d.close()

for index, chop in ((7, None), (8, 1)):
    @case(f"5.{index}", "6455 5.4", "a ping between two fragments" + (", one octet at a time" if chop else ""))
    def run(d, chop=chop):
        masked = d.connection.client
        d.send(encode(TEXT, b"fragment1", fin=False, masked=masked) + encode(PING, b"ping payload", masked=masked) +
               encode(CONTINUATION, b"fragment2", masked=masked), chop)
        d.expect_pong(b"ping payload")
        d.expect(TEXT, b"fragment1fragment2")
        d.close()

for index, (fin, first) in enumerate(((True, True), (False, True), (True, False), (False, False)), 9):
    @case(f"5.{index}", "6455 5.4", f"a continuation (FIN {int(fin)}) of nothing" + ("" if first else " after a whole message"))
    def run(d, fin=fin, first=first):
        if not first:
            d.frame(TEXT, b"whole")
            d.expect(TEXT, b"whole")
        d.frame(CONTINUATION, b"non-continuation payload", fin=fin)
        d.frame(TEXT, b"Hello, world!")
        d.expect_failure(1002)

for index, chop in ((13, None), (14, 1)):
    @case(f"5.{index}", "6455 5.4", "a continuation of nothing, then a message" + (", one octet at a time" if chop else ""))
    def run(d, chop=chop):
        masked = d.connection.client
        d.send(encode(CONTINUATION, b"nothing", fin=False, masked=masked) + encode(TEXT, b"Hello", masked=masked), chop)
        d.expect_failure(1002)


@case("5.15", "6455 5.4", "two fragments, then a continuation of nothing and a message")
def run(d):
    d.frame(TEXT, b"fragment1", fin=False)
    d.frame(CONTINUATION, b"fragment2")
    d.expect(TEXT, b"fragment1fragment2")
    d.frame(CONTINUATION, b"fragment3", fin=False)
    d.frame(TEXT, b"fragment4")
    d.expect_failure(1002)


for index, fin in ((16, False), (17, True)):
    @case(f"5.{index}", "6455 5.4", f"twice a continuation (FIN {int(fin)}) of nothing and a message")
    def run(d, fin=fin):
        for _ in range(2):
            d.frame(CONTINUATION, b"fragment1", fin=fin)
            d.frame(TEXT, b"fragment2", fin=False)
            d.frame(CONTINUATION, b"fragment3")
        d.expect_failure(1002)


@case("5.18", "6455 5.4", "a second message begins inside the first")
def run(d):
    d.frame(TEXT, b"fragment1", fin=False)
    d.frame(TEXT, b"fragment2")
    d.expect_failure(1002)


for index, chop in ((19, None), (20, 1)):
    @case(f"5.{index}", "6455 5.4", "pings between five fragments, a pause after two" + (", one octet at a time" if chop else ""))
    def run(d, chop=chop):
        masked = d.connection.client
        d.send(encode(TEXT, b"fragment1", fin=False, masked=masked) + encode(CONTINUATION, b"fragment2", fin=False, masked=masked) +
               encode(PING, b"pongme 1!", masked=masked), chop)
        d.expect_pong(b"pongme 1!")
        d.send(b"".join((encode(CONTINUATION, b"fragment3", fin=False, masked=masked),
                         encode(CONTINUATION, b"fragment4", fin=False, masked=masked),
                         encode(PING, b"pongme 2!", masked=masked), encode(CONTINUATION, b"fragment5", masked=masked))), chop)
        d.expect_pong(b"pongme 2!")
        d.expect(TEXT, b"fragment1fragment2fragment3fragment4fragment5")
        d.close()


@case("5.21", "6455 5.4", "empty fragments in front, between and behind")
def run(d):
    d.frame(BINARY, b"", fin=False)
    d.frame(CONTINUATION, b"a", fin=False)
    d.frame(CONTINUATION, b"", fin=False)
    d.frame(CONTINUATION, b"")
    d.expect(BINARY, b"a")
    d.close()


@case("5.22", "6455 5.1", "masking is as the role wants it", wrong_mask=True)
def run(d):
    d.send(encode(TEXT, b"Hello", masked=not d.connection.client))
    d.expect_failure(1002)


for index, (length, form) in enumerate(((5, 126), (125, 126), (5, 127), (65535, 127)), 23):
    @case(f"5.{index}", "6455 5.2", f"a length of {length} in the form {form}: not the minimal number of octets")
    def run(d, length=length, form=form):
        mask_bit = 0x80 if d.connection.client else 0
        size = length.to_bytes(2 if form == 126 else 8, "big")
        d.send(bytes([0x82, mask_bit | form]) + size + (b"\0\0\0\0" if mask_bit else b"") + b"x" * length)
        d.expect_failure(1002)


@case("5.27", "6455 5.2", "a length with the most significant bit set")
def run(d):
    d.send(bytes([0x82, (0x80 if d.connection.client else 0) | 127]) + b"\xff" * 8 + b"\0\0\0\0")
    d.expect_failure(1002, 1009)
