"""Fails when a file under src/ includes a module that its CMakeLists.txt does not depend on."""
import pathlib
import re
import sys

src = pathlib.Path(sys.argv[1]) / "src"
modules = {p.parent.name for p in src.glob("*/CMakeLists.txt")}
bad = []
for module in sorted(modules):
    allowed = set(re.findall(r"wampgate::(\w+)", (src / module / "CMakeLists.txt").read_text())) | {module}
    for path in sorted((src / module).rglob("*.[ch]pp")):
        for line, text in enumerate(path.read_text().splitlines(), 1):
            m = re.match(r'#include "(\w+)/', text)
            if m and m[1] in modules and m[1] not in allowed:
                bad.append(f"{path}:{line}: {module} may not include {m[1]}")
print("\n".join(bad) or f"{len(modules)} modules, layers hold")
sys.exit(bool(bad))
