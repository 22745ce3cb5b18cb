"""What one worker process costs per relayed round trip and per idle session, as multiples of a byte-copying forwarder.

All contenders run at once, pinned to one core; the load client and the stub router have the other. They are
measured in turn, round after round; the figures are medians of CPU time from the kernel's accounting.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("root", type=pathlib.Path)
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--seconds", type=float, default=2)
args = parser.parse_args()

TOOLS = args.root / "build/bench"
WAMPGATED = args.root / "build/release/server/wampgated"
WAMPGATECTL = args.root / "build/release/admin-cli/wampgatectl"
RELAY_CORE, LOAD_CORE = 0, (os.cpu_count() or 1) - 1
children = []


def start(command, core, **options):
    process = subprocess.Popen([str(part) for part in command], **options)
    os.sched_setaffinity(process.pid, {core})
    children.append(process)
    return process


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, probe, seconds=20):
    deadline = time.monotonic() + seconds
    while not (value := probe()):
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return value


def connects(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_node(directory, port):
    def backend(serializer):
        return {"type": "websocket-proxy", "backends": [
            {"type": "rawsocket", "endpoint": {"type": "unix", "path": "stub.sock"}, "serializer": serializer}]}
    config = {"version": 2, "workers": [{"id": "edge", "type": "proxy", "transports": [{
        "id": "web", "type": "web", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": port, "backlog": 4096},
        "paths": {"json": backend("json"), "cbor": backend("cbor")}}]}]}
    (directory / "config.json").write_text(json.dumps(config))
    start([WAMPGATED, "run", "--config", directory / "config.json", "--log-level", "warning"], LOAD_CORE)

    def worker_pid():
        answer = subprocess.run([WAMPGATECTL, "--socket", directory / "wampgate.sock", "worker", "get", "edge", "-o", "json"],
                                capture_output=True, text=True)
        if answer.returncode:
            return None
        worker = json.loads(answer.stdout)
        return int(worker["processes"][0]["pid"]) if worker.get("state") == "STATE_RUNNING" else None
    pid = until("the node serves", worker_pid)
    os.sched_setaffinity(pid, {RELAY_CORE})
    return pid


def load(port, path, pid, *options):
    command = [TOOLS / "wampload", "--url", f"ws://127.0.0.1:{port}", "--path", path, "--pid", f"{pid}:relay", *options]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}))
    if done.returncode:
        sys.exit(f"wampload failed: {done.stderr or done.stdout}")
    return json.loads(done.stdout.splitlines()[-1])


def figure(report, name):
    for process in report["procs"]:
        if name in process:
            return process[name]
    sys.exit(f"wampload reports no {name}: {report}")


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wampgate-bench-"))
    start([TOOLS / "wampstub", "--listen", f"unix:{directory}/stub.sock"], LOAD_CORE)
    until("the stub router listens", (directory / "stub.sock").exists)
    forwarder_port, node_port = free_port(), free_port()
    forwarder = start([TOOLS / "splicefwd", forwarder_port, f"unix:{directory}/stub.sock"], RELAY_CORE)
    until("the forwarder listens", lambda: connects(forwarder_port))
    worker = start_node(directory, node_port)

    # First, on a worker that has allocated nothing yet: what is reused would not be counted.
    idle = load(node_port, "/json", worker, "--mode", "idle", "--conns", "1000", "--seconds", "2")
    kib = figure(idle, "kib_per_conn")

    contenders = {
        "forwarder": (forwarder_port, "/ws", forwarder.pid),
        "JSON to JSON": (node_port, "/json", worker),
        "JSON to CBOR": (node_port, "/cbor", worker),
    }
    costs = {name: [] for name in contenders}
    for _ in range(args.rounds):
        for name, (port, path, pid) in contenders.items():
            report = load(port, path, pid, "--conns", "64", "--window", "16", "--size", "256",
                          "--seconds", str(args.seconds))
            if report.get("errors"):
                sys.exit(f"{name}: {report['errors']} errors")
            costs[name].append(figure(report, "cpu_us_per_rt"))

    median = {name: statistics.median(values) for name, values in costs.items()}
    floor = median["forwarder"]
    rows = [("forwarder", floor, 1.0, None)]
    rows += [(name, median[name], median[name] / floor, limit)
             for name, limit in (("JSON to JSON", 1.5), ("JSON to CBOR", 2.0))]
    missed = False
    print(f"CPU per round trip, 64 connections, 16 in flight, 256 octets; medians of {args.rounds} rounds")
    for name, cost, ratio, limit in rows:
        verdict = "" if limit is None else f"  (at most {limit}x: {'met' if ratio <= limit else 'MISSED'})"
        missed |= limit is not None and ratio > limit
        print(f"  {name:14} {cost:7.2f} us  {ratio:5.2f}x{verdict}")
    missed |= kib > 6
    print(f"memory per idle joined session, of 1,000: {kib:.1f} KiB  (at most 6 KiB: {'met' if kib <= 6 else 'MISSED'})")
    return 1 if missed else 0


try:
    status = main()
finally:
    for child in reversed(children):
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
sys.exit(status)
