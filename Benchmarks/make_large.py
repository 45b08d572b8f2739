#!/usr/bin/env python3
"""Makes a large TFDS data set by repeating the shards of a small one; needs nothing but Python.

    python3 Benchmarks/make_large.py OUT [--megabytes 450] [--source Samples/metaworld_reach_push/1.0.0]

Writes OUT/<name>/<version>/ with real copies of the shards under new numbers and a dataset_info.json that counts
them, so that TFDS and every other reader takes it for an ordinary data set. Prints that directory.
"""
import argparse
import json
import pathlib
import shutil


def shard_name(template, dataset, split, index, total):
    return template.format(DATASET=dataset, SPLIT=split, FILEFORMAT="tfrecord", SHARD_INDEX=f"{index:05d}",
                           NUM_SHARDS=f"{total:05d}", SHARD_X_OF_Y=f"{index:05d}-of-{total:05d}")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=450, help="least size of the shards, in 10^6 bytes")
    parser.add_argument("--source", type=pathlib.Path, default=root / "Samples/metaworld_reach_push/1.0.0")
    arguments = parser.parse_args()
    source = arguments.source
    information = json.loads((source / "dataset_info.json").read_text())
    name = information["name"]
    out = arguments.out / name / information["version"]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    size = sum(path.stat().st_size for path in source.glob("*.tfrecord-*"))
    if size == 0:
        raise SystemExit(f"{source}: has no shards to repeat")
    copies = max(1, -int(-arguments.megabytes * 1e6 // size))
    for path in source.iterdir():
        if ".tfrecord-" not in path.name:
            shutil.copyfile(path, out / path.name)
    for split in information["splits"]:
        template = split.get("filepathTemplate") or "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}"
        lengths = split["shardLengths"]
        total = len(lengths) * copies
        for index in range(total):
            shutil.copyfile(source / shard_name(template, name, split["name"], index % len(lengths), len(lengths)),
                            out / shard_name(template, name, split["name"], index, total))
        split["shardLengths"] = lengths * copies
        split["numBytes"] = str(int(split["numBytes"]) * copies)
    (out / "dataset_info.json").write_text(json.dumps(information, indent=2, sort_keys=True))
    print(out)


if __name__ == "__main__":
    main()
