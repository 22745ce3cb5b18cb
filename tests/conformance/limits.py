"""Classes 9 and 10: large messages, many messages, fragments that the peer chooses."""
from cases import Failed, case
from frames import BINARY, CONTINUATION, TEXT, encode

KIB, MIB = 1024, 1024 * 1024


def text(size):
    return (b"BAsd7&jh23" * (size // 10 + 1))[:size]


for group, kind in ((1, TEXT), (2, BINARY)):
    for index, size in enumerate((64 * KIB, 256 * KIB, 1 * MIB, 4 * MIB, 8 * MIB, 16 * MIB), 1):
        @case(f"9.{group}.{index}", "6455 5.2", f"a message of {size // KIB} KiB", max_message=size)
        def run(d, kind=kind, size=size):
            payload = text(size)
            d.frame(kind, payload)
            d.expect(kind, payload)
            d.close()

for group, kind in ((3, TEXT), (4, BINARY)):
    for index, fragment in enumerate((64, 256, 1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1 * MIB, 4 * MIB), 1):
        size = 4 * MIB if fragment >= KIB else 256 * KIB
        @case(f"9.{group}.{index}", "6455 5.4", f"a message of {size // KIB} KiB in fragments of {fragment}", max_message=size)
        def run(d, kind=kind, size=size, fragment=fragment):
            payload, masked = text(size), d.connection.client
            pieces = [payload[i:i + fragment] for i in range(0, size, fragment)]
            d.send(b"".join(encode(CONTINUATION if i else kind, piece, fin=i == len(pieces) - 1, masked=masked)
                            for i, piece in enumerate(pieces)))
            d.expect(kind, payload)
            d.close()

for group, kind in ((5, TEXT), (6, BINARY)):
    for index, chop in enumerate((64, 128, 256, 512, 1024, 2048), 1):
        @case(f"9.{group}.{index}", "6455 5.2", f"a message of 1 MiB, {chop} octets at a time", max_message=MIB)
        def run(d, kind=kind, chop=chop):
            payload = text(MIB)
            d.frame(kind, payload, chop=chop)
            d.expect(kind, payload)
            d.close()

for group, kind in ((7, TEXT), (8, BINARY)):
    for index, size in enumerate((0, 16, 64, 256, 1024, 4096), 1):
        @case(f"9.{group}.{index}", "6455 6", f"a thousand messages of {size} octets there and back")
        def run(d, kind=kind, size=size):
            payload = text(size)
            for _ in range(1000):
                d.frame(kind, payload)
                d.expect(kind, payload)
            d.close()


@case("10.1.1", "6455 5.4", "a message of 64 KiB in fragments of 1,300")
def run(d):
    payload, masked = text(64 * KIB), d.connection.client
    for i in range(0, len(payload), 1300):
        d.send(encode(CONTINUATION if i else TEXT, payload[i:i + 1300], fin=i + 1300 >= len(payload), masked=masked))
    d.expect(TEXT, payload)
    d.close()
