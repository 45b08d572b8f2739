#!/usr/bin/env python3
"""Writes what a build of kept frames read, as a list for copy_limit; needs numpy.

    python3 Benchmarks/mixture_limit.py MIXTURE STORES LIST

MIXTURE is a built mixture of the stores in STORES without window, chunk and goals (make_stores.py), one view. The list has,
in the order of the stores, the rows of action and proprio, the instruction's number, the two offsets and the bytes of each
sample's frame; frames come last, as in a build.
"""
import json
import pathlib
import struct
import sys

import numpy

TYPES = {"F32": "<f4", "U8": "u1", "U64": "<u8", "I32": "<i4", "U32": "<u4", "U16": "<u2"}


def header(path):
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        return 8 + length, json.loads(file.read(length))


def tensor(path, name):
    start, tensors = header(path)
    record = tensors[name]
    return numpy.memmap(path, TYPES[record["dtype"]], "r", start + record["data_offsets"][0], tuple(record["shape"]))


def main():
    mixture, stores, target = map(pathlib.Path, sys.argv[1:])
    index = json.loads((mixture / "mixture.json").read_text())
    columns = [numpy.concatenate([tensor(mixture / shard["file"], name) for shard in index["shards"]])
               for name in ("dataset.index", "episode.ordinal", "step.index")]
    paths, numbers, frames = [], [], []
    for dataset, entry in enumerate(index["datasets"]):
        own = columns[0] == dataset
        ordinals, steps = columns[1][own], columns[2][own].astype(numpy.int64)
        for path in sorted((stores / entry["dataset"]).glob("episodes-*")):
            known = tensor(path, "episode.ordinal")
            here = (ordinals >= known[0]) & (ordinals <= known[-1])
            episodes = numpy.searchsorted(known, ordinals[here])
            rows = numpy.sort(numpy.asarray(tensor(path, "episode.offsets"))[episodes].astype(numpy.int64) + steps[here])
            start, tensors = header(path)
            place = {name: start + record["data_offsets"][0] for name, record in tensors.items()
                     if name != "__metadata__"}
            offsets = numpy.asarray(tensor(path, "image.primary.offsets")).astype(numpy.int64)
            parts = [(place["action"] + rows * 28, 28), (place["proprio"] + rows * 32, 32),
                     (place["instruction.index"] + rows * 4, 4), (place["image.primary.offsets"] + rows * 8, 16)]
            found = numpy.zeros((len(rows), len(parts), 3), "<u8")
            for number, (offset, size) in enumerate(parts):
                found[:, number] = numpy.stack(
                    [numpy.full(len(rows), len(paths)), offset, numpy.full(len(rows), size)], 1)
            numbers.append(found.reshape(-1, 3))
            frames.append(numpy.stack([numpy.full(len(rows), len(paths)), place["image.primary.bytes"] + offsets[rows],
                                       offsets[rows + 1] - offsets[rows]], 1).astype("<u8"))
            paths.append(str(path))
    with open(target, "wb") as file:
        file.write("".join(f"{line}\n" for line in [len(paths), *paths]).encode())
        for part in numbers + frames:
            file.write(part.tobytes())


if __name__ == "__main__":
    main()
