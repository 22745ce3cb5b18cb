"""What is measured, on which contenders, and what is asked of the figures."""
import statistics
import subprocess
import time
from dataclasses import dataclass, field

from load import Work
from processes import Failure


@dataclass
class Limit:
    """A figure of wampgate's that must not exceed `factor` times `of` (a contender's name), or `factor` itself."""
    factor: float
    of: str = ""

    def text(self):
        return f"≤ {self.factor:g} × {self.of}" if self.of else f"≤ {self.factor:g}"

    def is_met(self, figures):
        return figures["wampgate"] <= self.factor * (figures[self.of] if self.of else 1)


@dataclass
class Row:
    """One line of the table: figures by contender, medians of the rounds."""
    what: str
    unit: str
    limits: list = field(default_factory=list)
    samples: dict = field(default_factory=dict)
    why_not: str = ""  # it could not be measured

    def add(self, contender, value):
        self.samples.setdefault(contender, []).append(value)

    @property
    def figures(self):
        return {name: statistics.median(values) for name, values in self.samples.items()}

    def missed(self):
        if not self.samples:
            return []
        return [limit for limit in self.limits if not limit.is_met(self.figures)]


@dataclass
class Relaying:
    """CPU per round trip of `work`. `plain_floor`: the forwarder relays the same without TLS; `reference`: wampgate relays
    `reference` in the same rounds, named "equal"."""
    work: Work
    limits: list
    contenders: tuple = ("forwarder", "nginx", "haproxy", "wampgate")
    reference: Work = None

    def run(self, bench, rounds, seconds):
        row = Row(self.work.text(), "µs of CPU per round trip", self.limits)
        plain = Work(**{**self.work.__dict__, "tls": False})
        for _ in range(rounds):
            for name in self.contenders:
                row.add(name, bench.load.round_trips(bench.relay(name), plain if name == "forwarder" else self.work, seconds))
            if self.reference:
                row.add("equal", bench.load.round_trips(bench.relay("wampgate"), self.reference, seconds))
        return row


@dataclass
class Joins:
    """CPU per join and leave. With TLS nginx only upgrades: it knows no WAMP; `allowance` is added to its figure."""
    tls: bool
    limit: float
    allowance: float = 0

    def run(self, bench, rounds, seconds):
        what = "join to WELCOME and leave" + (", TLS 1.3 (nginx: its bare TLS upgrade)" if self.tls else "")
        row = Row(what, "µs of CPU")
        for _ in range(rounds):
            if self.tls:
                row.add("nginx", bench.load.joins(bench.relay("nginx"), seconds, tls=True, wamp=False))
            row.add("wampgate", bench.load.joins(bench.relay("wampgate"), seconds, tls=self.tls))
        if self.tls:
            figure = statistics.median(row.samples["nginx"])
            row.limits = [Limit(round((figure + self.allowance) / figure, 3), "nginx")]
        else:
            row.limits = [Limit(self.limit)]
        return row


@dataclass
class Memory:
    """Resident KiB per idle joined session, client and backend side together, of a process that has done nothing before."""
    connections: int
    tls: bool
    limits: list
    size: int = 0  # of one message that each session has had echoed before; 0: none
    contenders: tuple = ("wampgate",)

    def run(self, bench, rounds, seconds):
        after = f", after {self.size // 1024} KiB messages" if self.size else ""
        row = Row(f"idle joined session, of {self.connections:,}{', TLS 1.3' if self.tls else ''}{after}", "KiB", self.limits)
        for name in self.contenders:
            with bench.fresh(name) as relay:
                row.add(name, bench.load.idle_after(relay, self.connections, self.size, self.tls) if self.size else
                        bench.load.idle(relay, self.connections, self.tls))
        return row


@dataclass
class SystemCalls:
    """System calls per round trip, counted by the kernel's tracepoint (perf; needs root or kernel.perf_event_paranoid -1)."""
    work: Work
    limits: list
    contenders: tuple = ("forwarder", "nginx", "haproxy", "wampgate")

    def run(self, bench, rounds, seconds):
        row = Row(self.work.text(), "system calls per round trip", self.limits)
        for _ in range(rounds):
            for name in self.contenders:
                counted = self._count(bench, bench.relay(name), seconds)
                if counted is None:
                    return Row(row.what, row.unit, self.limits, why_not="perf may not count raw_syscalls:sys_enter here")
                row.add(name, counted)
        return row

    def _count(self, bench, relay, seconds):
        """None where the kernel does not let us."""
        client = bench.load.start(relay, self.work, seconds + 1.5)
        time.sleep(1)  # it has connected and warmed up: its rate is an average over all of its time
        counted = subprocess.run(["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", str(relay.pid), "sleep", str(seconds)],
                                 capture_output=True, text=True)
        rate = bench.load.finish(client, relay)["msgs_per_s"]
        calls = counted.stderr.split(",")[0]
        return int(calls) / seconds / rate if calls.isdigit() else None


@dataclass
class Transcoding:
    """The transcoder alone against a document round trip: how many times faster, from the google-benchmark program."""
    benchmark: str
    least: float

    def run(self, bench, rounds, seconds):
        return bench.transcoder_row(self.benchmark, self.least)


def beats(*contenders, factor=1.0):
    return [Limit(factor, name) for name in contenders]


def targets():
    """The rows of the targets table (issue 4), in its order."""
    small = Work(body="kw")
    nested = Work(body="nested")
    rows = [
        Relaying(Work(), beats("forwarder", factor=1.15)),
        Relaying(Work(connections=1000), beats("forwarder", factor=1.2) + beats("nginx", "haproxy")),
        Relaying(Work(window=16), beats("forwarder", factor=1.2) + beats("nginx", "haproxy")),
        Relaying(Work(size=65536), beats("forwarder", factor=1.25) + beats("nginx", factor=0.5)),
        Relaying(Work(size=65536, window=16), beats("forwarder", factor=1.25) + beats("nginx", factor=0.5)),
        Relaying(Work(tls=True), beats("forwarder", factor=1.45) + beats("nginx", "haproxy", factor=0.95)),
        Relaying(Work(tls=True, size=65536), beats("forwarder", factor=2.5) + beats("nginx", "haproxy", factor=0.95)),
    ]
    for reference, factor in ((small, 1.25), (nested, 2.5)):
        for client, backend in (("json", "cbor"), ("json", "msgpack"), ("cbor", "msgpack")):
            translated = Work(body=reference.body, serializer=client, path=backend)
            rows.append(Relaying(translated, beats("equal", factor=factor), contenders=("wampgate",), reference=reference))
    rows += [
        Transcoding("small", 8),
        Transcoding("nested", 8),
        Memory(9000, False, [Limit(2.5)]),
        Memory(9000, False, [Limit(2.5)], size=16384),
        Memory(9000, True, [Limit(17)]),
        Memory(9000, True, [Limit(17)], size=16384),
        SystemCalls(Work(), [Limit(4.3)]),
        SystemCalls(Work(window=16), [Limit(0.4)]),
        Joins(False, 150),
        Joins(True, 0, allowance=60),
    ]
    return rows


def matrix():
    """Everything, without limits: for looking, not for judging."""
    everyone = ("forwarder", "nginx", "haproxy", "wampgate")
    rows = [Relaying(Work(connections=connections, window=window, size=size, tls=tls), [], contenders=everyone)
            for tls in (False, True) for size in (16, 256, 1024, 4096, 16384, 65536)
            for connections in (1, 64, 1000) for window in (1, 16)
            if connections * window * size <= 64 * 16 * 65536]
    serializers = ("json", "msgpack", "cbor")
    rows += [Relaying(Work(body=body, serializer=client, path=backend, window=window), [], contenders=("wampgate",))
             for body in ("kw", "nested") for window in (1, 16) for client in serializers for backend in serializers]
    rows += [Relaying(Work(size=size, path=path, deflate=path == "deflate"), [], contenders=("wampgate",))
             for size in (256, 4096) for path in ("json", "deflate")]
    peers = ("nginx", "haproxy", "wampgate")
    rows += [Memory(connections, tls, [], size=size, contenders=peers if tls else ("forwarder", *peers))
             for tls in (False, True) for connections, size in ((9000, 0), (9000, 16384))]
    return rows + targets()[-4:]
