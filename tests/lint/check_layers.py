"""Fails when the layers do not hold: src/README.md's table says which module may use which; a module's CMakeLists.txt
may depend on no other, its files include no module that the CMakeLists.txt does not name, its headers show no Beast,
gRPC or OpenSSL; nothing in the table is used upwards. admin-cli links base and the proto library only."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
src = root / "src"
modules = sorted(p.parent.name for p in src.glob("*/CMakeLists.txt"))
bad = []

table = {}  # module -> what its row lets it use
for row in (src / "README.md").read_text().splitlines():
    m = re.match(r"\| (\w+) \| .* \| (.*) \|$", row)
    if not m or m[1] == "folder":
        continue
    uses = set(re.findall(r"\w+", m[2]))
    if "all above" in m[2]:
        uses = uses - {"all", "above"} | set(table) | {"proto"}
    if above := uses - set(table) - {"proto"}:
        bad.append(f"src/README.md: the row of {m[1]} uses what stands below it: {', '.join(sorted(above))}")
    table[m[1]] = uses
for module in set(modules) ^ set(table):
    bad.append(f"src/README.md: {module} is a folder or a row, not both")


def files(folder):
    return sorted(p for p in folder.rglob("*.[ch]pp"))


def includes(path):
    for line, text in enumerate(path.read_text().splitlines(), 1):
        if m := re.match(r'#include ["<]([^">]+)[">]', text):
            yield line, m[1]


for module in modules:
    cmake = (src / module / "CMakeLists.txt").read_text()
    named = set(re.findall(r"wampgate::(\w+)", cmake)) - {module} | ({"proto"} if "wampgate_proto" in cmake else set())
    if extra := named - table.get(module, set()):
        bad.append(f"src/{module}/CMakeLists.txt: {module} may not use {', '.join(sorted(extra))} (src/README.md)")
    for path in files(src / module):
        for line, name in includes(path):
            first = name.split("/")[0]
            where = f"{path.relative_to(root)}:{line}"
            if name.startswith(("wampgate/", "google/rpc/")) and name.endswith(".pb.h"):
                first = "proto"
            elif first not in modules:
                first = module
            if first != module and first not in named:
                bad.append(f"{where}: {module} may not include {first}")
            if path.suffix == ".hpp" and module != "management" and re.match(r"boost/beast|grpc|openssl/", name):
                bad.append(f"{where}: a header shows {name}")

for path in files(root / "admin-cli"):
    for line, name in includes(path):
        if name.split("/")[0] in set(modules) - {"base"}:
            bad.append(f"{path.relative_to(root)}:{line}: admin-cli may not include {name}")

print("\n".join(bad) or f"{len(modules)} modules, layers hold")
sys.exit(bool(bad))
