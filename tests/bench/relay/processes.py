"""The processes of a run: the relays on one core, the load client and the stub router on the other; all are ended with the run."""
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

RELAY_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1


class Failure(Exception):
    """Why a run cannot go on; for the one who started it."""


def until(what, probe, seconds=20):
    """The first true value of `probe`, asked every 50 ms."""
    deadline = time.monotonic() + seconds
    while not (value := probe()):
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return value


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connects(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pin(pid, core):
    os.sched_setaffinity(pid, {core})


class Processes:
    """Starts processes and ends them, the last one first, when the `with` block is left."""

    def __init__(self):
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        self.directory = pathlib.Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="wampgate-bench-")))
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def start(self, command, core, **options):
        process = subprocess.Popen([str(part) for part in command], preexec_fn=lambda: pin(0, core), **options)
        self._stack.callback(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
