"""Writes which episodes TFDS's split expressions select, as a table: no data set is read.

    python Scripts/oracles/slices.py [FILE]        FILE defaults to Tests/Fixtures/Features/expected/slices.json

Each row has the splits with their shard lengths in dataset_info.json's order, an expression and either "positions",
the selected [split, from, to) ranges in reading order, empty ranges included, or "error", the class of the exception.
Ranges that end before they begin are left out: within one shard TFDS then reads to the shard's end, which is an
accident that no reader should copy.
"""

import json
import pathlib
import sys

import tensorflow_datasets as tfds
from tensorflow_datasets.core import splits as splits_lib

SIZES = [1, 5, 10, 20, 25, 30, 50, 70, 100]
PERCENTS = [
    "train[:95%]",
    "train[95%:]",
    "train[10%:20%]",
    "train[:50%]",
    "train[50%:]",
    "train[-5%:]",
    "train[:-5%]",
    "train[:33%]",
    "train[33%:67%]",
    "train[67%:]",
    "train[:1%]",
    "train[99%:]",
    "train[:2.5%]",
    "train[:0%]",
    "train[100%:]",
    "train[:100%]",
]
COUNTS = [
    "train",
    "train[-2:]",
    "train[3:]",
    "train[:3]",
    "train[1:4]",
    "train[:-1]",
    "train[0:]",
    "train[:5]",
    "train[5:5]",
]
MIXED = [
    "train+val",
    "all",
    "train[:50%]+val[50%:]",
    "train + val[1:]",
    "val+train",
    "train+train",
    "test",
    "all+val",
]
SHARDS = [
    "train[:2shard]",
    "train[1shard]",
    "train[2shard:]",
    "train[-1shard:]",
    "train[:-1shard]",
    "train[1:2shard]",
    "train[0shard]",
    "train[:99shard]",
    "train[5shard:]",
    "train[1shard:3shard]",
    "train[-2shard:-1shard]",
    "train[-1shard]",
]
WRONG = [
    "validation",
    "train[:101%]",
    "train[:200]",
    "train[-200:]",
    "all[:5]",
    "train[5]",
    "train[5%]",
    "train[:]",
    "train[1:2:3]",
    "train[a:]",
    "",
    "train[",
    "train[1.5:]",
    "train[:50%",
]


def rows():
    def layout(**splits):
        return splits

    for size in SIZES:
        for expression in PERCENTS + COUNTS:
            yield layout(train=[size]), expression
    for lengths in ([3, 4, 3], [15, 15, 15, 15], [7, 0, 2], [5]):
        for expression in SHARDS + ["train[:95%]", "train[95%:]", "train[-2:]", "train[3:]"]:
            yield layout(train=lengths), expression
    for splits in (
        layout(train=[10], val=[5]),
        layout(val=[3, 2], train=[7, 8], test=[1]),
        layout(train=[25], val=[1]),
    ):
        for expression in MIXED:
            yield splits, expression
    for expression in WRONG:
        yield layout(train=[10, 10]), expression


def resolve(splits, expression):
    template = tfds.core.ShardedFileTemplate(
        dataset_name="x", split="train", filetype_suffix="tfrecord", data_dir=pathlib.Path("/x")
    )
    infos = splits_lib.SplitDict(
        [
            splits_lib.SplitInfo(
                name=name, shard_lengths=lengths, num_bytes=0, filename_template=template.replace(split=name)
            )
            for name, lengths in splits.items()
        ]
    )
    try:
        ranges = splits_lib.AbstractSplit.from_spec(expression).to_absolute(infos)
        positions = [
            [part.splitname, part.from_ or 0, infos[part.splitname].num_examples if part.to is None else part.to]
            for part in ranges
        ]
        taken = sum(part.take for part in infos[expression].file_instructions)
        if taken != sum(to - start for _, start, to in positions):
            raise SystemExit(f"{expression}: TFDS would read {taken} episodes of {positions}")
    except (ValueError, NotImplementedError) as error:
        return {"error": type(error).__name__}
    return {"positions": positions}


def write(path):
    table = [
        {
            "splits": [[name, lengths] for name, lengths in splits.items()],
            "expression": expression,
            **resolve(splits, expression),
        }
        for splits, expression in rows()
    ]
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in table)
    pathlib.Path(path).write_text("[\n" + lines + "\n]\n")
    print(f"slices: {len(table)} rows, {sum('error' in row for row in table)} errors")


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else "Tests/Fixtures/Features/expected/slices.json")
