"""wampgate against nginx and haproxy (as WebSocket tunnels) and a byte-copying forwarder, in one run.

All contenders run at once, pinned to one core; the load client and the stub router have the other. They are measured in turn,
round after round; the figures are medians of CPU time from the kernel's accounting. Exits 1 if a target is missed.
"""
import argparse
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import time

import measurements
import report
from contenders import Contenders
from load import LoadClient
from processes import Failure, Processes

DOCUMENT, OURS = "BM_Document", "BM_Transcode"


class Bench:
    """What measurements run on: the contenders, started when first asked for, and the load client."""

    def __init__(self, root, processes):
        self._root = root
        self._contenders = Contenders(root, processes)
        self._relays = {}
        self.load = LoadClient(root / "build/bench")

    def relay(self, name):
        if name not in self._relays:
            self._relays[name] = getattr(self._contenders, name)()
        return self._relays[name]

    @contextlib.contextmanager
    def fresh(self, name):
        """A contender of its own, with a stub router of its own, for the time of the block."""
        with Processes() as processes:
            yield getattr(Contenders(self._root, processes), name)()

    def transcoder_row(self, shape, least):
        """How many times the CPU of our transcoder a document round trip takes: the least of the pairs of serializers."""
        row = measurements.Row(f"transcoder alone, {shape} message", "ns per message")
        program = self._root / "build/release/tests/bench/transcoder_bench"
        if not program.exists():
            row.why_not = f"{program} is not there"
            return row
        ran = subprocess.run([program, f"--benchmark_filter=_{shape}$", "--benchmark_format=json", "--benchmark_repetitions=5",
                              "--benchmark_min_time=0.1"], capture_output=True, text=True, check=True)
        times = {entry["run_name"]: entry["cpu_time"] for entry in json.loads(ran.stdout)["benchmarks"]
                 if entry.get("aggregate_name") == "median"}
        pairs = {re.sub(".*/", "", name): time for name, time in times.items() if name.startswith(DOCUMENT)}
        slowest = min(pairs, key=lambda pair: pairs[pair] / times[f"{OURS}/{pair}"])
        row.what += f", {slowest.removesuffix('_' + shape).replace('_', ' ')}"
        row.add("document", pairs[slowest])
        row.add("wampgate", times[f"{OURS}/{slowest}"])
        row.limits = [measurements.Limit(round(1 / least, 4), "document")]
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--full", action="store_true",
                        help="the whole matrix of payloads, connections, TLS, serializers, deflate and memory (about 40 minutes)")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each contender (5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each measurement (1.5)")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose description contains TEXT")
    options = parser.parse_args()

    rows = []
    began = time.monotonic()
    with Processes() as processes:
        bench = Bench(options.root, processes)
        for measurement in measurements.matrix() if options.full else measurements.targets():
            if options.only not in str(measurement):
                continue
            try:
                rows.append(measurement.run(bench, options.rounds, options.seconds))
            except Failure as failure:
                rows.append(measurements.Row(str(measurement), "", [measurements.Limit(0)], why_not=str(failure)))
            print(report.line(rows[-1]), flush=True)
    heading = (f"wampgate and its peers: medians of {options.rounds} interleaved rounds of {options.seconds} s (memory: one), "
               f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {(time.monotonic() - began) / 60:.0f} minutes")
    written = report.write(rows, heading, options.root / "build/bench")
    missed = sum(bool(row.missed()) for row in rows)
    unmeasured = sum(bool(row.why_not) for row in rows)
    judged = sum(bool(row.limits) and not row.why_not for row in rows)
    print(f"\n{judged - missed} of {judged} targets met, {missed} missed, {unmeasured} rows not measured; " +
          ", ".join(str(path.relative_to(options.root)) for path in written))
    return 1 if missed or unmeasured or not rows else 0


sys.exit(main())
