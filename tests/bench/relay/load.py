"""One run of the load client, and what it says of the relay's process."""
import json
import subprocess
from dataclasses import dataclass

from processes import LOAD_CORE, Failure, pin


@dataclass(frozen=True)
class Work:
    """What the load client asks of a relay. `size` counts octets of a `str` body; `path` and `serializer` say what is translated."""
    connections: int = 64
    window: int = 1
    size: int = 256
    tls: bool = False
    body: str = "str"
    serializer: str = "json"
    path: str = "json"
    deflate: bool = False

    def text(self):
        size = {"kw": "155 B typical", "nested": "3.7 KB nested"}.get(self.body) or (
            f"{self.size // 1024} KiB" if self.size >= 1024 else f"{self.size} B")
        translated = "" if self.serializer == self.path else f", {self.serializer} to {self.path}"
        return (f"{self.connections:,} connections, {self.window} in flight, {size}"
                f"{', TLS 1.3' if self.tls else ''}{translated}{', deflate' if self.deflate else ''}")


class LoadClient:
    def __init__(self, tools):
        self._program = tools / "wampload"

    def round_trips(self, relay, work, seconds):
        """CPU microseconds of the relay per CALL and its RESULT."""
        options = ["--deflate"] if work.deflate else []
        report = self._run(relay, "rpc", work.tls, seconds, "--conns", work.connections, "--window", work.window,
                           "--size", work.size, "--body", work.body, "--ser", work.serializer, "--path", f"/{work.path}",
                           "--warmup", 0.3, *options)
        return report["procs"][0]["cpu_us_per_rt"]

    def idle(self, relay, connections, tls=False):
        """Resident KiB of the relay per joined session that has done nothing since."""
        report = self._run(relay, "idle", tls, 1, "--conns", connections, "--path", "/json", "--open-parallel", 32)
        return report["procs"][0]["kib_per_conn"]

    def idle_after(self, relay, connections, size, tls=False):
        """The same after each of the sessions has had a message of `size` octets echoed."""
        report = self._run(relay, "rpc", tls, 60, "--conns", connections, "--path", "/json", "--open-parallel", 32,
                           "--size", size, "--count", 2 * connections, "--warmup", 0)
        return report["procs"][0]["kib_per_conn"]

    def joins(self, relay, seconds, tls=False, wamp=True):
        """CPU microseconds of the relay from accept over WELCOME to close; `wamp` false: over the WebSocket upgrade only."""
        report = self._run(relay, "connect", tls, seconds, "--conns", 8, "--path", "/json", "--rst", *([] if wamp else ["--raw"]))
        return report["procs"][0]["cpu_us_per_rt"]

    def start(self, relay, work, seconds):
        """Leaves the load running; for what is counted from outside."""
        return self._popen(relay, "rpc", work.tls, seconds, "--conns", work.connections, "--window", work.window,
                           "--size", work.size, "--ser", work.serializer, "--path", f"/{work.path}")

    def finish(self, process, relay):
        out, err = process.communicate(timeout=120)
        if process.returncode:
            raise Failure(f"the load client on {relay.name} failed: {err or out}")
        report = json.loads(out.splitlines()[-1])
        if report["errors"] or (report["mode"] != "idle" and not report["msgs"]):
            raise Failure(f"{relay.name}: {report['errors']} errors of {report['msgs']}: {report['first_error']}")
        return report

    def _popen(self, relay, mode, tls, seconds, *options):
        command = [self._program, "--url", relay.url(tls), "--pid", f"{relay.pid}:relay", "--mode", mode, "--seconds", seconds, *options]
        return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=lambda: pin(0, LOAD_CORE))

    def _run(self, relay, *arguments):
        return self.finish(self._popen(relay, *arguments), relay)
