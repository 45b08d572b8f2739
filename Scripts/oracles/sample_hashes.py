"""Writes one hash per (episode, feature) of TFDS data sets: what a reader of the samples is tested against.

    python Scripts/oracles/sample_hashes.py DIR… [--out Tests/Fixtures/Samples] [--against FILE…]

Each DIR is a TFDS version directory (`Samples/metaworld_reach_push/1.0.0`). The output, <name>.features.json, is

    {"dataset": name, "splits": {split: [{"len": T, "features": {leaf: hash}}, …]}}

with the episodes in TFDS's reading order without shuffling. For a step leaf, `hash` is the first 16 hex digits of
SHA-256 over the ASCII concatenation of the T 16-digit step hashes of hashes.py, in step order, with nothing between
them; for a metadata leaf (its path is not in a step, as "episode_metadata/success") it is that leaf's own 16-digit
hash. Ragged values do not occur in the samples. --full writes the hashes of every step instead, --against compares
them with files of that form (key order and dtype names apart).
"""

import argparse
import json
import pathlib

import tensorflow_datasets as tfds

import hashes


def compact(splits):
    def one(episode):
        features = {leaf: entry[2] for leaf, entry in episode["meta"].items()}
        for leaf, entry in episode["steps"].items():
            features[leaf] = hashes.digest("".join(entry["step_sha"]).encode("ascii"))
        return {"len": episode["len"], "features": dict(sorted(features.items()))}

    return {split: [one(episode) for episode in episodes] for split, episodes in splits.items()}


def comparable(splits):
    """The parts of full hashes that two versions of this script share."""

    def kind(dtype):
        return "string" if dtype == "object" or dtype.startswith("|S") else dtype

    return {
        split: [
            {
                "len": episode["len"],
                "meta": {leaf: [kind(entry[0])] + entry[1:3] for leaf, entry in episode["meta"].items()},
                "steps": {
                    leaf: [kind(entry["dtype"]), sorted(entry["shapes"]), entry["step_sha"]]
                    for leaf, entry in episode["steps"].items()
                },
            }
            for episode in episodes
        ]
        for split, episodes in splits.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("Tests/Fixtures/Samples"))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--against", nargs="*", type=pathlib.Path, default=[])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for at, directory in enumerate(arguments.directories):
        name = tfds.builder_from_directory(str(directory)).name
        splits = hashes.read(directory)
        if at < len(arguments.against):
            expected = json.loads(arguments.against[at].read_text())
            if comparable(splits) != comparable(expected):
                raise SystemExit(f"{directory}: differs from {arguments.against[at]}")
            print(f"{directory}: equal to {arguments.against[at].name}")
        path = arguments.out / f"{name}.features.json"
        body = splits if arguments.full else {"dataset": name, "splits": compact(splits)}
        path.write_text(json.dumps(body, separators=(",", ":"), sort_keys=False) + "\n")
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
