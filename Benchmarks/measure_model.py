"""The model in Armature against the same model in plain PyTorch, on the same libtorch version, type and threads.

    python Benchmarks/measure_model.py BIN [--python PYTHON] [--rounds 3]

BIN is the folder of the programs. Writes fresh `small` weights, then takes turns: `armature train bench` and
Benchmarks/peer_model.py, each a process of its own, for each type and number of threads. Prints the medians over the
rounds side by side, and the time from the start of a process to its first logits. PYTHON has torch 2.13.0 and safetensors.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("bin", type=pathlib.Path)
parser.add_argument("--python", default=sys.executable)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
given = parser.parse_args()

root = pathlib.Path(__file__).resolve().parent.parent
train = given.bin.resolve() / "armature-train"
folder = pathlib.Path(tempfile.mkdtemp()) / "small"
subprocess.run([train, "init", "small", "--seed", "1", "--out", folder, "--quiet"], cwd=root, check=True, stdout=subprocess.PIPE)


def run(command):
    return json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])


print(f"{'type':5} {'threads':>7} {'':12} {'Armature':>10} {'PyTorch':>10} {'ratio':>6}")
for dtype in ["f32", "bf16"]:
    for threads in given.threads:
        ours, theirs = [], []
        for _ in range(given.rounds):
            ours.append(run([train, "bench", folder, "--dtype", dtype, "--workers", str(threads), "--json"]))
            theirs.append(run([given.python, "Benchmarks/peer_model.py", folder, "--dtype", dtype, "--threads", str(threads)]))
        rows = [
            ("forward of 8", [o["forward_seconds"] * 1e3 for o in ours], [t["forward_8"]["seconds"] * 1e3 for t in theirs], "ms"),
            ("an answer", [o["predict_seconds"] * 1e3 for o in ours], [t["predict_seconds"] * 1e3 for t in theirs], "ms"),
            ("peak memory", [o["peak_resident_bytes"] / 1e6 for o in ours], [t["peak_rss_bytes"] / 1e6 for t in theirs], "MB"),
        ]
        for name, a, b, unit in rows:
            a, b = statistics.median(a), statistics.median(b)
            print(f"{dtype:5} {threads:7} {name:12} {a:7.1f} {unit} {b:7.1f} {unit} {b / a:6.2f}", flush=True)

for dtype in ["f32", "bf16"]:
    for threads in given.threads:
        ours, theirs = [], []
        for _ in range(given.rounds):
            ours.append(run([train, "bench", folder, "--training", "--batch", "16", "--repeats", "15", "--dtype", dtype, "--workers", str(threads), "--json"]))
            theirs.append(run([given.python, "Benchmarks/peer_model.py", folder, "--training", "--repeats", "15", "--dtype", dtype, "--threads", str(threads)]))
        for name, a, b, unit in [
            ("step of 16", [o["step_seconds"] * 1e3 for o in ours], [t["step_seconds"] * 1e3 for t in theirs], "ms"),
            ("its peak", [o["peak_resident_bytes"] / 1e6 for o in ours], [t["peak_rss_bytes"] / 1e6 for t in theirs], "MB"),
        ]:
            a, b = statistics.median(a), statistics.median(b)
            print(f"{dtype:5} {threads:7} {name:12} {a:7.1f} {unit} {b:7.1f} {unit} {b / a:6.2f}", flush=True)

tiny = root / "Tests/Fixtures/TinyOpenVLA/dev"
times = []
for _ in range(5):
    start = time.monotonic()
    run([train, "forward", tiny / "model", "--inputs", tiny / "forward.safetensors", "--out", folder / "out", "--workers", "1", "--json"])
    times.append(time.monotonic() - start)
print(f"start of a process to its last logits, dev fixture: {statistics.median(times):.2f} s")
