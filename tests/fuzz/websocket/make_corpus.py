"""Writes the corpora of the WebSocket and RawSocket fuzz targets: make_corpus.py tests/fuzz/corpus"""
import pathlib
import sys
import zlib

root = pathlib.Path(sys.argv[1])


def write(target, name, octets):
    folder = root / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(octets)


def frame(opcode, payload, fin=True, rsv=0, mask=b"\x37\xfa\x21\x3d", form=None):
    length = len(payload)
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    form = form if form is not None else 0 if length < 126 else 2 if length < 65536 else 8
    head += bytes([(0x80 if mask else 0) | (length if form == 0 else 126 if form == 2 else 127)])
    head += (length.to_bytes(form, "big") if form else b"") + mask
    return head + bytes(o ^ mask[i % 4] for i, o in enumerate(payload)) if mask else head + payload


def deflated(payload, final=False):
    squeeze = zlib.compressobj(wbits=-15)
    wire = squeeze.compress(payload) + squeeze.flush(zlib.Z_FINISH if final else zlib.Z_SYNC_FLUSH)
    return wire + b"\0" if final else wire[:-4]


mixed = "ä€😀 x".encode()
frames = {
    "empty": b"",
    "text": frame(1, b"Hello") + frame(2, bytes(range(256))),
    "unmasked": frame(1, b"Hello", mask=b""),
    "fragments": frame(1, mixed[:1], fin=False) + frame(9, b"ping") + frame(0, b"", fin=False) + frame(0, mixed[1:]),
    "close": frame(8, b"\x03\xe8bye") + frame(1, b"late"),
    "lengths": b"".join(frame(2, b"x" * n) for n in (0, 125, 126, 127, 300)),
    "large": frame(1, b"l" * 20000) + frame(10, b"pong"),
    "bad_text": frame(1, b"ab\xed\xa0\x80") + frame(1, b"skipped") + frame(8, b""),
    "cut_text": frame(1, b"ab\xe2\x82"),
    "reserved": frame(3, b"x") + frame(11, b"x"),
    "rsv": frame(1, b"x", rsv=4) + frame(1, b"x", rsv=3),
    "not_minimal": frame(2, b"x", form=2) + frame(2, b"x", form=8),
    "huge": b"\x82\xff\x80\0\0\0\0\0\0\0",
    "control": frame(9, b"x", fin=False) + frame(9, b"x" * 126) + frame(8, b"x"),
    "order": frame(0, b"x") + frame(1, b"a", fin=False) + frame(1, b"b"),
}
for name, octets in frames.items():
    for flags in (0, 1, 1 | 8 | 16):
        write("frames", f"{name}_{flags}", bytes([flags]) + octets)
squeezed = {
    "one": frame(1, deflated(mixed * 20), rsv=4) + frame(1, b"plain"),
    "two": frame(1, deflated(b"Hello"), rsv=4) + frame(1, b"\xf2\x00\x11\x00\x00", rsv=4),
    "fragments": frame(2, deflated(b"abc" * 99)[:3], fin=False, rsv=4) + frame(0, deflated(b"abc" * 99)[3:]),
    "final": frame(1, deflated(b"final", final=True), rsv=4),
    "bomb": frame(2, deflated(b"\0" * 200000), rsv=4),
    "bad_text": frame(1, deflated(b"ab\xff"), rsv=4),
    "broken": frame(2, b"\xff\xff\xff\xff", rsv=4),
    "continuation": frame(1, b"\0", fin=False, rsv=4) + frame(0, b"\0", rsv=4),
}
for name, octets in squeezed.items():
    for flags in (32, 33, 32 | 64, 33 | 8):
        write("frames", f"deflate_{name}_{flags}", bytes([flags]) + octets)

for flags in (0, 60, 255):
    for name, octets in {"hello": b"\xf2\x48\xcd\xc9\xc9\x07\x00", "stored": b"\x00\x05\x00\xfa\xffHello\x00",
                         "final": b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "zero": b"\0", "text": mixed * 50,
                         "bomb": deflated(b"\0" * 100000), "garbage": b"\xff" * 9, "mixed": deflated(mixed * 90)}.items():
        write("deflate", f"{name}_{flags}", bytes([flags]) + octets)

offers = ["permessage-deflate", "permessage-deflate; client_max_window_bits",
          "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=\"9\"",
          "permessage-deflate; server_max_window_bits=8, permessage-deflate", "foo; a=b, , permessage-deflate;x",
          "permessage-deflate; client_max_window_bits=16", "x; y=\"\\a\"", "permessage-deflate; client_no_context_takeover"]
for i, offer in enumerate(offers):
    for flags in (0, 0x13, 0x1f):
        write("extension_offer", f"offer_{i}_{flags}", bytes([flags, i * 9]) + offer.encode())

accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
good = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
responses = [good + "\r\n", good + "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
             good + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\r\n\r\n",
             "HTTP/1.1 403 Forbidden\r\nServer: x\r\n\r\n", "HTTP/1.0 200\r\n\r\n", "\x7f\xf1\0\0", "HTTP/1.1 101 X\r\n folded\r\n\r\n",
             "https://example.com:8443", "http://[::1]:80/x", "null", "file:///x", "https://u@h"]
for i, response in enumerate(responses):
    write("client_response", f"response_{i}", response.encode("latin-1"))


def raw(kind, payload):
    return bytes([kind]) + len(payload).to_bytes(3, "big") + payload


hello = b"\x7f\xf1\0\0"
for name, octets in {"hello": hello, "messages": hello + raw(0, b"[1]") + raw(1, b"ping") + raw(2, b""),
                     "large": hello + raw(0, b"x" * 20000) + raw(0, b"[2]"), "small_limit": b"\x7f\x03\0\0" + raw(0, b"x" * 600),
                     "empty": hello + raw(0, b""), "reserved": hello + raw(0x13, b"x"), "longest": hello + b"\x08\0\0\0",
                     "bad_magic": b"GET / HTTP/1.1"}.items():
    write("rawsocket", name, octets)
