"""Fails on promises left in the code, skipped tests, missing module READMEs and machine paths."""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
PROMISE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not implemented|unimplemented")
SKIP = re.compile(r"GTEST_SKIP|\bDISABLED_|\.skip\(|xfail")
MACHINE = re.compile(r"(?<![\w.])/(work|farm|root)/")
NAME = re.compile(r"\b\w*(Manager|Helper|Utils)\b")
bad = []
tracked = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True, check=True).stdout.split()
for name in tracked:
    path = root / name
    if name.startswith("tests/lint/") or "/corpus/" in name or not path.is_file():
        continue
    if path.suffix not in {".cpp", ".hpp", ".proto", ".py", ".js", ".mjs", ".md", ".txt", ".json", ".yaml", ".html", ""}:
        continue
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        where = f"{name}:{number}"
        if MACHINE.search(line):
            bad.append(f"{where}: a path of one machine")
        if path.suffix in {".cpp", ".hpp", ".proto", ".py", ".js", ".mjs"}:
            if PROMISE.search(line):
                bad.append(f"{where}: a promise: {line.strip()[:80]}")
            if name.startswith("tests/") and SKIP.search(line):
                bad.append(f"{where}: a test that does not run")
        if path.suffix in {".cpp", ".hpp"} and re.match(r"\s*(class|struct) ", line) and NAME.search(line):
            bad.append(f"{where}: name it after what it is: {line.strip()[:80]}")
for module in sorted(p.parent for p in (root / "src").glob("*/CMakeLists.txt")):
    if not (module / "README.md").is_file():
        bad.append(f"src/{module.name}: no README.md")
print("\n".join(bad) or "words are in order")
sys.exit(bool(bad))
