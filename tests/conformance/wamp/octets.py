"""WAMP messages as octets, written from the specifications alone: RFC 8259, the MessagePack specification, RFC 8949.

Integers and lengths in their shortest form, floats in the shortest form that keeps the value, as wampgate writes them.
make_golden.py holds these encoders against those of python3-cbor2 and python3-msgpack.
"""
import base64
import json
import struct

SERIALIZERS = ("json", "msgpack", "cbor")


def encode(serializer, value):
    return {"json": json_octets, "msgpack": msgpack_octets, "cbor": cbor_octets}[serializer](value)


def json_octets(value):
    return json.dumps(_with_binary_as_text(value), ensure_ascii=False, separators=(",", ":")).encode()


def _with_binary_as_text(value):
    """WAMP, "Binary conversion of JSON strings": U+0000, then base64."""
    if isinstance(value, bytes):
        return "\0" + base64.b64encode(value).decode()
    if isinstance(value, list):
        return [_with_binary_as_text(element) for element in value]
    if isinstance(value, dict):
        return {key: _with_binary_as_text(element) for key, element in value.items()}
    return value


def _fits(form, value):
    try:
        return struct.unpack(form, struct.pack(form, value))[0] == value
    except OverflowError:
        return False


def _sized(forms, value):
    """The first head (limit, octet, struct form) that takes `value`."""
    for limit, octet, form in forms:
        if value <= limit:
            return bytes([octet]) + (struct.pack(form, value) if form else b"")
    raise ValueError(f"{value} has no form")


def msgpack_octets(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return _msgpack_integer(value)
    if isinstance(value, float):
        return b"\xca" + struct.pack(">f", value) if _fits(">f", value) else b"\xcb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _sized(((255, 0xc4, ">B"), (65535, 0xc5, ">H"), (2**32 - 1, 0xc6, ">I")), len(value)) + value
    if isinstance(value, str):
        octets = value.encode()
        if len(octets) < 32:
            return bytes([0xa0 | len(octets)]) + octets
        return _sized(((255, 0xd9, ">B"), (65535, 0xda, ">H"), (2**32 - 1, 0xdb, ">I")), len(octets)) + octets
    short, forms = (0x90, ((65535, 0xdc, ">H"), (2**32 - 1, 0xdd, ">I"))) if isinstance(value, list) else (
        0x80, ((65535, 0xde, ">H"), (2**32 - 1, 0xdf, ">I")))
    head = bytes([short | len(value)]) if len(value) < 16 else _sized(forms, len(value))
    return head + b"".join(msgpack_octets(element) for element in _flat(value))


def _msgpack_integer(value):
    if -32 <= value < 0:
        return struct.pack(">b", value)
    if value >= 0:
        return bytes([value]) if value < 128 else _sized(
            ((255, 0xcc, ">B"), (65535, 0xcd, ">H"), (2**32 - 1, 0xce, ">I"), (2**64 - 1, 0xcf, ">Q")), value)
    for bits, octet, form in ((7, 0xd0, ">b"), (15, 0xd1, ">h"), (31, 0xd2, ">i"), (63, 0xd3, ">q")):
        if value >= -2**bits:
            return bytes([octet]) + struct.pack(form, value)
    raise ValueError(f"{value} has no form in MessagePack")


def cbor_octets(value):
    if value is None or isinstance(value, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _cbor_integer(value)
    if isinstance(value, float):
        for octet, form in ((0xf9, ">e"), (0xfa, ">f"), (0xfb, ">d")):
            if _fits(form, value):
                return bytes([octet]) + struct.pack(form, value)
    if isinstance(value, bytes):
        return _cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return _cbor_head(3, len(value.encode())) + value.encode()
    return _cbor_head(4 if isinstance(value, list) else 5, len(value)) + b"".join(
        cbor_octets(element) for element in _flat(value))


def _cbor_integer(value):
    number = value if value >= 0 else -1 - value
    if number < 2**64:
        return _cbor_head(0 if value >= 0 else 1, number)
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0xc2 if value >= 0 else 0xc3]) + cbor_octets(octets)


def _cbor_head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    return _sized(((255, major << 5 | 24, ">B"), (65535, major << 5 | 25, ">H"), (2**32 - 1, major << 5 | 26, ">I"),
                   (2**64 - 1, major << 5 | 27, ">Q")), argument)


def _flat(value):
    return value if isinstance(value, list) else [part for pair in value.items() for part in pair]


def batch(serializer, messages):
    """Several messages as one WebSocket message of the batched subprotocols (spec 3.3)."""
    if serializer == "json":
        return b"".join(message + b"\x18" for message in messages)
    return b"".join(struct.pack(">I", len(message)) + message for message in messages)


def split(serializer, payload):
    """The messages of a batch."""
    if serializer == "json":
        *messages, rest = payload.split(b"\x18")
        assert not rest, payload
        return messages
    messages = []
    while payload:
        size, = struct.unpack_from(">I", payload)
        messages.append(payload[4:4 + size])
        assert len(messages[-1]) == size, payload
        payload = payload[4 + size:]
    return messages
