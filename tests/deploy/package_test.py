"""The files of the package: scripts that a shell accepts, a node file that runs."""
import subprocess
import unittest

from shipped import DEPLOY, run

PACKAGE = DEPLOY / "package"


class Package(unittest.TestCase):
    def test_its_scripts_are_shell(self):
        for name in ("postinst", "prerm", "postrm", "documents.sh"):
            said = subprocess.run(["sh", "-n", PACKAGE / name], capture_output=True, text=True)
            self.assertEqual((said.returncode, said.stderr), (0, ""), name)

    def test_its_node_file_is_kept_when_it_was_changed(self):
        self.assertEqual((PACKAGE / "conffiles").read_text(), "/etc/wampgate/config.json\n")

    def test_its_node_file_is_without_problems_and_for_this_machine_only(self):
        said = run("wampgated", "check", str(PACKAGE / "config.json"))
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        self.assertIn("tcp4:127.0.0.1:8080", said.stdout)


if __name__ == "__main__":
    unittest.main()
