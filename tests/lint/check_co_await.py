"""Flags temporaries that g++ 12 destroys twice: braced values and captures in a co_await expression."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
bad = []
for path in sorted(p for part in ("src", "server", "admin-cli", "tests") for p in (root / part).rglob("*.[ch]pp")):
    text = path.read_text(errors="replace")
    for m in re.finditer(r"[^;{}]*\bco_await\b[^;]*;", text):
        statement = m[0]
        if re.search(r"\b[A-Z]\w*\s*\{|[(,]\s*\{", statement) or re.search(r"(?:[(,]|co_await)\s*\[(?!\]|&|this\])",
                                                                            statement):
            line = text.count("\n", 0, m.start(0) + len(statement) - len(statement.lstrip())) + 1
            bad.append(f"{path.relative_to(root)}:{line}: name the temporary before co_await")
print("\n".join(bad) or "no risky co_await")
sys.exit(bool(bad))
