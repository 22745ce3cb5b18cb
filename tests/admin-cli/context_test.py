"""Contexts: names for nodes in a file of the user, and which of the ways to name a node counts."""
import json
import os
import tempfile
import unittest
from pathlib import Path

from node import ManagedNode, ctl, document


class Contexts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = Path(self.folder.name)
        self.file = self.home / "wampgate/contexts.yaml"

    def ctl(self, *arguments: str, **more: str):
        return ctl(*arguments, cwd=self.home, **({"XDG_CONFIG_HOME": str(self.home)} | more))

    def assert_done(self, said):
        self.assertEqual(said.returncode, 0, said.stderr)
        return said.stdout

    def test_one_is_added_changed_used_and_deleted(self):
        self.assert_done(self.ctl("context", "set", "edge1", "--address", "edge1.example.com:7443", "--token-file", "token"))
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.file.parent.stat().st_mode & 0o777, 0o700)
        self.assert_done(self.ctl("context", "set", "local", "--node-dir", "node"))
        self.assert_done(self.ctl("context", "set", "edge1", "--ca", "/etc/ca.pem"))
        listed = json.loads(self.assert_done(self.ctl("context", "list", "-o", "json")))["contexts"]
        self.assertEqual([(one["name"], one["address"], one["ca"], one["tokenFile"], one["current"]) for one in listed],
                         [("edge1", "edge1.example.com:7443", "/etc/ca.pem", f"{self.home}/token", False),
                          ("local", f"unix:{self.home}/node/wampgate.sock", "", "", False)])
        self.assert_done(self.ctl("context", "use", "local"))
        self.assertIn("*\tlocal\tunix:", self.assert_done(self.ctl("context", "list")))
        self.assertIn(f"\t{self.home}/token", self.assert_done(self.ctl("context", "list", "-o", "wide")))
        self.assert_done(self.ctl("context", "set", "edge1", "--token-file", ""))
        self.assertNotIn("token", self.file.read_text())
        self.assertIn("no context is in use", self.assert_done(self.ctl("context", "delete", "local")))
        self.assertEqual(self.assert_done(self.ctl("context", "list", "-o", "name")), "edge1\n")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(self.file.parent), ["contexts.yaml"], "no temporary file is left")

    def test_what_makes_no_sense_is_refused_and_changes_nothing(self):
        self.assert_done(self.ctl("context", "set", "edge1", "--address", "a:1"))
        before = self.file.read_text()
        for arguments, reason in [
                (("set", "other"), "where is the node?"),
                (("set", "other", "--address", "nonsense"), "expected unix:PATH or HOST:PORT"),
                (("set", "other", "--address", "a:1", "--cert", "c.pem"), "--cert and --key belong together"),
                (("set", "no/name", "--address", "a:1"), "a context's name has letters"),
                (("set", "\x1b[31m", "--address", "a:1"), "found \"\\x1B[31m\""),
                (("use", "other"), 'there is no context "other"'),
                (("delete", "other"), 'there is no context "other"')]:
            with self.subTest(arguments=arguments):
                said = self.ctl("context", *arguments)
                self.assertEqual(said.returncode, 1)
                self.assertIn(reason, said.stderr)
        self.assertEqual(self.file.read_text(), before)

    def test_a_file_that_is_broken_is_told_with_its_line_and_left_alone(self):
        self.file.parent.mkdir()
        for text, reason in [("contexts: [", ":1"), ("contexts:\n  a:\n    adress: x\n", ':3: "adress" is none of address'),
                             ("contexts:\n  a: {}\n", ":2: a context without address"),
                             ("contexts:\n  a: {address: 'x:1'}\n  a: {address: 'x:2'}\n", '"a" is there twice'),
                             ("current: [x]\n", "current: expected a context's name"),
                             ("- x\n", "expected current and contexts"), ("other: 1\n", '"other" is none of'),
                             ("current: gone\n", 'there is no context "gone"'), ("\0\x1b[2J", "contexts.yaml")]:
            self.file.write_text(text)
            self.file.chmod(0o600)
            with self.subTest(text=text):
                for command in (("status",), ("context", "use", "a")):
                    said = self.ctl(*command)
                    self.assertEqual(said.returncode, 1)
                    self.assertIn("contexts.yaml", said.stderr)
                    self.assertNotIn("\x1b", said.stderr)
                    if command == ("status",):
                        self.assertIn(reason, said.stderr)
                self.assertEqual(self.file.read_text(), text)

    def test_a_file_that_others_may_write_to_is_not_believed(self):
        self.assert_done(self.ctl("context", "set", "edge1", "--address", "a:1"))
        self.file.chmod(0o666)
        self.assertIn("chmod 600", self.ctl("status", "--context", "edge1").stderr)

    def test_a_node_is_found_by_flag_then_variable_then_context_then_folder(self):
        here = self.home / "wampgate.sock"
        with ManagedNode(document()) as node:
            works = f"unix:{node.path}/wampgate.sock"
            for name in ("works", "wrong"):
                self.assert_done(self.ctl("context", "set", name, "--address", works if name == "works" else "unix:/nowhere"))
            self.assert_done(self.ctl("context", "use", "works"))
            self.assert_done(self.ctl("status"))
            self.assertIn("/nowhere", self.ctl("status", "--context", "wrong").stderr)
            self.assertIn("/variable", self.ctl("status", WAMPGATE_ADDRESS="unix:/variable").stderr)
            self.assert_done(self.ctl("status", "--context", "works", WAMPGATE_ADDRESS="unix:/variable"))
            self.assertIn("/flag", self.ctl("status", "--address", "unix:/flag", WAMPGATE_ADDRESS=works).stderr)
            self.assertIn("--context says where", self.ctl("status", "--address", works, "--context", "works").stderr)
            self.assert_done(self.ctl("context", "use", "wrong"))
            here.symlink_to(node.path / "wampgate.sock")
            self.assertIn("/nowhere", self.ctl("status").stderr)
            self.assert_done(self.ctl("context", "delete", "wrong"))
            self.assert_done(self.ctl("status"))


if __name__ == "__main__":
    unittest.main()
