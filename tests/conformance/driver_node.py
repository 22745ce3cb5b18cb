"""A real node for the drivers: `wampgated run` in a directory of its own."""
import collections
import json
import pathlib
import signal
import subprocess
import tempfile
import threading

PATIENCE = 60.0  # seconds until the node must serve
END_PATIENCE = 25.0  # and end; less than who runs us waits


def loopback():
    return {"type": "tcp", "port": 0, "interface": "127.0.0.1"}


class Node:
    """With the worker "edge" of that type and transports, each with an id; `ports` has the port of each. A context: its end
    stops the node and raises if that ended otherwise than in order."""

    def __init__(self, wampgated, transports, **worker):
        self._directory = tempfile.TemporaryDirectory(prefix="wampgate-")
        self._ids = {transport["id"] for transport in transports}
        configuration = {"version": 2, "controller": {"id": "conformance"},
                         "workers": [{"type": "proxy", "id": "edge", "transports": transports, **worker}]}
        pathlib.Path(self._directory.name, "config.json").write_text(json.dumps(configuration), encoding="utf-8")
        self._command = [wampgated, "run", "--node-dir", self._directory.name, "--log-format", "json"]
        self._lines = collections.deque(maxlen=30)
        self._ready = threading.Event()
        self.ports = {}

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self._read_log, daemon=True).start()
        if not self._ready.wait(PATIENCE) or set(self.ports) != self._ids:
            self._process.kill()
            self._process.wait()
            raise RuntimeError("the node does not serve:\n" + "".join(self._lines))
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        try:
            ended = self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            ended = "nothing in time after SIGTERM"
        self._directory.cleanup()
        if ended:
            raise RuntimeError(f"the node ended with {ended}:\n" + "".join(self._lines))

    def _read_log(self):
        for line in self._process.stdout:
            self._lines.append(line)
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry.get("msg") == "listening":
                self.ports[entry["transport"].rsplit("/", 1)[1]] = int(entry["address"].rsplit(":", 1)[1])
            if set(self.ports) == self._ids:
                self._ready.set()
        self._ready.set()
