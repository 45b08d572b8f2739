#!/usr/bin/env python3
"""Compares what `armature rlds dump` reads of HDF5 files made at random with what h5py reads.

    hdf5_random.py PROGRAM FIRST LAST          (h5py, numpy, safetensors)

PROGRAM is armature-rlds; each seed of FIRST…LAST gives a file with eight datasets of random rank, type, byte order, chunks and filters,
of which some have rows that were never written. Ends in status 1 where a value differs.
"""

import pathlib
import random
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from safetensors.numpy import load_file

TYPES = ["u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">u8", "<f2", "<f4", ">f4", "<f8", ">f8", "?"]


def values(choose, numbers, shape):
    kind = choose.choice(TYPES)
    raw = numbers.integers(0, 256, size=int(np.prod(shape)) * np.dtype(kind).itemsize, dtype=np.uint8)
    if choose.random() < 0.6:
        raw //= 64
    if kind == "?":
        raw &= 1
    array = np.frombuffer(raw.tobytes(), kind).reshape(shape)
    return np.nan_to_num(array) if array.dtype.kind == "f" else array


def layout(choose, shape):
    options = {}
    if choose.random() < 0.8:
        chunks = tuple(choose.randint(1, size) for size in shape) if choose.random() < 0.6 else True
        options["chunks"] = True if chunks is not True and np.prod(shape) / np.prod(chunks) > 3000 else chunks
        filter = choose.choice(["gzip", "lzf", None])
        if filter:
            options["compression"] = filter
        options["shuffle"] = choose.random() < 0.5
        options["fletcher32"] = choose.random() < 0.3
        if choose.random() < 0.2:
            options["maxshape"] = (None,) + shape[1:]
    return options


def make(path, seed):
    choose, numbers = random.Random(seed), np.random.default_rng(seed)
    steps, wanted = choose.choice([1, 2, 7, 33, 64, 130]), {}
    block = choose.choice([0, 0, 0, 512, 4096])
    with h5py.File(path, "w", track_order=choose.random() < 0.3, userblock_size=block) as file:
        demo = file.create_group("data/demo_0")
        demo["actions"] = numbers.normal(size=(steps, 7))
        wanted["steps/actions"] = demo["actions"][()]
        for number in range(8):
            shape = (steps,) + tuple(choose.choice([1, 2, 3, 5, 8, 17, 40]) for _ in range(choose.randint(0, 4)))
            if np.prod(shape) > 4e6:
                shape = (steps, 3)
            array = values(choose, numbers, shape)
            dataset = demo.create_dataset(f"obs/x{number}", shape=shape, dtype=array.dtype, **layout(choose, shape))
            written = shape[0] // 2 if choose.random() < 0.15 and shape[0] > 2 else shape[0]
            dataset[:written] = array[:written]
            wanted[f"steps/obs/x{number}"] = dataset[()]
    return wanted


def main():
    program, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    compared = different = 0
    with tempfile.TemporaryDirectory() as directory:
        path, out = pathlib.Path(directory, "demo.hdf5"), pathlib.Path(directory, "dump.safetensors")
        for seed in range(first, last + 1):
            wanted = make(path, seed)
            subprocess.run([program, "dump", path, "--episode", "0", "--out", out, "--quiet"], check=True)
            found = load_file(out)
            for name, want in wanted.items():
                want, have = want.astype(want.dtype.newbyteorder("=")), found.get(name)
                compared += 1
                if have is None or have.shape != want.shape or have.dtype != want.dtype or have.tobytes() != want.tobytes():
                    print(f"seed {seed}: {name} differs")
                    different += 1
    print(f"{compared} datasets compared, {different} differ")
    sys.exit(different > 0)


main()
