#!/usr/bin/env python3
"""How fast a tf.data pipeline as OpenVLA's delivers training frames: per second, after start-up, from a warm page cache.

    python Benchmarks/peer_openvla.py DIR [--split train] [--batch 32] [--size 224] [--shuffle 10000]

The steps are OpenVLA's for one dataset: episodes are read without decoding; actions are standardised and normalised;
episodes are flattened to frames; a buffer shuffles the encoded frames; each frame is decoded and resized with Lanczos3
and antialiasing, 16 at a time. Left out, all to the peer's favour: the picture of a goal that accompanies each frame
there and doubles the work, statistics, sampling among datasets, and Python for each frame: batches are made inside the
graph. Prints one JSON object; the whole split is read once, from the first batch that is asked for to the last.
"""
import argparse
import json
import os
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
import tensorflow_datasets as tfds

READERS, FRAME_THREADS = 1, 16  # A dataset has one reader and one flattener; frames are handled 16 at a time.
LOW, HIGH = tf.constant([-0.9] * 6), tf.constant([0.9] * 6)  # Any numbers: their values cost nothing.


def episode(record):
    """Standardised and normalised: what is kept of an episode, each with T rows."""
    steps = record["steps"]
    action = tf.cast(steps["action"], tf.float32)
    moves = tf.clip_by_value(2 * (action[:, :6] - LOW) / (HIGH - LOW + 1e-8) - 1, -1, 1)
    gripper = 1 - tf.clip_by_value(action[:, 6:], 0, 1)
    return {"image": steps["observation"]["image"], "action": tf.concat([moves, gripper], axis=1),
            "instruction": steps["language_instruction"], "timestep": tf.range(tf.shape(action)[0])}


def pipeline(directory, split, batch, size, shuffle):
    builder = tfds.builder_from_directory(directory)
    reading = tfds.ReadConfig(skip_prefetch=True, interleave_cycle_length=READERS,
                              num_parallel_calls_for_interleave_files=READERS)
    records = builder.as_dataset(split=split, shuffle_files=False, decoders={"steps": tfds.decode.SkipDecoding()},
                                 read_config=reading)

    def frame(sample):
        image = tf.io.decode_image(sample["image"], expand_animations=False, dtype=tf.uint8)
        image = tf.image.resize(image, (size, size), method="lanczos3", antialias=True)
        return sample | {"image": tf.cast(tf.clip_by_value(tf.round(image), 0, 255), tf.uint8)}

    frames = records.map(episode, num_parallel_calls=READERS)
    frames = frames.interleave(tf.data.Dataset.from_tensor_slices, cycle_length=READERS, num_parallel_calls=READERS)
    frames = frames.shuffle(shuffle).map(frame, num_parallel_calls=FRAME_THREADS)
    options = tf.data.Options()
    options.autotune.enabled = True
    options.autotune.ram_budget = 1 << 30
    options.experimental_optimization.map_fusion = True
    return frames.batch(batch).with_options(options)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--split", default="train")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--shuffle", type=int, default=10_000, help="frames in the shuffle buffer")
    arguments = parser.parse_args()
    sizes = (arguments.batch, arguments.size, arguments.shuffle)
    for _ in pipeline(arguments.directory, arguments.split.split("[")[0] + "[:2]", *sizes).as_numpy_iterator():
        pass  # Loads what is loaded once.
    batches = pipeline(arguments.directory, arguments.split, *sizes).as_numpy_iterator()
    count, start, busy = 0, time.perf_counter(), time.process_time()
    for batch in batches:
        count += len(batch["image"])
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(json.dumps({"frames": count, "seconds": seconds, "frames_per_second": count / seconds,
                      "processor_seconds": busy,
                      "peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
