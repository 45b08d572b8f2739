#!/usr/bin/env python3
"""Runs our program, the limit and the peers in turn and prints a Markdown report; Benchmarks/run calls it.

Every figure is a median over rounds; in a round each contestant runs once, one after the other, so that a change in
the machine's load meets all of them. Peak memory is what the kernel reports for the finished process; it cannot
fall below this script's own, about 20 MB.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from measure_mixture import MixtureMeasurement

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS, SLOW_ROUNDS, STARTS = 5, 3, 21
NESTED_SHARE = 60  # per cent of the set that the slowest peer reads: more than a minute on the machines at hand
SECTIONS = "start,scan,ingest,mixture"
SLACK = 16e6       # growth of peak memory that counts as none


class Run:
    """One finished process: its JSON, wall and processor time in seconds and peak memory in bytes."""

    def __init__(self, words):
        words = [str(word) for word in words]
        with tempfile.TemporaryFile("w+") as errors:
            start = time.perf_counter()
            process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True)
            with process.stdout as stream:
                output = stream.read()
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                errors.seek(0)
                raise SystemExit(f"{' '.join(words[:4])} …: status {process.returncode}: {errors.read().strip()[-500:]}")
        self.peak = usage.ru_maxrss * 1024
        self.processor = usage.ru_utime + usage.ru_stime
        brace = output.find("{")
        self.figures = json.loads(output[brace:]) if brace >= 0 else {}

    def rate(self, key):
        return self.figures[key] / self.figures["seconds"]


class Table:
    """Lines of a Markdown table: what, figure, bar, verdict."""

    def __init__(self):
        self.lines = ["| what | figure | bar | |", "|---|---|---|---|"]

    def add(self, what, figure, bar="", met=None):
        self.lines.append(f"| {what} | {figure} | {bar} | {'' if met is None else 'met' if met else '**missed**'} |")


def shards(directory):
    return sorted(path for path in pathlib.Path(directory).iterdir() if ".tfrecord-" in path.name)


def warm(paths):
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 22):
                pass


def gigabytes(rate):
    return f"{rate / 1e9:.2f} GB/s"


def machine():
    model = platform.processor() or platform.machine()
    memory = 0
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal"):
            memory = int(line.split()[1]) // (1 << 20)
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.release()}"


class Measurement:
    def __init__(self, arguments):
        self.arguments = arguments
        self.ours = None if arguments.peers_only else os.environ["ARMATURE_RLDS"]
        self.cores = os.cpu_count() or 1
        self.workers = sorted({1, self.cores})
        self.table = Table()

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def start(self):
        if self.ours is None:
            return
        self.say("start")
        times = [Run([self.ours, "inspect", self.arguments.small]).wall for _ in range(STARTS)]
        self.table.add(f"start: `inspect`, median of {STARTS}", f"{statistics.median(times) * 1e3:.1f} ms")

    def scan(self):
        files = shards(self.arguments.once)
        size = sum(path.stat().st_size for path in files)
        rates = {}
        for round_number in range(ROUNDS):
            self.say(f"scan, round {round_number + 1} of {ROUNDS}")
            warm(files)
            for workers in self.workers:
                if self.ours:
                    run = Run([self.ours, "scan", *files, "--workers", workers, "--json"])
                    if run.figures["bytes"] != size:
                        raise SystemExit(f"scan: says {run.figures['bytes']} bytes of {size}")
                    rates.setdefault(("ours", workers), []).append(run.rate("bytes"))
                    rates.setdefault(("ours, whole process", workers), []).append(size / run.wall)
                limit = Run([self.arguments.work / "crc_limit", workers, 5, *files]).figures
                for kind in ("mapped", "resident"):
                    rates.setdefault((kind, workers), []).append(limit[kind])
            if round_number < SLOW_ROUNDS:
                for workers in self.workers:
                    parallel = ["--parallel", workers] if workers > 1 else []
                    run = Run([self.arguments.python, HERE / "peer_tfrecord.py", *parallel, *files])
                    rates.setdefault(("tensorflow", workers), []).append(run.figures["bytes_per_second"])
        rate = {key: statistics.median(values) for key, values in rates.items()}
        names = {"ours": "`scan`", "ours, whole process": "`scan`, start and end of the process included",
                 "mapped": "C loop, mapping included", "resident": "C loop, files stay mapped",
                 "tensorflow": "TensorFlow `TFRecordDataset`"}
        for workers in self.workers:
            for kind, name in names.items():
                if (kind, workers) in rate:
                    self.table.add(f"scan, {workers} thread{'s' if workers > 1 else ''}: {name}",
                                   gigabytes(rate[kind, workers]))
        if not self.ours:
            return
        for workers in self.workers:
            ratio = rate["ours", workers] / rate["mapped", workers]
            self.table.add(f"scan / C loop, mapping included, threads: {workers}", f"{ratio:.2f}", "≥ 0.8", ratio >= 0.8)
        ours = max(rate["ours", workers] for workers in self.workers)
        peer = max(rate["tensorflow", workers] for workers in self.workers)
        self.table.add("scan / TensorFlow, one thread each", f"{rate['ours', 1] / rate['tensorflow', 1]:.1f} ×")
        self.table.add("scan / TensorFlow, best of each", f"{ours / peer:.1f} ×", "≥ 3 ×", ours / peer >= 3)

    def ingest_once(self, directory, *extra):
        store = self.arguments.work / "store"
        shutil.rmtree(store, ignore_errors=True)
        run = Run([self.ours, "ingest", directory, "--dataset", self.arguments.dataset, "--out", store,
                   "--workers", self.cores, *extra, "--json"])
        shutil.rmtree(store, ignore_errors=True)
        return run

    def ingest(self):
        files = shards(self.arguments.once)
        size = sum(path.stat().st_size for path in files)
        ours, statistics_only, nested, flat, peaks = [], [], [], [], {"tfds": []}
        for round_number in range(ROUNDS):
            self.say(f"ingest, round {round_number + 1} of {ROUNDS}")
            warm(files)
            if self.ours:
                run = self.ingest_once(self.arguments.once)
                ours.append(run.rate("steps"))
                peaks.setdefault("once", []).append(run.peak)
                run = self.ingest_once(self.arguments.once, "--statistics-only")
                statistics_only.append(size / run.figures["seconds"])
                peaks.setdefault("statistics", []).append(run.peak)
                if round_number < SLOW_ROUNDS:
                    peaks.setdefault("twice", []).append(self.ingest_once(self.arguments.twice).peak)
            if round_number < SLOW_ROUNDS:
                for rates, options in ((flat, ["--flat"]), (nested, ["--split", f"train[:{NESTED_SHARE}%]"])):
                    run = Run([self.arguments.python, HERE / "peer_ingest.py", self.arguments.once, *options])
                    rates.append(run.figures["steps_per_second"])
                    peaks["tfds"].append(run.peak)
        nested, flat = statistics.median(nested), statistics.median(flat)
        self.table.add(f"TFDS, episode by episode (first {NESTED_SHARE} % of the set)", f"{nested:,.0f} steps/s")
        self.table.add("TFDS, steps joined inside tf.data (whole set)", f"{flat:,.0f} steps/s")
        self.table.add("peak memory: TFDS", f"{max(peaks['tfds']) / 1e6:.0f} MB")
        if not self.ours:
            return
        rate = statistics.median(ours)
        self.table.add(f"`ingest`, {self.cores} workers", f"{rate:,.0f} steps/s")
        self.table.add("`ingest` / TFDS, episode by episode", f"{rate / nested:.1f} ×", "≥ 10 ×", rate >= 10 * nested)
        self.table.add("`ingest` / TFDS, steps joined", f"{rate / flat:.1f} ×", "≥ 10 ×", rate >= 10 * flat)
        rate = statistics.median(statistics_only)
        self.table.add("`ingest --statistics-only`", gigabytes(rate), "≥ 1 GB/s", rate >= 1e9)
        once, twice = max(peaks["once"]), max(peaks["twice"])
        peak = max(once, twice, max(peaks["statistics"]))
        self.table.add(f"peak memory: `ingest` of {size / 1e6:.0f} MB", f"{once / 1e6:.0f} MB", "≤ 300 MB", once <= 300e6)
        self.table.add("peak memory: `ingest` of twice that", f"{twice / 1e6:.0f} MB", "≤ 300 MB, no growth",
                       peak <= 300e6 and twice <= once + SLACK)
        self.table.add("peak memory: `ingest --statistics-only`", f"{max(peaks['statistics']) / 1e6:.0f} MB",
                       "≤ 300 MB", max(peaks["statistics"]) <= 300e6)

    def report(self):
        load = os.getloadavg()[0]
        began = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        sections = {"start": [self.start], "scan": [self.scan], "ingest": [self.ingest], "mixture": []}
        if self.ours:
            mixture = MixtureMeasurement(self.arguments, self.table, Run, self.say, ROUNDS, SLOW_ROUNDS)
            sections["mixture"] = mixture.sections()
        for name in self.arguments.sections.split(","):
            for section in sections[name]:
                section()
        files = shards(self.arguments.once)
        versions = (HERE / "requirements.txt").read_text().split()
        print(f"- machine: {machine()}")
        print(f"- date: {began}")
        only = "" if self.arguments.sections == SECTIONS else f" --sections {self.arguments.sections}"
        print(f"- command: `Benchmarks/run{only}{' --peers-only' if self.ours is None else ''}`")
        print(f"- load before, of {self.cores} cores: {load:.1f}")
        print(f"- data: {self.arguments.once.parent.name} repeated to {len(files)} shards, "
              f"{sum(path.stat().st_size for path in files) / 1e6:.0f} MB, in the page cache; "
              "TFDS decodes every image of a step")
        print(f"- medians of {ROUNDS} interleaved rounds ({SLOW_ROUNDS} for TensorFlow); peers: "
              f"{', '.join(versions[:2])}, start-up excluded")
        print()
        print("\n".join(self.table.lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("python", "work", "small", "once", "twice"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--sections", default=SECTIONS)
    Measurement(parser.parse_args()).report()


if __name__ == "__main__":
    main()
