#!/usr/bin/env python3
"""How fast `armature rlds scan` reads HDF5 demonstrations beside h5py; needs h5py and numpy.

    measure_hdf5.py BIN [--runs N] [--episodes N] [--work DIR]

BIN holds the programs (.build/release). Files in the layout of robomimic are made: two cameras of 84 × 84, frames like those of a
camera, 100 steps an episode; the images plain, deflated (h5py's `gzip`, its default level and chunks), or with LZF. h5py
reads every dataset of every episode into an array, in one process, as a training loader does; `scan` reads the same with
one worker and with two, process start included. All take turns; medians as Markdown.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np


def make(path, episodes, options):
    random = np.random.default_rng(3)
    y, x = np.mgrid[0:84, 0:84]
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        for number in range(episodes):
            demo, steps = data.create_group(f"demo_{number}"), 100
            demo.attrs["num_samples"] = steps
            demo.create_dataset("actions", data=random.uniform(-1, 1, (steps, 7)), **options)
            demo.create_dataset("states", data=random.normal(size=(steps, 32)), **options)
            for camera in ["agentview_image", "robot0_eye_in_hand_image"]:
                place = random.uniform(20, 60, 2)
                walk = place + np.cumsum(random.normal(size=(steps, 2)), 0)
                frames = np.stack([
                    120 + 60 * np.sin(x / 9 + place[0]) + 40 * np.exp(-((x - a) ** 2 + (y - b) ** 2) / 90)
                    for a, b in walk])[..., None] * np.array([1, 0.8, 0.6])
                noise = random.normal(0, 0.7, frames.shape)
                demo.create_dataset(f"obs/{camera}", data=np.clip(frames + noise, 0, 255).astype(np.uint8), **options)


READ = """
import sys, time
import h5py
start = time.perf_counter()
count = 0
with h5py.File(sys.argv[1]) as file:
    def visit(name, item):
        global count
        if isinstance(item, h5py.Dataset):
            count += item[()].nbytes
    for name in file["data"]:
        file["data"][name].visititems(visit)
print(count, time.perf_counter() - start)
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--episodes", type=int, default=40)
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work or pathlib.Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    print("| images | file | values | h5py | scan, 1 worker | scan, 2 workers | ratios |")
    print("|---|---|---|---|---|---|---|")
    for name, kind in [("plain", {}), ("gzip", {"compression": "gzip"}), ("gzip and shuffle", {"compression": "gzip", "shuffle": True}),
                       ("lzf", {"compression": "lzf"})]:
        path = work / f"{name.replace(' ', '-')}.hdf5"
        if not path.exists():
            make(path, options.episodes, kind)
        times, values = {"h5py": [], 1: [], 2: []}, 0
        for _ in range(options.runs):
            done = subprocess.run([sys.executable, "-c", READ, path], check=True, capture_output=True, text=True)
            values = int(done.stdout.split()[0])
            times["h5py"].append(float(done.stdout.split()[1]))
            for workers in [1, 2]:
                start = time.monotonic()
                done = subprocess.run(
                    [options.bin / "armature-rlds", "scan", path, "--workers", str(workers), "--json", "--quiet"], check=True,
                    capture_output=True, text=True)
                times[workers].append(time.monotonic() - start)
                assert json.loads(done.stdout)["value_bytes"] == values
        h, a, b = (statistics.median(times[key]) for key in ["h5py", 1, 2])
        print(f"| {name} | {path.stat().st_size / 1e6:.0f} MB | {values / 1e6:.0f} MB | {h:.2f} s | {a:.2f} s | {b:.2f} s "
              f"| {h / a:.1f}, {h / b:.1f} |")


main()
