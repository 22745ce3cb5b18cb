"""Fails when a hand-written source file is longer than 500 lines."""
import pathlib
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
files = subprocess.run(["git", "-C", root, "ls-files", "*.cpp", "*.hpp", "*.proto", "*.py", "*.js", "*.mjs"],
                       capture_output=True, text=True, check=True).stdout.split()
bad = []
for name in files:
    path = root / name
    if "/corpus/" in name or not path.is_file():
        continue
    lines = path.read_text(errors="replace").count("\n")
    if lines > 500:
        bad.append(f"{name}: {lines} lines, the limit is 500: split it by noun")
print("\n".join(bad) or f"{len(files)} files, none over 500 lines")
sys.exit(bool(bad))
