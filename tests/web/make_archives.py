#!/ usr / bin / env python3
"""make_archives.py FOLDER: ZIP files as they should be, and as they should not be, for archive_test.cpp."""
import gzip
import io
import random
import struct
import sys
import warnings
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


def archive(members, method=DEFLATED):
    """Members are (name or ZipInfo, content[, method])."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as made:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content, *own in members:
            made.writestr(name, content, *own)
    return out.getvalue()


def patched(data, name, **changes):
    """The member's headers, local and central, with other values."""
    fields = {"flags": (6, 8, "<H"), "crc": (14, 16, "<I"), "size": (22, 24, "<I")}
    data = bytearray(data)
    for signature, which, name_at in ((b"PK\3\4", 0, 30), (b"PK\1\2", 1, 46)):
        at = data.find(signature)
        while at >= 0 and not data.startswith(name.encode(), at + name_at):
            at = data.find(signature, at + 1)
        for field, value in changes.items():
            struct.pack_into(fields[field][2], data, at + fields[field][which], value)
    return bytes(data)


def link(name, target):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info, target


text = "".join(f"line {i} of a text\n" for i in range(1000))
big = random.Random(7).randbytes(3_000_000).translate(bytes(i & 63 for i in range(256)))
plain = archive([
    ("lib-1.0/", ""),
    ("lib-1.0/index.html", text),
    ("lib-1.0/app.min.js", "// min\n" * 50),
    ("lib-1.0/app.jgz", gzip.compress(b"// packed", mtime=0), STORED),
    ("lib-1.0/stored.txt", "as it is", STORED),
    ("lib-1.0/empty.txt", ""),
    ("lib-1.0/big.bin", big),
    ("lib-1.0/sub/index.html", "below"),
    ("outside.txt", "not below the prefix"),
])
files = {
    "plain": plain,
    "newer": archive([("lib-1.0/index.html", "newer")]),
    "names": archive([(name, "x") for name in ("../evil.txt", "/abs.txt", "a/../../b", "c\\d.txt", "./x", "ok.txt")]
                     + [link("link", "/etc/passwd")]),
    "twice": archive([("same.txt", "1"), ("same.txt", "2"), ("ok.txt", "x")]),
    "encrypted": patched(archive([("secret.txt", "x" * 100), ("ok.txt", "x")]), "secret.txt", flags=1),
    "method": archive([("packed.txt", "x" * 100, zipfile.ZIP_BZIP2), ("ok.txt", "x")]),
    "bomb": archive([("bomb.bin", bytes(5_000_000)), ("ok.txt", "x")]),
    "liar": patched(archive([("liar.bin", bytes(5_000_000)), ("ok.txt", "x")]), "liar.bin", size=1000),
    "checksum": patched(archive([("bad.txt", "x" * 100), ("ok.txt", "x")]), "bad.txt", crc=12345),
    "truncated": plain[:-30],
    "half": plain[:len(plain) // 2],
    "nothing": b"",
    "text": b"this is no archive",
    "zip64": plain[:-12] + b"\xff\xff" + plain[-10:],
}
for name, data in files.items():
    (folder / f"{name}.zip").write_bytes(data)
(folder / "index.html").write_text(text)
(folder / "big.bin").write_bytes(big)
