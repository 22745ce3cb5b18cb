"""The container files fit together and call the programs with words that they know. No container is built here."""
import json
import re
import unittest

from live import Client, Node, free_port
from shipped import DEPLOY, ROOT, run, usage

CONTAINER = DEPLOY / "container"


def instructions() -> list[tuple[str, str]]:
    text = (CONTAINER / "Dockerfile").read_text().replace("\\\n", " ")
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1].strip()) for line in text.splitlines()
            if line and not line.startswith("#")]


class Image(unittest.TestCase):
    runtime = instructions()[[i for i, (word, _) in enumerate(instructions()) if word == "FROM"][-1]:]

    def last(self, word: str) -> str:
        return [value for name, value in self.runtime if name == word][-1]

    def test_it_runs_wampgated_with_options_that_it_has(self):
        self.assertEqual(json.loads(self.last("ENTRYPOINT")), ["wampgated"])
        command = json.loads(self.last("CMD"))
        known = usage("wampgated", command[0])
        for word in command:
            if word.startswith("-"):
                self.assertRegex(known, rf"(?m)^ .*{word}\b")

    def test_it_does_not_run_as_root(self):
        self.assertEqual(self.last("USER"), "wampgate")

    def test_its_health_is_what_wampgatectl_says_in_the_node_directory(self):
        command = json.loads(self.last("HEALTHCHECK").partition("CMD ")[2])
        self.assertEqual(command[0], "wampgatectl")
        said = run("wampgatectl", *command[1:])
        self.assertEqual(said.returncode, 1)  # nothing runs here, and the command line is right
        self.assertIn("no node at", said.stderr)
        arguments = json.loads(self.last("CMD"))
        self.assertEqual(self.last("WORKDIR"), arguments[arguments.index("--node-dir") + 1])


class Compose(unittest.TestCase):
    text = (CONTAINER / "compose.yaml").read_text()

    def test_the_files_that_it_mounts_are_there_and_node_files(self):
        mounted = re.findall(r"- \./(\S+?):\S+:ro", self.text)
        self.assertEqual(sorted(mounted), ["crossbar.json", "wampgate.json"])
        for name in mounted:
            said = run("wampgated", "check", str(CONTAINER / name))
            self.assertEqual((said.returncode, said.stderr), (0, ""), name)

    def test_two_processes_serve_the_published_port_and_find_the_router(self):
        gate = json.loads((CONTAINER / "wampgate.json").read_text())["workers"][0]
        router = json.loads((CONTAINER / "crossbar.json").read_text())["workers"][0]
        self.assertEqual(gate["options"]["processes"], 2)
        port = gate["transports"][0]["endpoint"]["port"]
        self.assertIn(f'- "{port}:{port}"', self.text)
        backend = gate["transports"][0]["paths"]["ws"]["backends"][0]
        self.assertEqual(backend["endpoint"]["port"], router["transports"][0]["endpoint"]["port"])
        self.assertRegex(self.text, rf"(?m)^  {backend['endpoint']['host']}:$")
        self.assertIn(backend["serializer"], router["transports"][0]["serializers"])

    def test_sessions_pass_through_both_nodes(self):
        """With wampgate's own router in the place of Crossbar.io's, and other ports."""
        behind, before = free_port(), free_port()
        router = json.loads((CONTAINER / "crossbar.json").read_text())
        router["workers"][0]["transports"][0]["endpoint"].update(interface="127.0.0.1", port=behind)
        gate = json.loads((CONTAINER / "wampgate.json").read_text())
        public = gate["workers"][0]["transports"][0]
        public["endpoint"].update(interface="127.0.0.1", port=before)
        public["paths"]["ws"]["backends"][0]["endpoint"].update(host="127.0.0.1", port=behind)
        with Node(router), Node(gate):
            for _ in range(4):
                client = Client(before)
                self.assertEqual(client.join("realm1")[0], 2)
                self.assertTrue(client.publishes())
                self.assertEqual(client.leave()[0], 6)

    def test_it_builds_from_the_root_of_the_project(self):
        self.assertIn("context: ../..", self.text)
        self.assertTrue((CONTAINER / "../..").resolve() == ROOT)
        self.assertIn("dockerfile: deploy/container/Dockerfile", self.text)


if __name__ == "__main__":
    unittest.main()
