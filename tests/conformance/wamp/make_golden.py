#!/usr/bin/python3
"""Writes golden.json: WAMP messages as octets in every serializer. To be run by hand, with python3-cbor2 and
python3-msgpack of Debian: what stands in the file was made by them. The keys of every dictionary are put into the
order of canonical CBOR, so that all three have the same."""
import base64
import json
import pathlib

import cbor2
import msgpack

import octets

CLIENT, ROUTER, BOTH, SESSION = "client", "router", "both", "session"
FEATURES = {"features": {"publisher_identification": True}}

# Name, who sends it, the message. Forms that the specification allows: without and with optional elements.
MESSAGES = [
    ("HELLO", SESSION, [1, "realm-of-raw-json", {"agent": "golden 1.0", "roles": {"caller": {}, "publisher": FEATURES},
                                                 "x_own": [1, None], "authmethods": ["anonymous", "ticket"]}]),
    ("CHALLENGE", SESSION, [4, "wampcra", {"salt": "salt123", "keylen": 32, "iterations": 1000, "challenge": "{\"nonce\":\"é\"}"}]),
    ("AUTHENTICATE", SESSION, [5, "gir1mSx+deCDUV7wRM5SGIn/+R/ClqLZuH4m7FJeBVI=", {"x": 2.5}]),
    ("WELCOME", SESSION, [2, 9129137332, {"realm": "realm1", "roles": {"broker": FEATURES, "dealer": {}}, "x_more": 1.5}]),
    ("ABORT", SESSION, [3, {"message": "The realm does not exist."}, "wamp.error.no_such_realm"]),
    ("GOODBYE", SESSION, [6, {"message": "The host is shutting down now."}, "wamp.close.system_shutdown"]),
    ("ERROR", BOTH, [8, 68, 6131533, {}, "com.myapp.error.object_write_protected"]),
    ("ERROR with arguments", BOTH, [8, 68, 6131533, {"x_own": True}, "com.myapp.error.a", ["Object is write protected."], {"severity": 3}]),
    ("ERROR of a CALL", ROUTER, [8, 48, 7814135, {}, "wamp.error.no_such_procedure", ["none"]]),
    ("PUBLISH", CLIENT, [16, 239714735, {}, "com.myapp.mytopic1"]),
    ("PUBLISH with arguments", CLIENT, [16, 239714735, {"acknowledge": True}, "com.myapp.mytopic1", ["Hello, world!"]]),
    ("PUBLISH with both", CLIENT, [16, 239714735, {"exclude": [1, 9007199254740992], "exclude_me": False}, "com.myapp.mytopic1", [], {"color": "orange", "sizes": [23, 42, 7]}]),
    ("PUBLISHED", ROUTER, [17, 239714735, 4429313566]),
    ("SUBSCRIBE", CLIENT, [32, 713845233, {}, "com.myapp.mytopic1"]),
    ("SUBSCRIBE to a pattern", CLIENT, [32, 713845234, {"match": "wildcard"}, "com..mytopic1"]),
    ("SUBSCRIBED", ROUTER, [33, 713845233, 5512315355]),
    ("UNSUBSCRIBE", CLIENT, [34, 85346237, 5512315355]),
    ("UNSUBSCRIBE with options", CLIENT, [34, 85346238, 5512315355, {"x_own": 1}]),
    ("UNSUBSCRIBED", ROUTER, [35, 85346237]),
    ("UNSUBSCRIBED by the router", ROUTER, [35, 0, {"reason": "wamp.subscription.revoked", "subscription": 5512315355}]),
    ("EVENT", ROUTER, [36, 5512315355, 4429313566, {}]),
    ("EVENT with both", ROUTER, [36, 5512315355, 4429313566, {"publisher": 3335656}, ["Hello, world!"], {"karma": 37}]),
    ("EVENT_RECEIVED", CLIENT, [337, 4429313566]),
    ("CALL", CLIENT, [48, 7814135, {}, "com.myapp.ping"]),
    ("CALL with arguments", CLIENT, [48, 7814135, {"receive_progress": True}, "com.myapp.add2", [23, 7]]),
    ("CALL with both", CLIENT, [48, 7814135, {"timeout": 10000}, "com.myapp.user.new", ["johnny"], {"surname": "Doe", "firstname": "John"}]),
    ("CANCEL", CLIENT, [49, 7814135, {"mode": "killnowait"}]),
    ("RESULT", ROUTER, [50, 7814135, {}]),
    ("RESULT with arguments", ROUTER, [50, 7814135, {"progress": True}, [30]]),
    ("RESULT with both", ROUTER, [50, 7814135, {}, [], {"karma": 10, "userid": 123}]),
    ("REGISTER", CLIENT, [64, 25349185, {}, "com.myapp.myprocedure1"]),
    ("REGISTER with options", CLIENT, [64, 25349186, {"match": "prefix", "invoke": "roundrobin", "concurrency": 2}, "com.myapp."]),
    ("REGISTERED", ROUTER, [65, 25349185, 2103333224]),
    ("UNREGISTER", CLIENT, [66, 788923562, 2103333224]),
    ("UNREGISTERED", ROUTER, [67, 788923562]),
    ("UNREGISTERED by the router", ROUTER, [67, 0, {"reason": "wamp.registration.revoked", "registration": 2103333224}]),
    ("INVOCATION", ROUTER, [68, 6131533, 9823526, {}]),
    ("INVOCATION with both", ROUTER, [68, 6131533, 9823529, {"caller": 3335656, "procedure": "com.a"}, ["johnny"], {"surname": "Doe", "firstname": "John"}]),
    ("INTERRUPT", ROUTER, [69, 6131533, {"mode": "kill"}]),
    ("YIELD", CLIENT, [70, 6131533, {}]),
    ("YIELD with arguments", CLIENT, [70, 6131533, {"progress": True}, [30]]),
    ("YIELD with both", CLIENT, [70, 6131533, {}, [], {"karma": 10, "userid": 123}]),
]

INTEGERS = [0, 23, 24, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1,
            -1, -24, -25, -32, -33, -128, -129, -256, -257, -32768, -32769, -65536, -65537, -2**31, -2**31 - 1, -2**32,
            -2**32 - 1, -2**63]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.5, 65504.0, 65505.0, 5.960464477539063e-08, 1.1, 3.4028234663852886e+38, 1e300, 5e-324,
          -4.1, 100000.0, 1e16, 123456789.123]
TEXTS = ["", "a", "é", "€", "𝄞", "\"\\/\b\f\n\r\t", "\x01\x1f\x7f", "\u2028\ufeff\uffff"] + ["x" * size for size in (
    23, 24, 31, 32, 255, 256)] + ["ü" * 128]
# What the payload of a message may be: each becomes the arguments of one that the client and one that the router sends.
PAYLOADS = [
    ("integers", INTEGERS), ("floats", FLOATS), ("texts", TEXTS), ("constants", [None, False, True, [], {}, [[]], [{}], {"": {}}]),
    ("binary", [b"", b"\0", bytes(range(256)), b"\xff" * 23, b"\xff" * 24, bytes.fromhex("10e3ff9053075c526f5fc06d4fe37cdb")]),
    ("a list of 15, 16, 23 and 24", [list(range(size)) for size in (15, 16, 23, 24)]),
    ("dictionaries of 15, 16, 23 and 24", [{f"k{i:02}": i for i in range(size)} for size in (15, 16, 23, 24)]),
    ("nested", [[[[[{"a": [{"b": {"c": [1, [2, [3]]]}}]}]]]]]),
    ("a text of 65535", ["y" * 65535]), ("a text of 65536", ["z" * 65536]), ("binary of 72000", [bytes(range(240)) * 300]),
    ("a list of 300", [list(range(300))]),
]

# The vectors of the WAMP repository, as spec D.6 quotes them.
VECTORS = [
    ("CALL of D.6", CLIENT, '[48,7814135,{},"com.myapp.myprocedure1",["Hello, world!"]]', "9530ce00773bf780b6636f6d2e6d796170702e6d7970726f6365647572653191ad48656c6c6f2c20776f726c6421", "8518301a00773bf7a076636f6d2e6d796170702e6d7970726f63656475726531816d48656c6c6f2c20776f726c6421"),
    ("PUBLISH of D.6", CLIENT, '[16,239714735,{},"com.myapp.mytopic1",["Hello, world!"]]', "9510ce0e49c1af80b2636f6d2e6d796170702e6d79746f7069633191ad48656c6c6f2c20776f726c6421", "85101a0e49c1afa072636f6d2e6d796170702e6d79746f70696331816d48656c6c6f2c20776f726c6421"),
    ("EVENT of D.6", ROUTER, '[36,9823526,112233445566,{},["Hello, event!"]]', "9524ce0095e526cf0000001a21a278be8091ad48656c6c6f2c206576656e7421", "8518241a0095e5261b0000001a21a278bea0816d48656c6c6f2c206576656e7421"),
    ("CANCEL of D.6", CLIENT, '[49,7814135,{}]', "9331ce00773bf780", "8318311a00773bf7a0"),
]

# Written by hand: forms that nobody would write and everybody must take. They pass unchanged where both sides speak the
# same; otherwise the other side gets what stands behind them.
UNUSUAL = [
    ("white space and escapes", "json", b' [ 16 ,\n1 ,\t{ } , "a\\u002eb" , [ 1E2 , 0.50 , "\\u00e9\\/" , -0 ] ]', [16, 1, {}, "a.b", [100.0, 0.5, "é/", -0.0]]),
    ("a surrogate pair", "json", b'[16,1,{},"a.b",["\\ud834\\udd1e"]]', [16, 1, {}, "a.b", ["𝄞"]]),
    ("wide heads", "msgpack", bytes.fromhex("dd00000005 cd0010 cf0000000000000001 df00000000 da0003612e62 dc0003 d30000000000000005 d9016b cb3fe0000000000000"), [16, 1, {}, "a.b", [5, "k", 0.5]]),
    ("signed heads of positive numbers", "msgpack", bytes.fromhex("95 10 01 80 a3612e62 93 d005 d10100 d200010000"), [16, 1, {}, "a.b", [5, 256, 65536]]),
    ("indefinite lengths", "cbor", bytes.fromhex("9f 10 01 bf ff 7f 6161 622e62 ff 9f 05 bf 616b 6176 ff 5f 4100 42ffff ff ff ff"), [16, 1, {}, "a.b", [5, {"k": "v"}, b"\0\xff\xff"]]),
    ("wide heads and floats", "cbor", bytes.fromhex("9a00000005 1810 1b0000000000000001 b800 790003612e62 9802 19000e fb3fe0000000000000"), [16, 1, {}, "a.b", [14, 0.5]]),
    ("the tag of self-described CBOR", "cbor", bytes.fromhex("d9d9f7 85 10 01 a0 63612e62 81 01"), [16, 1, {}, "a.b", [1]]),
]
# Between these two only: MessagePack has no integers beyond 64 bits.
BIG = [("big integers", CLIENT, [16, 1, {}, "a.b", [2**70, -2**70, 2**64, -2**64 - 1, -2**64, 10**100]])]


def packed(value):
    """With 32-bit floats where all of them are such, as msgpack writes one width only."""
    return msgpack.packb(value, use_bin_type=True, use_single_float=_all_single(value))


def _floats(value):
    if isinstance(value, float):
        yield value
    for element in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _floats(element)


def _all_single(value):
    return all(octets.msgpack_octets(number)[0] == 0xca for number in _floats(value))


def as_json(value):
    if isinstance(value, bytes):
        return "\0" + base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: as_json(element) for key, element in value.items()}
    return [as_json(element) for element in value] if isinstance(value, list) else value


def in_canonical_order(value):
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: in_canonical_order(value[key]) for key in keys}
    return [in_canonical_order(element) for element in value] if isinstance(value, list) else value


def in_all(value, serializers=octets.SERIALIZERS):
    value, made = in_canonical_order(value), {}
    if "json" in serializers:
        made["json"] = json.dumps(as_json(value), ensure_ascii=False, separators=(",", ":"))
    if "msgpack" in serializers:
        made["msgpack"] = packed(value).hex()
    if "cbor" in serializers:
        # 65504.0 is f97bff (RFC 8949, appendix A); cbor2 5.4 takes a wider form.
        made["cbor"] = cbor2.dumps(value, canonical=True).hex().replace("fa477fe000", "f97bff")
    for serializer, octet_text in made.items():
        theirs = octet_text.encode() if serializer == "json" else bytes.fromhex(octet_text)
        assert octets.encode(serializer, value) == theirs, (serializer, value, theirs[:80])
    return made


def with_runs(entry):
    """Octets in which something comes very often are written as [[octets, times], ...]."""
    for serializer in octets.SERIALIZERS:
        text = entry.get(serializer, "")
        for unit in UNITS:
            times = len(text) // len(unit)
            while times > 100 and unit * times not in text:
                times -= 1
            if times > 100:
                head, tail = text.split(unit * times, 1)
                entry[serializer] = [[head, 1], [unit, times], [tail, 1]]
                break
    return entry


UNITS = ["y", "y".encode().hex(), "z", "z".encode().hex(), base64.b64encode(bytes(range(240))).decode(), bytes(range(240)).hex()]


def entries():
    for name, sender, value in MESSAGES:
        yield {"name": name, "sender": sender, **in_all(value)}
    for name, sender, text, msgpack_hex, cbor_hex in VECTORS:
        yield {"name": name, "sender": sender, "json": text, "msgpack": msgpack_hex, "cbor": cbor_hex}
    for name, arguments in PAYLOADS:
        groups = [arguments]
        if name == "floats":  # msgpack writes one width for all of a message
            groups = [[number for number in arguments if _all_single([number])],
                      [number for number in arguments if not _all_single([number])]]
        for group in groups:
            yield {"name": f"CALL with {name}", "sender": CLIENT, **in_all([48, 1, {}, "a.b", group])}
            yield {"name": f"EVENT with {name}", "sender": ROUTER, **in_all([36, 1, 2, {}, group])}
    for name, sender, value in BIG:
        yield {"name": name, "sender": sender, **in_all(value, ("json", "cbor"))}
    for name, serializer, wire, value in UNUSUAL:
        made = in_all(value)
        made[serializer] = wire.decode() if serializer == "json" else wire.hex()
        yield {"name": name, "sender": CLIENT, "only_from": serializer, **made}


def main():
    path = pathlib.Path(__file__).parent / "golden.json"
    path.write_text("[\n" + ",\n".join(json.dumps(with_runs(entry), ensure_ascii=True) for entry in entries()) + "\n]\n")


main()
