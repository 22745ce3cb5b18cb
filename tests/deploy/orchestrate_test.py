"""deploy/examples/orchestrate.py replaces a backend under live sessions: none ends before its client ends it."""
import json
import subprocess
import threading
import time
import unittest

from live import Client, Node, free_port
from shipped import DEPLOY, ROOT, run

SCRIPT = DEPLOY / "examples/orchestrate.py"


def router() -> dict:
    allow = {"uri": "", "match": "prefix", "allow": {"call": True, "register": True, "publish": True, "subscribe": True}}
    return {"version": 2, "workers": [{
        "type": "router", "id": "router",
        "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [allow]}]}],
        "transports": [{"type": "rawsocket", "id": "proxies", "endpoint": {"type": "unix", "path": "router.sock"},
                        "serializers": ["cbor"], "auth": {"anonymous-proxy": {"type": "static"}}}]}]}


def connection(behind: Node) -> dict:
    return {"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": str(behind.path / "router.sock")},
                          "url": "rs://localhost", "serializer": "cbor"}}


def gate(ports: list[int], behind: Node) -> dict:
    return {"version": 2, "workers": [{
        "type": "proxy", "id": f"front{index}", "options": {"processes": 2},
        "connections": {"blue": connection(behind)}, "routes": {"realm1": {"anonymous": "blue"}},
        "transports": [{"type": "websocket", "id": "public",
                        "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": port},
                        "auth": {"anonymous": {"type": "static", "role": "anonymous"}}}]}
        for index, port in enumerate(ports)]}


class Script:
    """orchestrate.py, with what it has printed so far."""

    def __init__(self, node: Node, *arguments: str):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            ["/usr/bin/python3", SCRIPT, "--address", f"unix:{node.path}/wampgate.sock", "--proto", ROOT / "proto",
             *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self.reader.start()

    def said(self) -> str:
        return "".join(self.lines)

    def end(self) -> int:
        code = self.process.wait(60)
        self.reader.join()
        self.process.stdout.close()
        return code


class Orchestrate(unittest.TestCase):
    def setUp(self):
        self.ports = [free_port(), free_port()]
        self.blue = self.enterContext(Node(router()))
        self.green = self.enterContext(Node(router()))
        self.gate = self.enterContext(Node(gate(self.ports, self.blue)))
        (self.gate.path / "green.json").write_text(json.dumps(connection(self.green)))

    def client(self, index: int) -> Client:
        client = Client(self.ports[index % 2], "/")
        self.addCleanup(client.close)
        self.assertEqual(client.join("realm1")[0], 2)
        return client

    def script(self, *arguments: str) -> Script:
        script = Script(self.gate, "--new", "green", "--connection", str(self.gate.path / "green.json"), *arguments)
        self.addCleanup(script.process.kill)
        return script

    def running(self) -> dict:
        return json.loads(run("wampgatectl", "--socket", str(self.gate.path / "wampgate.sock"), "export").stdout)

    def await_line(self, script: Script, text: str, clients: list[Client]) -> None:
        """The clients live until the script has said that."""
        while text not in script.said():
            self.assertTrue(all([client.publishes() for client in clients]), script.said())
            self.assertIsNone(script.process.poll(), script.said())

    def test_replaces_a_router_and_ends_no_session(self):
        clients = [self.client(index) for index in range(4)]
        script = self.script("--old", "blue", "--steps", "50,100", "--pause", "0.5")
        self.await_line(script, "workers/front0/backends/blue: lame duck", clients)
        newcomers = [self.client(index) for index in range(4)]
        for client in clients:
            self.assertTrue(client.publishes())
            self.assertEqual(client.leave()[0], 6)
        self.assertEqual(script.end(), 0, script.said())
        self.assertIn("front0/routes/realm1/anonymous: 50 % of the new sessions of blue go to green", script.said())
        self.blue.__exit__()
        for client in newcomers:
            self.assertTrue(client.publishes())
            self.assertEqual(client.leave()[0], 6)
        for worker in self.running()["workers"]:
            self.assertEqual(list(worker["connections"]), ["green"])
            self.assertIn(worker["routes"]["realm1"]["anonymous"], ("green", ["green"]))

    def test_ends_sessions_that_stay_after_their_time_and_not_before(self):
        clients = [self.client(index) for index in range(4)]
        script = self.script("--old", "blue", "--steps", "100", "--pause", "0", "--lame-duck", "3", "--rate", "100")
        self.await_line(script, "workers/front0/backends/blue: lame duck", clients)
        begin = time.monotonic()
        for client in clients:
            self.assertEqual(client.receive()[2], "wamp.close.system_shutdown")
        self.assertGreater(time.monotonic() - begin, 1)  # of 3 s; the script tells late that they have begun
        self.assertEqual(script.end(), 0, script.said())

    def test_moves_nothing_if_the_new_router_cannot_be_joined(self):
        self.green.__exit__()
        client = self.client(0)
        script = self.script("--old", "blue")
        self.assertEqual(script.end(), 1)
        self.assertIn("through green: UNREACHABLE", script.said())
        self.assertIn("nothing was moved", script.said())
        self.assertTrue(client.publishes())
        for worker in self.running()["workers"]:
            self.assertIn(worker["routes"]["realm1"]["anonymous"], ("blue", ["blue"]))

    def test_says_that_there_is_no_such_backend(self):
        script = self.script("--old", "red")
        self.assertEqual(script.end(), 1)
        self.assertIn("no worker has a backend red", script.said())


if __name__ == "__main__":
    unittest.main()
