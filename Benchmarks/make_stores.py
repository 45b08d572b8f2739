#!/usr/bin/env python3
"""Makes a set of synthetic episode stores, and a mixture that draws from them; needs numpy.

    python3 Benchmarks/make_stores.py OUT --episodes 970000 [--samples 200000] [--datasets 12]

Writes OUT/<dataset>/ with everything that a store has (docs/formats.md), digests included, and OUT/mixture.yaml.
Datasets have sizes from large to small, episodes about 10 steps, frames are PNGs of 4 × 4 pixels, and every fourth
episode brings an instruction of its own. Equal arguments give equal bytes, except that catalog.sqlite depends on
SQLite's version. Prints one JSON object.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import sqlite3
import struct
import sys
import time
import zlib

import numpy

ACTION, PROPRIO = 7, 8
SHARD_EPISODES = 5000
TYPES = {"float32": "F32", "uint8": "U8", "uint64": "U64", "int32": "I32"}
MANIFEST = """dataset: {name}
about:
  description: Made up, to measure with
action:
  - action
proprio:
  - observation/state
language: language_instruction
views:
  primary: observation/image
encodings: {{action: eef_pos, state: pos_quat}}
"""
VERBS = ("pick up", "push", "open", "close", "move", "place")
THINGS = ("cup", "drawer", "red block", "spoon", "towel", "green bottle", "lid", "pot")
SCHEMA = """
    CREATE TABLE episodes (
      ordinal INTEGER PRIMARY KEY, dataset TEXT NOT NULL, split TEXT NOT NULL, shard INTEGER NOT NULL,
      position INTEGER NOT NULL, first_step INTEGER NOT NULL, length INTEGER NOT NULL, source_file TEXT NOT NULL,
      source_record INTEGER NOT NULL, source_offset INTEGER NOT NULL, instruction TEXT, success BOOLEAN,
      reward_sum DOUBLE, metadata TEXT NOT NULL
    )"""
INDICES = ("CREATE INDEX episodes_by_instruction ON episodes (instruction)",
           "CREATE INDEX episodes_by_split ON episodes (split)")


def png(pixels):
    """A PNG of [H, W, 3] uint8 pixels."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_tensors(path, tensors):
    """Writes safetensors in the order of falling element size, then name; returns size and digest."""
    order = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name.encode()))
    header, offset = {"__metadata__": {"format": "armature.episodes/1"}}, 0
    for name in order:
        array = tensors[name]
        header[name] = {"dtype": TYPES[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    sha256 = hashlib.sha256()
    with open(path, "wb") as file:
        for piece in [struct.pack("<Q", len(text)), text] + [tensors[name] for name in order]:
            piece = numpy.ascontiguousarray(piece) if isinstance(piece, numpy.ndarray) else piece
            file.write(piece)
            sha256.update(piece)
    return path.stat().st_size, sha256.hexdigest()


def offsets(lengths):
    return numpy.concatenate([[0], numpy.cumsum(lengths)]).astype(numpy.uint64)


def make_shard(path, random, frames, first, episodes):
    """Writes one shard; returns its record, its actions and states, and what the catalog needs."""
    lengths = random.integers(6, 15, episodes)
    starts = offsets(lengths)
    steps = int(starts[-1])
    own = numpy.arange(first, first + episodes) // 4
    numbers, rows = numpy.unique(own, return_inverse=True)
    texts = [f"{VERBS[n % 6]} the {THINGS[n // 6 % 8]} beside mark {n}".encode() for n in numbers.tolist()]
    chosen = random.integers(0, len(frames), steps)
    sizes = numpy.array([len(frame) for frame in frames])
    flags = numpy.zeros((2, steps), numpy.uint8)
    flags[0, starts[:-1].astype(int)] = 1
    flags[1, starts[1:].astype(int) - 1] = 1
    action = random.standard_normal((steps, ACTION), numpy.float32)
    action[:, -1] = random.integers(0, 2, steps)
    proprio = random.standard_normal((steps, PROPRIO), numpy.float32)
    size, sha256 = write_tensors(path, {
        "action": action, "proprio": proprio, "is_first": flags[0], "is_last": flags[1], "is_terminal": flags[1],
        "image.primary.bytes": numpy.frombuffer(b"".join([frames[i] for i in chosen.tolist()]), numpy.uint8),
        "image.primary.offsets": offsets(sizes[chosen]),
        "instruction.bytes": numpy.frombuffer(b"".join(texts), numpy.uint8),
        "instruction.offsets": offsets([len(text) for text in texts]),
        "instruction.index": numpy.repeat(rows.astype(numpy.int32), lengths),
        "episode.offsets": starts,
        "episode.ordinal": numpy.arange(first, first + episodes, dtype=numpy.uint64)})
    record = {"file": path.name, "bytes": size, "sha256": sha256, "steps": steps, "episodes": episodes}
    return record, action, proprio, (starts.tolist(), [texts[row].decode() for row in rows.tolist()])


def statistics(values):
    return {"mean": values.mean(0, dtype=numpy.float64).tolist(), "std": values.std(0, dtype=numpy.float64).tolist(),
            "max": values.max(0).astype(float).tolist(), "min": values.min(0).astype(float).tolist(),
            "q01": numpy.quantile(values, 0.01, axis=0).tolist(), "q99": numpy.quantile(values, 0.99, axis=0).tolist()}


def make_store(path, name, episodes, seed):
    random = numpy.random.default_rng(seed)
    frames = [png(random.integers(0, 256, (4, 4, 3), numpy.uint8) // 64 * 64) for _ in range(64)]
    path.mkdir(parents=True)
    shards, actions, states = [], [], []
    count = -(-episodes // SHARD_EPISODES)
    catalog = sqlite3.connect(path / "catalog.sqlite")
    catalog.execute("PRAGMA journal_mode = OFF")
    catalog.execute("PRAGMA synchronous = OFF")
    catalog.execute(SCHEMA)
    for number in range(count):
        first = number * SHARD_EPISODES
        size = min(SHARD_EPISODES, episodes - first)
        file = path / f"episodes-{number:05d}-of-{count:05d}.safetensors"
        record, action, proprio, (starts, texts) = make_shard(file, random, frames, first, size)
        shards.append(record)
        actions.append(action)
        states.append(proprio)
        source = f"{name}-train.tfrecord-{number:05d}-of-{count:05d}"
        catalog.executemany(
            "INSERT INTO episodes VALUES (?, ?, 'train', ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, '{}')",
            ((first + i, name, number, i, starts[i], starts[i + 1] - starts[i], source, i, 2000 * i, texts[i])
             for i in range(size)))
    for index in INDICES:
        catalog.execute(index)
    catalog.commit()
    catalog.close()
    action, proprio = numpy.concatenate(actions), numpy.concatenate(states)
    mask = [True] * (ACTION - 1) + [False]
    found = {name: {"action": statistics(action) | {"mask": mask}, "proprio": statistics(proprio),
                    "num_transitions": len(action), "num_trajectories": episodes}}
    (path / "statistics.json").write_text(json.dumps(found, indent=2))
    manifest = MANIFEST.format(name=name)
    index = {
        "schema": "armature.store/1", "dataset": name, "episodes": episodes, "steps": len(action),
        "manifest": {"sha256": hashlib.sha256(manifest.encode()).hexdigest(), "text": manifest},
        "source": {"name": name, "version": "1.0.0", "configuration": None, "selection": "all", "citation": None,
                   "licence": "CC0-1.0", "files": []},
        "images": "keep", "views": {"primary": "observation/image"}, "depth": {},
        "action": {"dimension": ACTION, "encoding": "eef_pos", "normalization_mask": mask,
                   "absolute_mask": [not flag for flag in mask]},
        "proprio": {"dimension": PROPRIO, "encoding": "pos_quat"}, "success": "none",
        "splits": [{"name": "train", "episodes": episodes, "steps": len(action)}], "shards": shards,
        "statistics": {"file": "statistics.json", "sha256": digest(path / "statistics.json")},
        "catalog": {"file": "catalog.sqlite", "sha256": digest(path / "catalog.sqlite")},
        "skipped": [], "dropped": {}}
    (path / "store.json").write_text(json.dumps(index, indent=2) + "\n")
    return len(action), sum(shard["bytes"] for shard in shards)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--episodes", type=int, required=True, help="of all stores together")
    parser.add_argument("--samples", type=int, default=200_000, help="of the mixture")
    parser.add_argument("--datasets", type=int, default=12)
    arguments = parser.parse_args()
    if not 1 <= arguments.datasets <= 99 or arguments.episodes < 20 * arguments.datasets:
        parser.error("1 to 99 datasets, and at least 20 episodes each")
    start = time.perf_counter()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    shares = 1 / numpy.arange(1, arguments.datasets + 1)
    sizes = numpy.maximum(20, (shares / shares.sum() * arguments.episodes).astype(int))
    sizes[0] += arguments.episodes - sizes.sum()
    lines = ["name: synthetic", "seed: 1", f"stores: {json.dumps(str(arguments.out.resolve()))}",
             f"samples: {arguments.samples}", "entries:"]
    steps, size = 0, 0
    for number, episodes in enumerate(sizes.tolist()):
        name = f"synthetic_{number:02d}"
        print(f"{name}: {episodes} episodes", file=sys.stderr, flush=True)
        made = make_store(arguments.out / name, name, episodes, number)
        steps, size = steps + made[0], size + made[1]
        lines.append(f"  - {{dataset: {name}, weight: {1 if number % 2 == 0 else 2}}}")
    (arguments.out / "mixture.yaml").write_text("\n".join(lines) + "\n")
    print(json.dumps({"episodes": arguments.episodes, "steps": steps, "bytes": size,
                      "seconds": time.perf_counter() - start, "mixture": str(arguments.out / "mixture.yaml")}))


if __name__ == "__main__":
    main()
