"""Writes the corpora of the serializers' fuzz targets: make_corpus.py (into ../corpus). Run it after adding a line."""
import pathlib

JSON = {
    "hello": '[1,"com.example.realm",{"roles":{"subscriber":{},"publisher":{}}}]',
    "welcome": '[2,9129137332,{"roles":{"broker":{},"dealer":{}}}]',
    "goodbye": '[6,{},"wamp.close.normal"]',
    "call": '[48,7814135,{},"com.myapp.myprocedure1",["Hello, world!"]]',
    "event": '[36,9823526,112233445566,{},["Hello, event!"],{"k":[1,-1,1.5e-7]}]',
    "error": '[8,48,7814135,{},"com.myapp.error.object_write_protected",["Object is write protected."],{"severity":3}]',
    "binary": '[16,239714735,{},"t",["\\u0000EOP/kFMHXFJvX8BtT+N82w=="]]',
    "integers": "[0,-0,23,24,255,256,65535,65536,4294967296,9007199254740993,18446744073709551615,"
                "-9223372036854775808,18446744073709551616,-18446744073709551617]",
    "floats": "[0.0,-0.0,1.0,1e400,1e-400,5e-324,1.7976931348623157e308,65504.0,123456789.123456789,1E+2]",
    "escapes": '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00","\u00e4\u20ac\U0001f600",{"\\u0000AA==":1}]',
    "spaces": ' [ 6 , { } ,\r\n\t"a" ] ',
    "duplicates": '{"a":1,"a":{"a":[]}}',
    "lone_surrogate": '["\\ud800"]',
    "deep": "[" * 300 + "]" * 300,
    "list_of_30": "[" + ",".join(str(i) for i in range(30)) + "]",
    "nan": "[NaN]",
}
MSGPACK = {
    "hello": "9301b1636f6d2e6578616d706c652e7265616c6d81a5726f6c657382aa7375627363726962657280a97075626c697368657280",
    "welcome": "9302cf00000002202394b481a5726f6c657382a662726f6b657280a66465616c657280",
    "goodbye": "930680b177616d702e636c6f73652e6e6f726d616c",
    "call": "9530ce00773bf780b6636f6d2e6d796170702e6d7970726f6365647572653191ad48656c6c6f2c20776f726c6421",
    "event": "9524ce0095e526cf0000001a21a278be8091ad48656c6c6f2c206576656e7421",
    "integers": "9a007fffe0ccffcdffffceffffffffcfffffffffffffffffd080d38000000000000000",
    "floats": "93ca3fc00000cb3ff199999999999acb7ff8000000000000",
    "binary": "93c403010203c50001ffc60000000100",
    "texts": "94a0a3e282acd90161da000161",
    "constants": "93c0c2c3",
    "extensions": "95d40100d6ff00000000d7ff0000000000000000c70105ffc8000105ff",
    "keys": "8401020203c0c403c40101c0",
    "wide_heads": "dc0002dd00000001df0000000001",
    "deep": "91" * 300 + "90",
    "absurd": "ddffffffff",
    "reserved": "91c1",
    "bad_utf8": "91a2c328",
}
CBOR = {
    "hello": "830171636f6d2e6578616d706c652e7265616c6da165726f6c6573a26a73756273637269626572a0697075626c6973686572a0",
    "welcome": "83021b00000002202394b4a165726f6c6573a26662726f6b6572a0666465616c6572a0",
    "goodbye": "8306a07177616d702e636c6f73652e6e6f726d616c",
    "call": "8518301a00773bf7a076636f6d2e6d796170702e6d7970726f63656475726531816d48656c6c6f2c20776f726c6421",
    "event": "8518241a0095e5261b0000001a21a278bea0816d48656c6c6f2c206576656e7421",
    "integers": "8a001718181901001a000100001b00000001000000003bffffffffffffffff1bffffffffffffffff3b7fffffffffffffff20",
    "bignums": "84c249010000000000000000c349010000000000000000c240c24101",
    "floats": "87f97bfff90001f97e00f9fc00fa47c35000fb3ff199999999999af98000",
    "binary": "835040414243444546474849" + "4a4b4c4d4e4f405f41014102ff",
    "texts": "8460636162637f6161626263ff64f09f9880",
    "indefinite": "9f01bf61619f02ff6162bfffffff",
    "constants": "83f4f5f6",
    "undefined": "83f7e0f8ff",
    "tags": "84c11a514b67b0d9d9f701c07461d81c01d8255000112233445566778899aabbccddeeff",
    "keys": "a6010220034101f5f504f605f93e0006",
    "wide_heads": "9b00000000000000019a00000001990001980101",
    "deep": "81" * 300 + "80",
    "deep_tags": "c1" * 300 + "80",
    "deep_chunks": "5f" * 300,
    "absurd": "9bffffffffffffffff",
    "absurd_text": "7b7fffffffffffffff61",
    "reserved": "811c",
    "bad_utf8": "8162c328",
    "long_list": "981e" + "".join(f"{i:02x}" if i < 24 else f"18{i:02x}" for i in range(30)),
}


def main():
    corpus = pathlib.Path(__file__).resolve().parent.parent / "corpus"
    octets = {
        "json": {name: text.encode() for name, text in JSON.items()},
        "msgpack": {name: bytes.fromhex(text) for name, text in MSGPACK.items()},
        "cbor": {name: bytes.fromhex(text) for name, text in CBOR.items()},
    }
    mixed = {}  # first octet: from + 3 * to
    for source, names in ((0, ("call", "integers", "floats", "escapes")), (1, ("call", "keys", "floats", "binary")),
                          (2, ("call", "keys", "bignums", "indefinite", "texts"))):
        for name in names:
            for to in range(3):
                if to != source:
                    kind = list(octets)[source]
                    mixed[f"{kind}_to_{list(octets)[to]}_{name}"] = bytes([source + 3 * to]) + octets[kind][name]
    for target, files in (octets | {"transcode": mixed}).items():
        folder = corpus / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)


main()
