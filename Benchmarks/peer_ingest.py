#!/usr/bin/env python3
"""How fast TFDS reads episodes: decoded steps per second, after start-up, from a warm page cache.

    python Benchmarks/peer_ingest.py DIR [--split train] [--flat] [--repetitions 1]

Reads every step of every episode as NumPy arrays, images decoded, in file order. --flat joins the steps of all
episodes inside tf.data first, which spares TensorFlow a nested iterator per episode; without it the steps are
walked episode by episode, as RLDS data sets are documented to be read. Prints one JSON object.
"""
import argparse
import json
import os
import resource
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow_datasets as tfds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--split", default="train")
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("--repetitions", type=int, default=1)
    arguments = parser.parse_args()
    builder = tfds.builder_from_directory(arguments.directory)

    def read(split):
        episodes = builder.as_dataset(split=split, shuffle_files=False)
        if arguments.flat:
            return sum(1 for _ in tfds.as_numpy(episodes.flat_map(lambda episode: episode["steps"])))
        return sum(1 for episode in tfds.as_numpy(episodes) for _ in episode["steps"])

    read(arguments.split.split("[")[0] + "[:2]")  # builds and traces everything once
    times = []
    for _ in range(arguments.repetitions):
        start = time.perf_counter()
        steps = read(arguments.split)
        times.append(time.perf_counter() - start)
    print(json.dumps({"steps": steps, "episodes": builder.info.splits[arguments.split].num_examples,
                      "seconds": statistics.median(times), "steps_per_second": steps / statistics.median(times),
                      "peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
