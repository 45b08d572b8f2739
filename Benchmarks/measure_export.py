#!/usr/bin/env python3
"""How fast `armature rlds export` writes, beside copying the bytes; needs nothing but Python.

    measure_export.py BIN [--runs N] [--megabytes N] [--work DIR]

BIN holds the programs (.build/release). A sample's shards are repeated (`make_large.py`), ingested with images as they are, and
exported with one worker and with two, process start and the last fsync included; `cp` of the result and `sync` is the limit. All
take turns; medians as Markdown.
"""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def timed(*words):
    start = time.monotonic()
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=450)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    rlds, root = options.bin / "armature-rlds", pathlib.Path(__file__).resolve().parent.parent
    print("| dataset | bytes | 1 worker | 2 workers | cp and sync | MB/s with 2 |")
    print("|---|---|---|---|---|---|")
    for name in ["metaworld_reach_push", "metaworld_button_drawer"]:
        large = subprocess.run(
            [sys.executable, root / "Benchmarks/make_large.py", work / "large", "--megabytes", str(options.megabytes), "--source",
             root / "Samples" / name / "1.0.0"], check=True, capture_output=True, text=True).stdout.strip()
        store, out, copy = work / f"store-{name}", work / "export", work / "copy"
        shutil.rmtree(store, ignore_errors=True)
        timed(rlds, "ingest", large, "--dataset", name, "--out", store, "--quiet")
        times, size = {1: [], 2: [], "cp": []}, 0
        for _ in range(options.runs):
            for workers in [1, 2]:
                shutil.rmtree(out, ignore_errors=True)
                times[workers].append(timed(rlds, "export", store, "--out", out, "--workers", workers, "--quiet"))
            size = sum(file.stat().st_size for file in out.iterdir())
            shutil.rmtree(copy, ignore_errors=True)
            times["cp"].append(timed("sh", "-c", f"cp -r '{out}' '{copy}' && sync -f '{copy}'"))
        a, b, c = (statistics.median(times[key]) for key in [1, 2, "cp"])
        print(f"| {name} | {size / 1e6:.0f} MB | {a:.2f} s | {b:.2f} s | {c:.2f} s | {size / 1e6 / b:.0f} |")


main()
