"""Opens an exported RLDS dataset with TFDS 4.9.3 and compares every step with the episode store.

    python3 Scripts/oracles/rlds_export_check.py STORE EXPORT

Needs tensorflow-cpu 2.15, tensorflow-datasets 4.9.3, safetensors. Numbers and image pixels must be equal; statistics are
computed from what TFDS reads, as OpenVLA does, and compared with the store's statistics.json.
"""

import glob
import json
import os
import sqlite3
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from safetensors.numpy import load_file


def store_episodes(path):
    shards = [load_file(name) for name in sorted(glob.glob(path + "/episodes-*.safetensors"))]
    connection = sqlite3.connect(f"file:{path}/catalog.sqlite?mode=ro", uri=True)
    query = "SELECT split, shard, first_step, length FROM episodes ORDER BY ordinal"
    for split, shard, first, length in connection.execute(query):
        yield split, shards[shard], slice(first, first + length)


def texts(shard, steps):
    if "instruction.bytes" not in shard:
        return [b""] * (steps.stop - steps.start)
    offsets, data = shard["instruction.offsets"], shard["instruction.bytes"].tobytes()
    rows = shard["instruction.index"][steps]
    return [b"" if row < 0 else data[int(offsets[row]) : int(offsets[row + 1])] for row in rows]


def frames(shard, name, steps):
    offsets, data = shard[name + ".offsets"], shard[name + ".bytes"]
    return [data[int(offsets[i]) : int(offsets[i + 1])].tobytes() for i in range(steps.start, steps.stop)]


def decode(encoded, shape, dtype):
    if dtype == np.float32:
        return tf.bitcast(tf.io.decode_png(encoded, channels=4), tf.float32).numpy()[..., None]
    kind = tf.uint16 if dtype == np.uint16 else tf.uint8
    return tf.io.decode_image(encoded, channels=shape[-1], dtype=kind).numpy()


def main(store, export):
    builder = tfds.builder_from_directory(export)
    read = tfds.ReadConfig(interleave_cycle_length=1)
    by_split = {}
    for split, shard, steps in store_episodes(store):
        by_split.setdefault(split, []).append((shard, steps))
    counts, unequal, actions, states = {}, {}, [], []

    def compare(name, equal):
        counts[name] = counts.get(name, 0) + 1
        if not equal:
            unequal[name] = unequal.get(name, 0) + 1

    assert set(builder.info.splits) == set(by_split), (builder.info.splits, list(by_split))
    for split, episodes in by_split.items():
        assert builder.info.splits[split].num_examples == len(episodes)
        data = builder.as_dataset(split=split, read_config=read, shuffle_files=False)
        seen = 0
        for found, (shard, steps) in zip(data, episodes):
            seen += 1
            rows = list(found["steps"].as_numpy_iterator())
            assert len(rows) == steps.stop - steps.start
            language = texts(shard, steps)
            pictures = {
                name[:-6]: frames(shard, name[:-6], steps)
                for name in shard
                if name.endswith(".bytes") and not name.startswith("instruction")
            }
            for k, row in enumerate(rows):
                at = steps.start + k
                compare("action", row["action"].tobytes() == shard["action"][at].tobytes())
                if "proprio" in shard:
                    compare("state", row["observation"]["state"].tobytes() == shard["proprio"][at].tobytes())
                for name in ("reward", "discount"):
                    if name in shard:
                        compare(name, np.float32(row[name]).tobytes() == shard[name][at].tobytes())
                for name in ("is_first", "is_last", "is_terminal"):
                    compare(name, bool(row[name]) == bool(shard[name][at]))
                compare("language_instruction", row["language_instruction"] == language[k])
                for name, encoded in pictures.items():
                    pixels = row["observation"][name.replace(".", "_")]
                    compare(name, np.array_equal(pixels, decode(encoded[k], pixels.shape, pixels.dtype)))
                for name, tensor in shard.items():
                    if name.startswith(("image.", "depth.")) and not name.endswith((".bytes", ".offsets")):
                        compare(name, np.array_equal(row["observation"][name.replace(".", "_")], tensor[at]))
                actions.append(row["action"])
                if "proprio" in shard:
                    states.append(row["observation"]["state"])
        assert seen == len(episodes)
    print("steps compared, by feature:", counts)
    print("unequal:", unequal)
    stored = next(iter(json.load(open(store + "/statistics.json")).values()))
    worst = 0.0
    for key, values in (("action", actions), ("proprio", states)):
        if not values:
            continue
        values = np.stack(values)
        of = {
            "mean": values.mean(0), "std": values.std(0), "min": values.min(0), "max": values.max(0),
            "q01": np.quantile(values, 0.01, axis=0), "q99": np.quantile(values, 0.99, axis=0),
        }
        for name, result in of.items():
            difference = float(np.max(np.abs(np.asarray(result, np.float64) - np.array(stored[key][name]))))
            worst = max(worst, difference)
            print(f"{key}.{name}: largest difference {difference:.3g}")
    print("episodes", sum(map(len, by_split.values())), "steps", len(actions), "worst", worst)
    assert stored["num_transitions"] == len(actions)
    if unequal or worst > 1e-5:
        sys.exit(1)


main(*sys.argv[1:3])
