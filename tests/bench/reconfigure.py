#!/usr/bin/python3
"""What changes of a running node cost, with release binaries on a quiet machine. By hand; nothing of it is in a test run.

  routes    a configuration with 100,000 routes is applied; then single routes come and go under load
  sessions  500 random valid changes in a minute while 1,000 sessions exchange messages
  same      the same document 1,000 times over one channel, every system call on a socket watched (strace, as root)

The client that calls runs as the node's background work does (SCHED_BATCH): it stands for one on another machine. The
relay's p99 beside changes is compared with the quiet one and with the one beside as many calls that only read: the
client that calls takes processor time, too. CPU time is what each process has used, its threads by name, per change.

Needs python3-grpcio, python3-protobuf and protobuf-compiler. Prints one line per figure.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "deploy/examples"))
import orchestrate  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("what", choices=["routes", "sessions", "same"])
parser.add_argument("--build", type=pathlib.Path, default=root / "build/release")
parser.add_argument("--tools", type=pathlib.Path, default=root / "build/bench")
parser.add_argument("--routes", type=int, default=100_000)
parser.add_argument("--sessions", type=int, default=1000)
parser.add_argument("--changes", type=int, default=500)
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--rate", type=float, default=2000, help="round trips a second over all sessions")
parser.add_argument("--keep", action="store_true", help="leave the node directory")
args = parser.parse_args()

ANONYMOUS = {"anonymous": {"type": "static"}}


def connection(path):
    return {"transport": {"type": "rawsocket", "endpoint": {"type": "unix", "path": path}, "url": "rs://localhost",
                          "serializer": "json"}}


def document(routes=1):
    realms = {f"realm{i}": {"anonymous": "first"} for i in range(1, routes + 1)}
    return {"version": 2, "workers": [{
        "id": "edge", "type": "proxy", "connections": {"first": connection("stub.sock")}, "routes": realms,
        "transports": [{"id": "raw", "type": "rawsocket", "auth": ANONYMOUS,
                        "endpoint": {"type": "unix", "path": "raw.sock", "backlog": 4096}},
                       {"id": "web", "type": "web", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
                        "paths": {"ws": {"type": "websocket", "auth": ANONYMOUS}, "v": {"type": "json", "value": 1}}}]}]}


class Running:
    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="wampgate-reconfigure-"))
        self.stub = subprocess.Popen([args.tools / "wampstub", "--listen", f"unix:{self.directory}/stub.sock"],
                                     stderr=subprocess.DEVNULL)
        (self.directory / "config.json").write_text(json.dumps(document()))
        self.log = open(self.directory / "log", "w")
        self.node = subprocess.Popen([args.build / "server/wampgated", "run", "--config",
                                      self.directory / "config.json", "--log-level", "warning"], stderr=self.log)
        deadline = time.monotonic() + 20
        while self.ctl("status", check=False).returncode != 0 or not (self.directory / "raw.sock").exists():
            if time.monotonic() > deadline:
                sys.exit("the node does not serve: " + (self.directory / "log").read_text())
            time.sleep(0.1)
        orchestrate.PROTOS = ("wampgate/v1/config_service", "wampgate/v1/node_service", "wampgate/v1/route_service")
        self.api = orchestrate.Node(f"unix:{self.directory}/wampgate.sock", str(root / "proto"))
        return self

    def ctl(self, *arguments, check=True):
        return subprocess.run([args.build / "admin-cli/wampgatectl", "--socket", self.directory / "wampgate.sock",
                               *arguments], check=check, capture_output=True, text=True)

    def load(self, seconds, sessions):
        out = subprocess.run([args.tools / "wampload", "--url", f"rs+unix:{self.directory}/raw.sock", "--conns",
                              str(sessions), "--rate", str(args.rate), "--seconds", str(seconds), "--size", "256"],
                             capture_output=True, text=True)
        if not out.stdout:
            sys.exit("wampload: " + out.stderr)
        return json.loads(out.stdout)

    def cpu_ms(self):
        """Milliseconds that the threads of the node have run, by process and thread name."""
        used = collections.Counter()
        for pid in [self.node.pid, *children(self.node.pid)]:
            who = "supervisor" if pid == self.node.pid else "worker"
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                name = (task / "comm").read_text().strip()
                used[f"{who} {name}"] += int((task / "schedstat").read_text().split()[0]) / 1e6
        used["client"] = time.process_time() * 1000
        return used

    def __exit__(self, *_):
        self.node.terminate()
        self.node.wait()
        self.stub.terminate()
        self.stub.wait()
        if not args.keep:
            shutil.rmtree(self.directory)


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


class Spent:
    """What each thread runs more per change than it does when nothing is changed."""

    def __init__(self, node):
        self.node, self.begun, self.before = node, time.monotonic(), node.cpu_ms()

    def rates(self):
        seconds = time.monotonic() - self.begun
        return {name: (ms - self.before[name]) / seconds for name, ms in self.node.cpu_ms().items()}, seconds

    def show(self, quiet, changes):
        rates, seconds = self.rates()
        per_change = {name: (rate - quiet.get(name, 0)) * seconds / changes for name, rate in rates.items()}
        print("CPU per change: " + ", ".join(f"{name} {ms:.2f} ms" for name, ms in
                                             sorted(per_change.items(), key=lambda entry: -entry[1]) if ms >= 0.05), flush=True)


def show(name, load):
    print(f"{name}: p50 {load['p50_us']:.0f} us, p99 {load['p99_us']:.0f} us, max {load['max_us']:.0f} us, "
          f"{load['msgs']} round trips, {load['errors']} errors {load['first_error']}", flush=True)
    return load["p99_us"]


def under_load(node, seconds, sessions, work):
    results = []
    thread = threading.Thread(target=lambda: results.append(node.load(seconds, sessions)))
    thread.start()
    time.sleep(2)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    work()
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    thread.join()
    return results[0]


def timed(call):
    begun = time.monotonic()
    call()
    return (time.monotonic() - begun) * 1000


def routes():
    with Running() as node:
        quiet = show("quiet, 1 route", node.load(10, 64))
        large = node.directory / "large.json"
        large.write_text(json.dumps(document(args.routes)))
        print(f"{args.routes} routes, wampgatectl apply -f: {timed(lambda: node.ctl('apply', '-f', large)) / 1000:.2f} s")
        spent = Spent(node)
        quiet = max(quiet, show(f"quiet, {args.routes} routes", node.load(10, 64)))
        idle, _ = spent.rates()
        times = []

        def read():
            for _ in range(120):
                node.api.call("GetNode")
                time.sleep(0.11)
        show("while as many calls read", under_load(node, 20, 64, read))

        def come_and_go():
            for i in range(60):
                name = f"more{i}"
                times.append(timed(lambda: node.api.change("CreateRoute", parent="workers/edge", realm=name, role="user",
                                                           route={"connections": ["first"]})))
                time.sleep(0.1)
                times.append(timed(lambda: node.api.change("DeleteRoute", name=f"workers/edge/routes/{name}/user")))
                time.sleep(0.1)
        spent = Spent(node)
        busy = show("while single routes come and go", under_load(node, 20, 64, come_and_go))
        spent.show(idle, len(times))
        times.sort()
        print(f"one more route: first {times[0]:.1f} ms at best, median {statistics.median(times):.1f} ms, "
              f"p95 {times[int(len(times) * 0.95)]:.1f} ms, worst {times[-1]:.1f} ms; p99 of the relay {busy / quiet:.2f} x quiet")
        begun = timed(lambda: node.ctl("route", "delete", "workers/edge/routes/realm7/anonymous"))
        print(f"wampgatectl route delete, whole: {begun:.1f} ms")


def random_change(rng, there):
    kind = rng.randrange(5)
    number = rng.randrange(20)
    if kind == 0:
        name, text = f"workers/edge/transports/web/paths/p{number}", {"type": "json", "value": rng.randrange(1000)}
    elif kind == 1:
        name, text = f"workers/edge/routes/more{number}/anonymous", "first"
    elif kind == 2:
        name, text = f"workers/edge/backends/extra{number}", connection("other.sock")
    elif kind == 3:
        name = f"workers/edge/transports/more{number % 4}"
        text = {"type": "rawsocket", "auth": ANONYMOUS,
                "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0}}
    else:
        name, text = "workers/edge/transports/raw", {
            "type": "rawsocket", "auth": ANONYMOUS, "max_message_size": 65536 << rng.randrange(4),
            "endpoint": {"type": "unix", "path": "raw.sock", "backlog": 4096}}
    if name in there and kind != 4 and rng.random() < 0.5:
        there.discard(name)
        return {"action": "DELETE", "name": name}
    there.add(name)
    return {"action": "PUT", "name": name, "text": {"json": json.dumps(text)}}


def sessions():
    with Running() as node:
        spent = Spent(node)
        quiet = show("quiet", node.load(20, args.sessions))
        idle, _ = spent.rates()
        rng, there, times, closed = random.Random(1), set(), [], []

        def read():
            for _ in range(args.changes):
                node.api.call("GetNode")
                time.sleep(args.seconds / args.changes)

        def change():
            begun = time.monotonic()
            for i in range(args.changes):
                time.sleep(max(0.0, begun + i * args.seconds / args.changes - time.monotonic()))
                result = []
                times.append(timed(lambda: result.append(
                    node.api.change("ApplyConfig", changes=[random_change(rng, there)]))))
                closed.append(result[0].plan.sessions_closed)
        show("while as many calls read", under_load(node, args.seconds + 3, args.sessions, read))
        spent = Spent(node)
        busy = show(f"while {args.changes} changes are made", under_load(node, args.seconds + 3, args.sessions, change))
        spent.show(idle, args.changes)
        times.sort()
        print(f"changes: {len(times)}, median {statistics.median(times):.1f} ms, worst {times[-1]:.1f} ms; sessions named by "
              f"plans {sum(closed)}; p99 {busy / quiet:.2f} x quiet")


class Trace:
    """The system calls of a process that make, bind or end sockets and files."""

    def __init__(self, pid, path):
        self.path = path
        self.strace = subprocess.Popen(["strace", "-f", "-yy", "-qq", "-o", path, "-p", str(pid), "-e",
                                        "trace=socket,bind,listen,accept4,connect,setsockopt,shutdown,close"])
        while "TracerPid:\t0\n" in pathlib.Path(f"/proc/{pid}/status").read_text():
            time.sleep(0.05)

    def calls(self):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait()
        return [line.split(maxsplit=1)[1].strip() for line in self.path.read_text().splitlines()]


def inode(call):
    return call.partition(":[")[2].partition("]")[0]


def same():
    with Running() as node:
        text = json.dumps(document())
        before = node.api.change("ApplyConfig", document={"json": text}).revision  # the channel is there
        supervisor = Trace(node.node.pid, node.directory / "supervisor.strace")
        workers = [Trace(pid, node.directory / f"{pid}.strace") for pid in children(node.node.pid)]
        revisions = collections.Counter(node.api.change("ApplyConfig", document={"json": text}).revision
                                        for _ in range(1000))
        calls = [call for call in supervisor.calls() if "<TCP" in call or "<UNIX" in call]
        users = {inode(call) for call in calls if "/nscd/" in call}  # the C library asks who a caller is
        on_sockets = [call for call in calls if inode(call) not in users]
        in_workers = [call for worker in workers for call in worker.calls()]
        print(f"the same document {sum(revisions.values())} times: revisions {dict(revisions)}, before {before}; calls on sockets "
              f"in the supervisor {len(on_sockets)}, calls of any kind in {len(workers)} worker {len(in_workers)}")
        for call in (on_sockets + in_workers)[:20]:
            print(call)


{"routes": routes, "sessions": sessions, "same": same}[args.what]()
