"""What a person at a terminal gets: colours, aligned columns, a live table, a line of progress."""
import re
import unittest

from live import Client, wait
from node import CTL, ManagedNode, document
from tmux import Terminal

HOSTILE = "evil\x1b[2J\x1b]0;owned\x07\r\n\u202e"


class AtATerminal(unittest.TestCase):
    def setUp(self):
        self.node = self.enterContext(ManagedNode(document()))
        self.ctl = [CTL, "--node-dir", str(self.node.path)]

    def test_a_table_is_aligned_and_coloured(self):
        with Terminal() as terminal:
            shown = terminal.run(*self.ctl, "worker", "list").splitlines()
            heading = next(line for line in shown if line.startswith("WORKER"))
            rows = [line for line in shown if line.startswith(("core", "edge"))]
            self.assertEqual([row.index("running") for row in rows], [heading.index("STATE")] * 2)
            coloured = terminal.screen(colours=True)
            self.assertIn("\x1b[1mWORKER", coloured)
            self.assertIn("\x1b[32mrunning", coloured)

    def test_no_color_is_honoured(self):
        for variable in ("NO_COLOR", "TERM"):
            with Terminal(**({"NO_COLOR": "1"} if variable == "NO_COLOR" else {})) as terminal:
                prefix = ["env", "TERM=dumb"] if variable == "TERM" else []
                coloured = terminal.run(*prefix, *self.ctl, "worker", "list", colours=True)
                self.assertIn("running", coloured)
                self.assertNotIn("\x1b[", coloured)
                rows = [line for line in coloured.splitlines() if line.startswith(("WORKER", "core", "edge"))]
                self.assertEqual(len({re.search("STATE|running", row).start() for row in rows}), 1, "still aligned")

    def test_an_error_is_seen_at_once(self):
        with Terminal() as terminal:
            self.assertIn("\x1b[31mwampgatectl:", terminal.run(*self.ctl, "worker", "get", "nosuch", colours=True))

    def test_a_stopped_worker_and_a_plan_have_their_colours(self):
        with Terminal() as terminal:
            self.assertEqual(self.node.ctl("worker", "stop", "edge").returncode, 0)
            self.assertIn("\x1b[33mstopped", terminal.run(*self.ctl, "worker", "list", colours=True))
            planned = terminal.run(*self.ctl, "path", "delete", "edge/web/value", "--dry-run", colours=True)
            self.assertIn("\x1b[31mdelete", planned)

    def test_top_is_a_live_table_until_it_is_interrupted(self):
        with Terminal() as terminal:
            terminal.type(" ".join([*self.ctl, "top", "--interval", "0.2"]))
            terminal.press("Enter")
            terminal.await_text("0 sessions")
            client = Client(self.node.port())
            self.assertEqual(client.join("realm1")[0], 2)
            terminal.await_text("2 sessions")  # one of the proxy, one of the router behind it
            shown = terminal.screen()
            self.assertEqual(shown.count("PROCESS"), 1, "drawn over, not below:\n" + shown)
            heading = next(line for line in shown.splitlines() if line.startswith("PROCESS"))
            row = next(line for line in shown.splitlines() if "workers/edge/processes/0" in line)
            self.assertRegex(row[heading.index("PID"):], r"^\d+ ")
            wait(lambda: re.search(r"processes/0 +\d+ +\d+\.\d ", terminal.screen()), "a rate of CPU time")
            client.close()
            terminal.await_text("0 sessions")
            terminal.press("C-c")
            self.assertIn("back at the shell", terminal.run("echo", "back at the shell"))

    def test_waiting_shows_how_far_it_is_and_leaves_no_trace(self):
        port = self.node.port()
        clients = [Client(port) for _ in range(10)]
        for client in clients:
            self.assertEqual(client.join("realm1")[0], 2)
        with Terminal(columns=60) as terminal:
            terminal.type(" ".join([*self.ctl, "session", "close", "--all", "--worker", "edge", "--rate", "2", "--wait"]))
            terminal.press("Enter")
            seen = set()
            wait(lambda: seen.update(re.findall(r"closing sessions, (\d+) of 10 left", terminal.screen())) or
                 "closed 10 of 10 sessions" in terminal.screen(), "the end")
            self.assertGreater(len(seen), 1, seen)
            self.assertNotIn("left", terminal.screen())
        for client in clients:
            client.close()

    def test_hostile_names_neither_steer_the_terminal_nor_break_the_table(self):
        client = Client(self.node.port())
        client.send([1, HOSTILE, {"roles": {"caller": {}}, "authid": "m" * 20_000}])
        client.receive()
        client.close()
        wait(lambda: "evil" in self.node.ctl("session", "ended").stdout, "the refusal")
        with Terminal(columns=400) as terminal:
            for form in ("table", "wide", "json", "yaml"):
                shown = terminal.run(*self.ctl, "session", "ended", "-o", form)
                self.assertIn("evil", shown)
                self.assertNotIn("\u202e", shown)
                self.assertNotEqual(terminal.tmux("display-message", "-p", "#{pane_title}").strip(), "owned")
            shown = terminal.run(*self.ctl, "session", "ended").splitlines()
            heading = next(line for line in shown if line.startswith("ENDED"))
            row = next(line for line in shown if "evil\\x1B" in line)
            self.assertEqual(row.index("tcp4:127.0.0.1"), heading.index("PEER"))
            self.assertLess(heading.index("PEER"), 250, "a vast name pushes the rest away")


if __name__ == "__main__":
    unittest.main()
