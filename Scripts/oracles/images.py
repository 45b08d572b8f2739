"""Makes Tests/Fixtures/Images: small images of many kinds and what TensorFlow says about them.

    python Scripts/oracles/images.py FRAMES Tests/Fixtures/Images

FRAMES holds encoded camera frames and one 16-bit depth image (depth.png); they are copied and measured too.
Needs tensorflow-cpu 2.15.1 and Pillow. expected.tsv has one line per result:
file, operation, argument, height, width, channels, CRC-32 of the samples (little-endian, row by row).
"""

import os
import shutil
import struct
import sys
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from PIL import Image

frames, out = sys.argv[1:]
os.makedirs(out, exist_ok=True)
rows = []


def note(name, operation, argument, array):
    array = np.ascontiguousarray(array)
    shape = array.shape if array.ndim == 3 else array.shape + (1,)
    rows.append((name, operation, argument, *shape, f"{zlib.crc32(array.tobytes()):08x}"))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, width, height, depth, color, samples, palette=None, transparency=None, gamma=None):
    """A PNG without filters; `samples` are [height, width, channels in the file]."""
    lines = b""
    for line in samples:
        flat = line.reshape(-1)
        if depth == 16:
            packed = flat.astype(">u2").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in flat)
            bits += "0" * (-len(bits) % 8)
            packed = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        lines += b"\0" + packed
    data = b"\x89PNG\r\n\x1a\n"
    data += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    if gamma:
        data += chunk(b"gAMA", struct.pack(">I", gamma))
    if palette is not None:
        data += chunk(b"PLTE", bytes(list(palette)))
    if transparency is not None:
        data += chunk(b"tRNS", bytes(list(transparency)))
    data += chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    with open(f"{out}/{name}.png", "wb") as file:
        file.write(data)


random = np.random.RandomState(7)
W, H = 11, 6
for depth in (1, 2, 4, 8, 16):
    png(f"gray{depth}", W, H, depth, 0, random.randint(0, 1 << depth, (H, W, 1)))
for depth in (8, 16):
    png(f"gray-alpha{depth}", W, H, depth, 4, random.randint(0, 1 << depth, (H, W, 2)))
    png(f"rgb{depth}", W, H, depth, 2, random.randint(0, 1 << depth, (H, W, 3)))
    png(f"rgba{depth}", W, H, depth, 6, random.randint(0, 1 << depth, (H, W, 4)))
png("rgb8-gamma", W, H, 8, 2, random.randint(0, 256, (H, W, 3)), gamma=45455)
for depth in (1, 2, 4, 8):
    colors = random.randint(0, 256, 3 << depth)
    indices = random.randint(0, 1 << depth, (H, W, 1))
    png(f"palette{depth}", W, H, depth, 3, indices, colors)
    png(f"palette{depth}-transparent", W, H, depth, 3, indices, colors, random.randint(0, 256, 1 << depth))
gray = random.randint(0, 4, (H, W, 1))
png("gray2-transparent", W, H, 2, 0, gray, transparency=[0, 2])
rgb = random.randint(0, 256, (H, W, 3))
png("rgb8-transparent", W, H, 8, 2, rgb, transparency=[x for v in rgb[0, 0] for x in (0, v)])

# Interlaced: the seven passes of Adam7, each its own little image.
full = random.randint(0, 256, (9, 10, 3)).astype(np.uint8)
lines = b""
passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
for x0, y0, dx, dy in passes:
    for line in full[y0::dy, x0::dx]:
        lines += b"\0" + line.tobytes() if line.size else b""
with open(f"{out}/interlaced.png", "wb") as file:
    file.write(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 9, 8, 2, 0, 0, 1))
        + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))

# float32 values stored bit by bit.
floats = np.array([[0.0, -0.0, 1.5, np.inf], [np.nan, -(2.0**-140), 3.4e38, -1.0]], "<f4")
png("float-bits", 4, 2, 8, 6, floats.view(np.uint8).reshape(2, 4, 4))
note("float-bits.png", "floatBits", 0, floats)

y, x = np.mgrid[0:29, 0:37]
smooth = np.stack([(x * 7) % 256, (y * 9) % 256, (x * y) % 256], -1).astype(np.uint8)
Image.fromarray(smooth).save(f"{out}/rgb-420.jpg", quality=90)
Image.fromarray(smooth).save(f"{out}/rgb-444.jpg", quality=90, subsampling=0)
Image.fromarray(smooth).save(f"{out}/rgb-422-restart.jpg", quality=80, subsampling=1, restart_marker_blocks=2)
Image.fromarray(smooth).save(f"{out}/rgb-progressive.jpg", quality=85, progressive=True)
Image.fromarray(smooth[..., 0]).save(f"{out}/gray.jpg", quality=92)
inks = np.concatenate([smooth, (255 - smooth[..., :1] // 2)], -1)
Image.fromarray(inks, mode="CMYK").save(f"{out}/cmyk.jpg", quality=90)

for name in sorted(os.listdir(out)):
    if not name.endswith((".png", ".jpg")):
        continue
    data = open(f"{out}/{name}", "rb").read()
    for channels in (0, 1, 3, 4):  # TensorFlow does not take 2
        for operation, dtype in (("decode8", tf.uint8), ("decode16", tf.uint16), ("unitFloat", tf.float32)):
            if operation == "unitFloat" and channels:
                continue
            try:
                array = tf.io.decode_image(data, channels, dtype, expand_animations=False).numpy()
            except tf.errors.InvalidArgumentError:
                rows.append((name, operation, channels, 0, 0, 0, "refused"))
                continue
            note(name, operation, channels, array)

for name in sorted(os.listdir(frames)):
    shutil.copyfile(f"{frames}/{name}", f"{out}/{name}")
    data = open(f"{frames}/{name}", "rb").read()
    if name == "depth.png":
        unit = tf.io.decode_image(data, dtype=tf.float32, expand_animations=False)
        note(name, "unitFloat", 0, unit.numpy())
        note(name, "decode16", 0, tf.io.decode_image(data, dtype=tf.uint16, expand_animations=False).numpy())
        for size in ((32, 32), (50, 100)):
            small = tf.image.resize(unit, size, method="bilinear", antialias=True)
            note(name, "resizeUnitFloat", "%dx%d" % size, small.numpy())
        continue
    image = tf.io.decode_image(data, expand_animations=False)
    note(name, "decode8", 0, image.numpy())
    for size in ((224, 224), (64, 64), (96, 160), (image.shape[0], 33)):
        large = tf.image.resize(image, size, method="lanczos3", antialias=True)
        whole = tf.cast(tf.clip_by_value(tf.round(large), 0, 255), tf.uint8)
        note(name, "resize", "%dx%d" % size, whole.numpy())

# What the encoders make of the same samples.
image = tf.io.decode_image(open(f"{out}/rgb-420.jpg", "rb").read())
for quality in (50, 95):
    data = np.frombuffer(tf.io.encode_jpeg(image, quality=quality).numpy(), np.uint8)
    note("rgb-420.jpg", "encodeJPEG", quality, data.reshape(1, -1, 1))

with open(f"{out}/expected.tsv", "w") as file:
    for row in rows:
        file.write("\t".join(map(str, row)) + "\n")
