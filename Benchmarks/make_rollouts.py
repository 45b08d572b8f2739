#!/usr/bin/env python3
"""Makes a store of synthetic rollouts to measure `armature prefs pair` with; needs numpy.

    python3 Benchmarks/make_rollouts.py OUT --rollouts 100000 [--per-start 8] [--success 0.5]

Writes OUT/rollouts, a store as Benchmarks/make_stores.py makes them, whose episodes have a task, a start, a policy and an
outcome in their metadata, and OUT/pairs.yaml, a manifest that pairs them. Equal arguments give equal bytes, except that
catalog.sqlite depends on SQLite's version.
"""
import argparse
import json
import pathlib
import shutil
import sqlite3

import numpy

import make_stores

MANIFEST = """name: synthetic
seed: 1
rollouts: {success: won, task: task, policy: policy, start: [start]}
strategies:
  - success_failure
split: {val: 0.1, test: 0.1}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--rollouts", type=int, default=100_000)
    parser.add_argument("--per-start", type=int, default=8)
    parser.add_argument("--success", type=float, default=0.5)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    store = arguments.out / "rollouts"
    steps, size = make_stores.make_store(store, "rollouts", arguments.rollouts, 1)
    random = numpy.random.default_rng(2)
    won = random.random(arguments.rollouts) < arguments.success
    starts = -(-arguments.rollouts // arguments.per_start)
    # Rollouts of one start are spread over the shards.
    start = random.permutation(arguments.rollouts) % starts
    catalog = sqlite3.connect(store / "catalog.sqlite")
    catalog.executemany(
        "UPDATE episodes SET instruction = ?, metadata = ? WHERE ordinal = ?",
        ((f"do task {s % 10}",
          json.dumps({"task": f"task_{s % 10}", "start": s, "policy": f"policy_{i % 3}", "won": bool(won[i])}), i)
         for i, s in enumerate(start.tolist())))
    catalog.commit()
    catalog.close()
    index = json.loads((store / "store.json").read_text())
    index["catalog"]["sha256"] = make_stores.digest(store / "catalog.sqlite")
    (store / "store.json").write_text(json.dumps(index, indent=2) + "\n")
    (arguments.out / "pairs.yaml").write_text(MANIFEST)
    by_start = numpy.stack([numpy.bincount(start, won, starts), numpy.bincount(start, ~won, starts)])
    print(json.dumps({"rollouts": arguments.rollouts, "steps": steps, "bytes": size, "starts": starts,
                      "pairs": int((by_start[0] * by_start[1]).sum())}))


if __name__ == "__main__":
    main()
