#!/usr/bin/env python3
"""How fast tf.data reads TFRecord files: bytes per second, after start-up, from a warm page cache.

    python Benchmarks/peer_tfrecord.py [--parallel N] [--repetitions 5] FILE…

The records are counted inside TensorFlow's graph, so that no Python runs per record. Checksums are verified, as
TensorFlow always does. Prints one JSON object; the rate counts whole files and is a median.
"""
import argparse
import json
import os
import resource
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parallel", type=int, default=None)
    parser.add_argument("--buffer", type=int, default=None,
                        help="read buffer; without it TensorFlow's own, 256 KiB, which is faster here than TFDS's 8 MiB")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    total = sum(os.path.getsize(path) for path in arguments.files)

    @tf.function
    def read():
        records = tf.data.TFRecordDataset(arguments.files, buffer_size=arguments.buffer,
                                          num_parallel_reads=arguments.parallel)
        return records.reduce((tf.constant(0, tf.int64), tf.constant(0, tf.int64)), lambda state, record: (
            state[0] + 1, state[1] + tf.cast(tf.strings.length(record), tf.int64)))

    times = []
    for repetition in range(arguments.repetitions + 1):
        start = time.perf_counter()
        records, payload = (int(value) for value in read())
        if repetition > 0:
            times.append(time.perf_counter() - start)
    if payload + 16 * records != total:
        raise SystemExit(f"read {payload + 16 * records} of {total} bytes")
    print(json.dumps({"bytes": total, "records": records, "seconds": statistics.median(times),
                      "bytes_per_second": total / statistics.median(times),
                      "peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
