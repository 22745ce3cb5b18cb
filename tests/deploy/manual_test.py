"""The manual pages name every command and option that the programs have."""
import functools
import gzip
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from shipped import DEPLOY, PROGRAMS, run, usage

SECTIONS = {"wampgated": "8", "wampgatectl": "1"}


@functools.cache
def page(program: str) -> str:
    return subprocess.run([DEPLOY / "package/manual.py", PROGRAMS[program], SECTIONS[program], "1.2.3"], check=True,
                          capture_output=True, text=True, timeout=280).stdout


def read(roff: str) -> str:
    """What a reader would see of it, roughly."""
    return re.sub(r"(?m)^\.\S+ ?", "", roff).replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")


def commands(program: str, command: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command, found by asking the program itself about each first word of an indented line."""
    found = []
    for word in re.findall(r"(?m)^  ([a-z][a-z-]*)(?: |$)", usage(program, *command)):
        below = (*command, word)
        if usage(program, *below) not in ("", usage(program, *command)):
            found += [below, *commands(program, below)]
    return found


class Pages(unittest.TestCase):
    def test_every_command_and_option_is_named(self):
        for program in PROGRAMS:
            text = read(page(program))
            everything = commands(program)
            self.assertGreaterEqual(len(everything), 3)
            for command in everything:
                self.assertRegex(text, rf"(?m)^{re.escape(' '.join(command))}$")
                for option in re.findall(r"(?m)^ +(?:-\w,)?(--[a-z][a-z-]*)", usage(program, *command)):
                    if option != "--help":
                        self.assertIn(option, text, f"{program} {command}")

    def test_they_are_set_without_a_warning(self):
        if shutil.which("groff") is None:
            return  # checked where it is installed
        for roff in (page("wampgated"), page("wampgatectl"), (DEPLOY / "package/wampgate.5").read_text()):
            said = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", "-rHY=0"], input=roff, capture_output=True, text=True,
                                  timeout=60).stderr
            self.assertEqual([line for line in said.splitlines() if "adjust" not in line and "break" not in line], [])

    def test_the_example_of_the_node_file_is_one(self):
        roff = (DEPLOY / "package/wampgate.5").read_text()
        example = next(text for text in re.findall(r"(?ms)^\.EX\n(.*?)^\.EE", roff) if text.startswith("{"))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "config.json"
            file.write_text(json.dumps(json.loads(example.replace("\\-", "-"))))
            said = run("wampgated", "check", str(file))
            self.assertEqual((said.returncode, said.stderr), (0, ""))

    def test_they_and_the_changelog_are_made_as_the_package_wants_them(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "changelog").write_text("wampgate\n")
            subprocess.run([DEPLOY / "package/documents.sh", folder, "1.2.3", PROGRAMS["wampgated"],
                            PROGRAMS["wampgatectl"]], check=True, timeout=280)
            for name in ("wampgated.8", "wampgatectl.1", "wampgate.5", "changelog"):
                self.assertTrue(gzip.decompress((Path(folder) / f"{name}.gz").read_bytes()), name)
            for name in ("bash-completion/completions/wampgatectl", "zsh/vendor-completions/_wampgatectl",
                         "fish/vendor_completions.d/wampgatectl.fish"):
                self.assertIn("__complete", (Path(folder) / "completions" / name).read_text(), name)


if __name__ == "__main__":
    unittest.main()
