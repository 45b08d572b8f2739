"""Makes Tests/Fixtures/augmentation: small RGB images and what TensorFlow's augmentations make of them.

    python Scripts/oracles/augmentations.py Tests/Fixtures/augmentation

Needs tensorflow-cpu 2.15.1. Each operation runs inside a tf.data pipeline, as in training, and once more eagerly;
the two must agree. Floats are written as the hexadecimal digits of their bits.

random.tsv: seed 0, seed 1, kind (unit: [0, 1); span: [-0.2, 0.2); whole: int32 below 2^31 - 1), values.
chains.tsv: seed 0, seed 1, camera, then per operation its seed "a,b" and what it drew.
expected.tsv: file, operation, seed 0, seed 1, camera, drawn values, CRC-32 of the float32 samples in [0, 1] that the
operation leaves (negative zero made positive), CRC-32 of the uint8 samples, 12 of those spread over the image.
colors.tsv: operation, factor or delta, red, green and blue before, and after.
"""

import os
import sys
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

(out,) = sys.argv[1:]
os.makedirs(out, exist_ok=True)
LARGEST = tf.int32.max


def bits(values):
    return ",".join(f"{v:08x}" for v in np.asarray(values, np.float32).reshape(-1).view(np.uint32))


# Images.


def images():
    random = np.random.RandomState(11)
    y, x = np.mgrid[0:40, 0:48]
    yield "noise", random.randint(0, 256, (32, 32, 3))
    yield "smooth", np.stack([x * 255 // 47, y * 255 // 39, (x + y) * 255 // 86], -1)
    # Gray ramps beside single colours at full saturation, black and white: the special cases of hue.
    blocks = np.zeros((33, 31, 3), int)
    blocks[:11] = (np.arange(31) * 255 // 30)[None, :, None]
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255), (255,) * 3, (0,) * 3]
    for i in range(31):
        blocks[11:22, i] = colors[i * 8 // 31]
    blocks[22:] = random.choice([0, 1, 127, 128, 254, 255], (11, 31, 3))
    yield "blocks", blocks
    # Red nearly equal to the others: hues just below 1, where float32 runs out of digits.
    near = np.full((37, 32, 3), 200)
    near[..., 0] = 201 + x[:37, :32] % 50
    near[..., 2] += y[:37, :32] % 3
    near[..., 1] -= random.randint(0, 2, (37, 32))
    yield "near", near
    dark = random.randint(0, 5, (35, 45, 3))
    dark[10:20] += 250
    yield "extremes", dark
    v, u = np.mgrid[0:224, 0:224]
    scene = np.stack([u * 200 // 223 + 20, 60 + v * 150 // 223, 130 + 0 * u], -1)
    discs = ((60, 70, 40, (210, 40, 30)), (150, 130, 55, (30, 90, 200)), (90, 180, 25, (128,) * 3))
    for row, column, radius, color in discs:
        scene[(v - row) ** 2 + (u - column) ** 2 < radius**2] = color
    yield "scene", scene
    yield "pixel", np.array([[[200, 100, 50]]])
    yield "row", random.randint(0, 256, (1, 13, 3))
    yield "column", random.randint(0, 256, (7, 1, 3))


# Operations, each (image, seed) -> (image, drawn values).


def crop(image, seed):
    """The area is drawn first, then both offsets, all from the same seed."""
    area = tf.random.stateless_uniform((1,), seed, 0.9, 0.9)
    ratio = tf.exp(tf.random.stateless_uniform((1,), seed, tf.math.log(1.0), tf.math.log(1.0)))
    height = tf.clip_by_value(tf.sqrt(area / ratio), 0, 1)
    width = tf.clip_by_value(tf.sqrt(area * ratio), 0, 1)
    top = tf.random.stateless_uniform((1,), seed, 0, 1 - height)
    left = tf.random.stateless_uniform((1,), seed, 0, 1 - width)
    box = tf.stack([top, left, top + height, left + width], axis=1)
    size = tf.shape(image)[:2]
    return tf.image.crop_and_resize(image[None], box, [0], size)[0], tf.concat([top, left, height, width], 0)


def fixed_crop(image, start, side):
    box = tf.stack([start, start, start + side, start + side], axis=1)
    size = tf.shape(image)[:2]
    return tf.image.crop_and_resize(image[None], box, [0], size)[0], tf.concat([start, side], 0)


def brightness(image, seed):
    drawn = tf.random.stateless_uniform([], seed, -0.2, 0.2)
    return tf.image.stateless_random_brightness(image, 0.2, seed), drawn


def contrast(image, seed):
    drawn = tf.random.stateless_uniform([], seed, 0.8, 1.2)
    return tf.image.stateless_random_contrast(image, 0.8, 1.2, seed), drawn


def saturation(image, seed):
    drawn = tf.random.stateless_uniform([], seed, 0.8, 1.2)
    return tf.image.stateless_random_saturation(image, 0.8, 1.2, seed), drawn


def hue(image, seed):
    drawn = tf.random.stateless_uniform([], seed, -0.05, 0.05)
    return tf.image.stateless_random_hue(image, 0.05, seed), drawn


CHAIN = {"crop": crop, "brightness": brightness, "contrast": contrast, "saturation": saturation, "hue": hue}
RECIPES = {name: [operation] for name, operation in CHAIN.items()}
RECIPES["chain"] = list(CHAIN.values())
RECIPES["reversed"] = list(CHAIN.values())[::-1]


def augment(image, seed, operations):
    """Every operation has a seed of its own, drawn from the one before."""
    image = tf.image.convert_image_dtype(image, tf.float32)
    seeds, draws = [], []
    for operation in operations:
        seed = tf.random.stateless_uniform([2], seed, maxval=LARGEST, dtype=tf.int32)
        image, drawn = operation(image, seed)
        image = tf.clip_by_value(image, 0, 1)
        seeds.append(seed)
        draws.append(tf.reshape(drawn, [-1]))
    return image, tf.image.convert_image_dtype(image, tf.uint8, saturate=True), tuple(seeds), tuple(draws)


def center(image):
    """As before evaluation: no seed."""
    side = tf.reshape(tf.clip_by_value(tf.sqrt(0.9), 0, 1), (1,))
    return fixed(image, (1 - side) / 2, side)


def edge(image):
    """A box that ends so near the edge that some sizes of image round its last place across."""
    side = tf.reshape(tf.sqrt(0.85), (1,))
    return fixed(image, np.float32(0.99999964) * (1 - side), side)


def fixed(image, start, side):
    cropped, drawn = fixed_crop(tf.image.convert_image_dtype(image, tf.float32), start, side)
    cropped = tf.clip_by_value(cropped, 0, 1)
    return cropped, tf.image.convert_image_dtype(cropped, tf.uint8, saturate=True), (), (drawn,)


def both_ways(function, *arguments):
    eager = function(*arguments)
    dataset = tf.data.Dataset.from_tensors(arguments).map(function)
    mapped = next(iter(dataset))
    for a, b in zip(tf.nest.flatten(eager), tf.nest.flatten(mapped)):
        assert np.array_equal(a, b), "eager and mapped results differ"  # zeros of both signs are equal
    return mapped


def crc(array):
    return f"{zlib.crc32(np.ascontiguousarray(array).tobytes()):08x}"


def line(name, operation, seed, camera, result):
    floats, samples, _, draws = result
    flat = samples.numpy().reshape(-1)
    spread = flat[np.arange(12) * (flat.size - 1) // 11]
    drawn = ",".join(bits(d) for d in draws)
    return (name, operation, *seed, camera, drawn, crc(floats.numpy() + np.float32(0)), crc(samples),
            ",".join(map(str, spread)))


def write(name, rows):
    with open(f"{out}/{name}", "w") as file:
        for row in rows:
            file.write("\t".join(map(str, row)) + "\n")


SEEDS = [(0, 0), (1, 2), (123456789, 2000000000), (-1, 5), (2147483647, -2147483648), (77, 1)]

rows = []
for seed in SEEDS:
    unit = tf.random.stateless_uniform([9], seed)
    span = tf.random.stateless_uniform([5], seed, -0.2, 0.2)
    whole = tf.random.stateless_uniform([9], seed, maxval=LARGEST, dtype=tf.int32)
    rows.append((*seed, "unit", bits(unit)))
    rows.append((*seed, "span", bits(span)))
    rows.append((*seed, "whole", ",".join(map(str, whole.numpy()))))
write("random.tsv", rows)

rows = []
for seed in SEEDS:
    for camera in (0, 1):
        moved = tf.constant(seed, tf.int32) + camera
        _, _, seeds, draws = augment(np.zeros((2, 2, 3), np.uint8), moved, RECIPES["chain"])
        steps = [f"{s.numpy()[0]},{s.numpy()[1]}\t{bits(d)}" for s, d in zip(seeds, draws)]
        rows.append((*seed, camera, *steps))
write("chains.tsv", rows)

rows = []
for name, image in images():
    image = image.astype(np.uint8)
    with open(f"{out}/{name}.png", "wb") as file:
        file.write(tf.io.encode_png(image).numpy())
    rows.append(line(name, "center", (0, 0), 0, both_ways(center, image)))
    rows.append(line(name, "edge", (0, 0), 0, both_ways(edge, image)))
    for operation, recipe in RECIPES.items():
        for number, seed in enumerate(SEEDS):
            if name == "scene" and (number not in (1, 3) or operation == "reversed"):
                continue
            camera = number % 3
            moved = tf.constant(seed, tf.int32) + camera

            def function(image, seed):
                return augment(image, seed, recipe)

            result = both_ways(function, image, moved)
            rows.append(line(name, operation, seed, camera, result))
write("expected.tsv", rows)

# Single colors in float32: all orders of values that are equal, neighbors in float32, or at the ends of the range.
values = [np.float32(v) for v in (0, 0.3, 0.5, 1)]
values += [np.nextafter(values[1], np.float32(1)), np.nextafter(values[2], np.float32(0))]
colors = np.array([(r, g, b) for r in values for g in values for b in values], np.float32)
rows = []
for operation, adjust, amounts in (
    ("saturation", tf.image.adjust_saturation, (0.0, 0.8, 1.1999999, 3.0)),
    ("hue", tf.image.adjust_hue, (-0.5, -0.05, 1e-8, 0.049999, 0.5)),
):
    for amount in amounts:
        after = tf.clip_by_value(adjust(colors[None], amount), 0, 1)[0].numpy() + np.float32(0)
        rows += [(operation, bits(amount), bits(a), bits(b)) for a, b in zip(colors, after)]
write("colors.tsv", rows)
