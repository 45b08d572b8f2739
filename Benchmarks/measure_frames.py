#!/usr/bin/env python3
"""How `armature curate check` with images compares with only decoding the same frames.

    measure_frames.py BIN STORE… [--runs N]

BIN holds the programs (.build/release). The frames of each store's shards are written out and decoded by
`decode_limit.c` (libjpeg and libpng to RGB); the check runs on one thread, its process start and catalog included. Both
alternate, and the medians are printed as Markdown.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import struct
import subprocess
import tempfile
import time


def frames(shard, out):
    """Writes the encoded frames of `shard`, each after its length; returns how many."""
    data = shard.read_bytes()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    header, count = json.loads(data[8:begin]), 0

    def tensor(name):
        first, end = header[name]["data_offsets"]
        return data[begin + first:begin + end]

    for name in header:
        if name.startswith("image.") and name.endswith(".offsets"):
            places = [place for (place,) in struct.iter_unpack("<Q", tensor(name))]
            pixels = tensor(name.removesuffix("offsets") + "bytes")
            for first, end in zip(places, places[1:]):
                out.write(struct.pack("<I", end - first) + pixels[first:end])
                count += 1
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("stores", nargs="+", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    here = pathlib.Path(__file__).parent
    print("| store | frames | decoding | check | ratio |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        limit = work / "decode_limit"
        subprocess.run(["cc", "-O2", "-o", limit, here / "decode_limit.c", "-ljpeg", "-lpng"], check=True)
        for store in options.stores:
            copy, encoded = work / store.name, work / "frames"
            shutil.copytree(store, copy)
            with open(encoded, "wb") as out:
                count = sum(frames(shard, out) for shard in sorted(copy.glob("episodes-*.safetensors")))
            bare, check = [], []
            for _ in range(options.runs):
                done = subprocess.run([limit, encoded], check=True, capture_output=True, text=True)
                bare.append(float(done.stdout.split()[-2]))
                start = time.monotonic()
                subprocess.run(
                    [options.bin / "armature-curate", "check", copy, "--workers", "1", "--quiet"], check=True,
                    capture_output=True)
                check.append(time.monotonic() - start)
            a, b = statistics.median(bare), statistics.median(check)
            print(f"| {store.name} | {count} | {a:.3f} s | {b:.3f} s | {a / b:.2f} |")


main()
