"""What a pipe gets: tabs and no colours; more columns if asked; and nothing of what others wrote that could harm."""
import json
import os
import unittest

from live import Client, wait
from node import ManagedNode, document

ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\n\x9b31m\u202e"
LISTS = ["worker", "process", "transport", "path", "backend", "route", "session", "operation"]


class Output(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.node = cls.enterClassContext(ManagedNode(document()))

    def ctl(self, *arguments: str, code: int = 0, **more: str) -> str:
        said = self.node.ctl(*arguments, **more)
        self.assertEqual(said.returncode, code, said.stderr)
        return said.stdout if code == 0 else said.stderr

    def test_a_table_has_one_tab_between_its_cells_and_no_colours(self):
        for arguments in ([*(noun, "list")] for noun in LISTS):
            said = self.ctl(*arguments, TERM="xterm-256color", CLICOLOR_FORCE="1")
            self.assertNotIn("\x1b", said)
            rows = [line.split("\t") for line in said.splitlines()]
            self.assertGreaterEqual(len(rows), 1)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, said)
            self.assertEqual([cell for row in rows for cell in row if cell == "" or cell != cell.strip()], [])

    def test_wide_has_more_columns_in_every_list(self):
        for arguments in [*([noun, "list"] for noun in LISTS), ["history"], ["session", "ended"], ["context", "list"]]:
            with self.subTest(arguments=arguments):
                narrow = self.ctl(*arguments).splitlines()
                wide = self.ctl(*arguments, "-o", "wide").splitlines()
                self.assertGreater(len(wide[0].split("\t")), len(narrow[0].split("\t")))
                self.assertEqual({line.count("\t") for line in wide}, {wide[0].count("\t")})

    def test_processes_are_shown_with_what_they_use(self):
        listed = json.loads(self.ctl("process", "list", "-o", "json"))["processes"]
        self.assertEqual([one["name"] for one in listed], ["workers/core/processes/0", "workers/edge/processes/0"])
        wait(lambda: int(json.loads(self.ctl("process", "get", "edge/0", "-o", "json"))
                         ["statistics"]["memoryPrivate"]) > 100_000, "a report of the process")
        shown = self.ctl("process", "get", "edge/0")
        self.assertRegex(shown, r"(?m)^state +running$")
        self.assertRegex(shown, rf"(?m)^pid +{listed[1]['pid']}, for ")
        self.assertEqual(self.ctl("process", "list", "edge", "-o", "name"), "workers/edge/processes/0\n")
        self.assertIn("there is no process edge/7", self.ctl("process", "get", "edge/7", code=1))
        self.assertIn("expected WORKER/NUMBER", self.ctl("process", "get", "edge", code=1))

    def test_what_clients_say_is_shown_in_printable_characters(self):
        realm = "evil" + ESCAPES
        client = Client(self.node.port())
        client.send([1, realm, {"roles": {"caller": {}}, "authid": "admin" + ESCAPES}])
        client.receive()
        client.close()
        wait(lambda: "evil" in self.ctl("session", "ended"), "the refusal")
        for form in ("table", "wide", "yaml"):
            said = self.ctl("session", "ended", "-o", form)
            for octet in ("\x1b", "\x07", "\r"):
                self.assertNotIn(octet, said)
        self.assertIn("evil\\x1B[2J\\x1B]0;owned\\x07\\x0D\\x0A", self.ctl("session", "ended"))
        self.assertEqual(len({line.count("\t") for line in self.ctl("session", "ended").splitlines()}), 1)

    def test_what_errors_quote_is_shown_in_printable_characters_and_not_at_length(self):
        vast = "m" * 100_000
        for arguments in (["worker", "get", "x" + ESCAPES], ["path", "get", "a/b/" + ESCAPES],
                          ["session", "list", "--filter", ESCAPES], ["worker", "get", vast],
                          ["session", "list", "--filter", vast], ["operation", "get", ESCAPES + vast],
                          ["log-level", ESCAPES], ["route", "get", vast], ["apply", "-f", "/nowhere/" + ESCAPES]):
            with self.subTest(arguments=str(arguments)[:60]):
                said = self.ctl(*arguments, code=1)
                for octet in ("\x1b", "\x07", "\r"):
                    self.assertNotIn(octet, said)
                self.assertTrue(all(line.startswith(("wampgatectl: ", "  ")) for line in said.splitlines()), said)
                self.assertLess(len(said), 10_000)

    def test_a_document_with_hostile_names_is_refused_or_planned_in_printable_characters(self):
        hostile = document()
        hostile["workers"][1]["routes"][ESCAPES] = {"anonymous": "nosuch" + ESCAPES}
        hostile["workers"][1]["transports"][0]["unknown" + ESCAPES] = ESCAPES
        file = self.node.path / "hostile.json"
        file.write_text(json.dumps(hostile))
        for command in ("diff", "apply"):
            said = self.node.ctl(command, "-f", str(file))
            self.assertEqual(said.returncode, 1)
            for octet in ("\x1b", "\x07", "\r"):
                self.assertNotIn(octet, said.stdout + said.stderr)
        self.assertIn("unknown\\u001b[2J", said.stderr)  # as the node quotes it


if __name__ == "__main__":
    unittest.main()
