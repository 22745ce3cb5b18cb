"""The completion scripts, in the shells themselves."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from live import wait
from node import CTL, ManagedNode, ctl, document, environment
from tmux import Terminal

# What bash does when somebody presses Tab at the end of $1, in the current folder.
BASH = """
source <("$CTL" completion bash)
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
read -ra COMP_WORDS <<<"$1"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_wampgatectl
printf '%s\\n' "${COMPREPLY[@]}"
"""
EXPECTED = [  # typed, some of what it may become, none of that
    ("wampgatectl wor", ["worker"], ["watch"]),
    ("wampgatectl ", ["apply", "completion", "session", "context"], ["list", "__complete"]),
    ("wampgatectl worker ", ["list", "get", "logs"], ["apply"]),
    ("wampgatectl apply --dr", ["--dry-run"], ["--message"]),
    ("wampgatectl apply --", ["--dry-run", "--message", "--output", "--context"], ["apply"]),
    ("wampgatectl -o ", ["json", "yaml", "table", "wide", "name"], ["apply"]),
    ("wampgatectl apply --sessions ", ["keep", "close"], []),
    ("wampgatectl log-level ", ["debug", "info"], ["apply"]),
    ("wampgatectl worker logs --level w", ["warning"], ["info"]),
    ("wampgatectl completion f", ["fish"], ["bash"]),
    ("wampgatectl apply -f no", ["node.json"], ["apply"]),
    ("wampgatectl --node-dir fol", ["folder"], ["node.json"]),
    ("wampgatectl context use ", ["edge1"], []),
    ("wampgatectl status --context ", ["edge1"], []),
]
LIVE = [
    ("worker get ", ["core", "edge"], ["list"]),
    ("worker get c", ["core"], ["edge"]),
    ("worker get workers/e", ["workers/edge"], []),
    ("transport get ", ["core/proxies", "edge/web"], []),
    ("path update edge/web/v", ["edge/web/value"], ["edge/web/ws"]),
    ("path create ", [], ["edge/web/ws"]),
    ("backend delete ", ["edge/core"], []),
    ("route get ", ["edge/realm1/anonymous"], []),
    ("process get edge/", ["edge/0"], []),
    ("session list --worker ", ["edge"], []),
]


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "folder").mkdir()
        (self.folder / "node.json").write_text("{}")
        (self.folder / "wampgatectl").symlink_to(CTL)
        made = ctl("context", "set", "edge1", "--address", "unix:/nowhere", XDG_CONFIG_HOME=str(self.folder))
        self.assertEqual(made.returncode, 0, made.stderr)
        self.environment = environment(XDG_CONFIG_HOME=str(self.folder), CTL=CTL, HOME=str(self.folder))
        self.environment["PATH"] = f"{self.folder}:{self.environment['PATH']}"

    def asked(self, *words: str) -> list[str]:
        said = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=self.folder, env=self.environment)
        self.assertEqual(said.stderr, "")
        return [line.split("\t")[0].removesuffix("/") for line in said.stdout.splitlines()]

    def in_bash(self, typed: str) -> list[str]:
        return self.asked("bash", "--norc", "-c", BASH, "bash", typed)

    def in_fish(self, typed: str) -> list[str]:
        return self.asked("fish", "--no-config", "-c", 'wampgatectl completion fish | source; complete -C "$argv[1]"',
                          typed)

    def check(self, ask, table) -> None:
        for typed, some, none in table:
            with self.subTest(typed=typed):
                words = ask(typed)
                if not set(some) <= set(words):  # who asks a busy node gives up after a few seconds
                    wait(lambda: set(some) <= set(ask(typed)), f"{some} instead of {words}")
                for word in none:
                    self.assertNotIn(word, words)

    def live(self, node: ManagedNode):
        return [(f"wampgatectl --node-dir {node.path} {typed}", some, none) for typed, some, none in LIVE]

    def test_bash_completes_commands_options_values_and_files(self):
        self.check(self.in_bash, EXPECTED)

    def test_bash_completes_the_names_of_objects_of_the_node_that_is_named(self):
        with ManagedNode(document()) as node:
            self.check(self.in_bash, self.live(node))
            # Bash takes what comes after the ':' for the word.
            address = f"wampgatectl --address unix:{node.path}/wampgate.sock worker get "
            self.assertIn("edge", self.in_bash(address))

    def test_bash_completes_after_an_equals_sign(self):
        self.assertEqual(self.in_bash("wampgatectl --output=j"), ["json"])

    def test_nothing_is_said_where_there_is_no_node(self):
        self.assertEqual(self.in_bash("wampgatectl --node-dir /nowhere worker get "), [""])

    def test_fish_completes_the_same(self):
        self.check(self.in_fish, EXPECTED)
        self.assertIn("--output=json", self.in_fish("wampgatectl --output=j"))
        with ManagedNode(document()) as node:
            self.check(self.in_fish, self.live(node))

    def test_zsh_completes_in_a_terminal(self):
        with ManagedNode(document()) as node, Terminal("zsh -f", **self.environment) as terminal:
            terminal.type("PS1='%% '; autoload -U compinit; compinit -u -D; source <(wampgatectl completion zsh)"
                          f"; cd {self.folder}; clear; echo ready")
            terminal.press("Enter")
            wait(lambda: terminal.screen().startswith("ready"), "zsh is ready")
            for typed, becomes in [("wampgatectl compl", "wampgatectl completion"), ("zs", "completion zsh"),
                                   (f"--node-dir {node.path} --output=na", "--output=name")]:
                terminal.type(typed)
                terminal.press("Tab")
                terminal.await_text(becomes)
            terminal.press("C-u")
            terminal.type(f"wampgatectl --node-dir {node.path} worker get ed")
            terminal.press("Tab")
            terminal.await_text("worker get edge")
            terminal.press("C-u")
            terminal.type("wampgatectl apply -f no")
            terminal.press("Tab")
            terminal.await_text("-f node.json")

    def test_the_scripts_are_those_of_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.folder / shell
            script.write_text(ctl("completion", shell).stdout)
            checked = subprocess.run([shell, "-n", script], capture_output=True, text=True, timeout=60)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""), shell)
            self.assertIsNotNone(shutil.which(shell))


if __name__ == "__main__":
    unittest.main()
