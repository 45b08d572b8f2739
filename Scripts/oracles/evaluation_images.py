"""Makes Tests/Fixtures/PolicyImages/evaluation.tsv: what TensorFlow makes of frames on the way to a policy.

    python Scripts/oracles/evaluation_images.py Tests/Fixtures/Images Tests/Fixtures/PolicyImages

Needs tensorflow-cpu 2.15.1. The steps are those of OpenVLA's evaluation scripts (libero_utils.py, openvla_utils.py).
Columns: picture or file, seed, height, width, path (plain, turned, plain-middle, turned-middle, training), size,
SHA-256 of the samples.
"""

import hashlib
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

files, out = sys.argv[1:]


def noise(seed, height, width):
    """The tests make the same ones."""
    with np.errstate(over="ignore"):  # SplitMix64
        step = np.uint64(0x9E3779B97F4A7C15)
        state = np.uint64(seed) + step * np.arange(1, height * width * 3 + 1, dtype=np.uint64)
        mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(56)).astype(np.uint8).reshape(height, width, 3)


def smooth(seed, height, width):
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return ((x * (seed + c) + y * 3 + x * y // 16) % 256).astype(np.uint8)


def resized(image, size):
    image = tf.image.resize(image, (size, size), method="lanczos3", antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(image), 0, 255), tf.uint8)


def cropped(image, size, area=0.9):
    values = tf.expand_dims(tf.image.convert_image_dtype(image, tf.float32), 0)
    side = tf.reshape(tf.clip_by_value(tf.sqrt(area), 0, 1), (1,))
    start = (1 - side) / 2
    box = tf.stack([start, start, start + side, start + side], axis=1)
    values = tf.image.crop_and_resize(values, box, tf.range(1), (size, size))[0]
    return tf.image.convert_image_dtype(tf.clip_by_value(values, 0, 1), tf.uint8, saturate=True)


def prepared(image, path, size):
    if path == "training":
        return resized(image, size)
    if path.startswith("turned"):
        image = image[::-1, ::-1]
    image = tf.io.decode_image(tf.image.encode_jpeg(image), expand_animations=False, dtype=tf.uint8)
    image = resized(image, size)
    return cropped(image, size) if path.endswith("middle") else image


pictures = []
for name in sorted(os.listdir(files)):
    if name.startswith(("button", "reach", "rgb-4")) and name.endswith((".png", ".jpg")):
        data = open(f"{files}/{name}", "rb").read()
        pictures.append((name, 0, tf.io.decode_image(data, 3, expand_animations=False).numpy()))
for n, (height, width) in enumerate(((1, 1), (7, 5), (16, 16), (33, 47), (64, 64), (128, 96), (100, 131))):
    pictures.append(("noise", n, noise(n, height, width)))
    pictures.append(("smooth", n, smooth(n, height, width)))
pictures.append(("smooth", 9, smooth(9, 256, 256)))
with open(f"{out}/evaluation.tsv", "w") as file:
    for name, seed, image in pictures:
        for path in ("plain", "turned", "plain-middle", "turned-middle", "training"):
            for size in (56, 97) if max(image.shape) < 256 else (224,):
                digest = hashlib.sha256(np.asarray(prepared(image, path, size)).tobytes()).hexdigest()
                row = (name, seed, *image.shape[:2], path, size, digest)
                file.write("\t".join(map(str, row)) + "\n")
