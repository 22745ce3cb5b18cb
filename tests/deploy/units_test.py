"""The systemd units say what the design asks for, in words that systemd and wampgated know."""
import json
import re
import shlex
import shutil
import subprocess
import unittest

from shipped import DEPLOY, usage

UNITS = DEPLOY / "systemd"


def settings(name: str) -> dict[str, list[str]]:
    """Values by "Section.Key", in order."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (UNITS / name).read_text().splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


class Service(unittest.TestCase):
    unit = settings("wampgate.service")

    def test_a_dead_supervisor_is_started_again_and_finds_its_workers_alive(self):
        wanted = {"Type": "notify", "NotifyAccess": "main", "KillMode": "process", "OOMPolicy": "continue",
                  "Restart": "always", "RuntimeDirectory": "wampgate", "RuntimeDirectoryPreserve": "restart"}
        for key, value in wanted.items():
            self.assertEqual(self.unit[f"Service.{key}"], [value], key)
        self.assertEqual(self.unit["Unit.StartLimitIntervalSec"], ["0"])
        self.assertIn("Service.WatchdogSec", self.unit)

    def test_it_calls_wampgated_with_options_that_it_has(self):
        words = shlex.split(self.unit["Service.ExecStart"][0])
        self.assertEqual(words[:2], ["/usr/sbin/wampgated", "run"])
        known = usage("wampgated", "run")
        for word in words[2:]:
            if word.startswith("-"):
                self.assertRegex(known, rf"(?m)^ .*{word}\b")

    def test_what_it_writes_is_in_folders_that_it_may_write_to(self):
        words = shlex.split(self.unit["Service.ExecStart"][0])
        self.assertEqual(words[words.index("--node-dir") + 1], "/var/lib/" + self.unit["Service.StateDirectory"][0])
        self.assertTrue(words[words.index("--socket") + 1].startswith(
            f"/run/{self.unit['Service.RuntimeDirectory'][0]}/"))

    def test_a_reload_is_a_sighup(self):
        self.assertEqual(self.unit["Service.ExecReload"], ["/bin/kill -HUP $MAINPID"])


class Socket(unittest.TestCase):
    def test_it_listens_where_the_packaged_node_file_does(self):
        node = json.loads((DEPLOY / "package/config.json").read_text())
        endpoint = node["workers"][0]["transports"][0]["endpoint"]
        self.assertEqual(settings("wampgate.socket")["Socket.ListenStream"],
                         [f"{endpoint['interface']}:{endpoint['port']}"])


class Both(unittest.TestCase):
    def test_systemd_knows_every_word(self):
        if shutil.which("systemd-analyze") is None:
            return  # what systemd says of them is checked where it is installed
        for name in ("wampgate.service", "wampgate.socket"):
            said = subprocess.run(["systemd-analyze", "verify", "--man=no", UNITS / name], capture_output=True, text=True,
                                  timeout=60).stderr.splitlines()
            of_ours = [line for line in said if "wampgate" in line and "/usr/sbin/wampgated is not executable" not in line]
            self.assertEqual(of_ours, [], name)


if __name__ == "__main__":
    unittest.main()
