"""Makes most of Tests/Fixtures/PolicyImages: what Pillow and torchvision make of images for a policy.

    python Scripts/oracles/processor.py FORWARD CONFIG Tests/Fixtures/Images Tests/Fixtures/PolicyImages

FORWARD is a safetensors file with `image_uint8.N` [H, W, 3] and `pixel_values` [N, 6, S, S] as OpenVLA's own
processor (openvla c8f03f48, torchvision 0.28) made them with the preprocessor_config.json CONFIG; both are copied.
Needs torch 2.13, torchvision 0.29, safetensors, numpy and Pillow 12: from 13 on Pillow resizes rows before columns
where the height shrinks by more than twice as many pixels as the width, which changes samples by rounding.

pillow.tsv: filter, picture, seed, height, width, channels, height and width of the result, SHA-256 of its samples.
processor.tsv: strategy, interpolation, picture, seed, height, width, size, SHA-256 of the float32 pixel values.
files.tsv: file in Fixtures/Images, Pillow's mode, height, width, SHA-256 of the samples as RGB.
"""

import hashlib
import os
import shutil
import sys
import warnings

import numpy as np
import torch
from PIL import Image, __version__ as pillow_version
from safetensors import safe_open
from safetensors.numpy import save_file

torch.library.register_fake = lambda *a, **k: (lambda f: f)  # torchvision's compiled part is not needed
import torchvision.transforms.functional as tvf

warnings.simplefilter("ignore")
if int(pillow_version.split(".")[0]) > 12:
    sys.exit(f"Pillow 12 expected, {pillow_version} found")
forward, config_path, files, out = sys.argv[1:]
os.makedirs(out, exist_ok=True)


def picture(kind, seed, height, width, channels):
    """The tests make the same ones."""
    count = height * width * channels
    if kind == "smooth":
        y, x, c = np.mgrid[0:height, 0:width, 0:channels]
        return ((x * (seed + c) + y * 3 + x * y // 16) % 256).astype(np.uint8)
    with np.errstate(over="ignore"):  # SplitMix64
        state = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        noise = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(56)).astype(np.uint8)
    if kind == "edges":
        noise = np.where(noise > 127, 255, 0).astype(np.uint8)
    return noise.reshape(height, width, channels)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def write(name, rows):
    with open(f"{out}/{name}", "w") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)


with safe_open(forward, "np") as tensors:
    kept = [k for k in tensors.keys() if k == "pixel_values" or k.startswith("image_uint8.")]
    save_file({k: np.ascontiguousarray(tensors.get_tensor(k)) for k in kept}, f"{out}/processor.safetensors")
shutil.copyfile(config_path, f"{out}/preprocessor_config.json")
os.chmod(f"{out}/preprocessor_config.json", 0o644)
os.chmod(f"{out}/processor.safetensors", 0o644)

filters = {
    "box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}
sizes = [
    ((1, 1), (1, 1)), ((1, 1), (5, 7)), ((1, 1), (56, 56)), ((1, 9), (4, 3)), ((9, 1), (3, 4)), ((2, 2), (1, 1)),
    ((2, 3), (17, 19)), ((3, 2), (2, 3)), ((5, 5), (5, 5)), ((5, 5), (5, 9)), ((5, 5), (9, 5)), ((7, 11), (7, 4)),
    ((7, 11), (3, 11)), ((8, 8), (16, 16)), ((16, 16), (8, 8)), ((17, 23), (56, 56)), ((48, 41), (56, 56)),
    ((70, 90), (56, 56)), ((56, 57), (56, 56)), ((57, 56), (56, 56)), ((64, 64), (63, 65)), ((100, 3), (3, 100)),
    ((3, 100), (100, 3)), ((96, 96), (64, 48)), ((97, 89), (31, 37)), ((120, 160), (56, 56)), ((128, 128), (7, 7)),
    ((200, 10), (11, 13)), ((10, 300), (13, 1)), ((99, 101), (1, 1)), ((33, 77), (224, 224)), ((31, 29), (90, 88)),
    ((255, 256), (128, 127)), ((224, 224), (56, 57)), ((480, 640), (24, 32)), ((13, 480), (8, 224)),
    ((480, 13), (224, 8)), ((6, 1000), (6, 9)), ((1000, 6), (9, 6)), ((72, 128), (60, 107))]
rows = []
for n, ((h, w), (height, width)) in enumerate(sizes):
    for name, code in filters.items():
        if name != "bicubic" and n % 4:
            continue
        for kind in ("noise", "edges", "smooth")[: 3 if h * w < 5000 else 1]:
            channels = 1 if n % 5 == 4 else 3
            image = picture(kind, n + 3, h, w, channels)
            pil = Image.fromarray(image[..., 0] if channels == 1 else image)
            small = np.asarray(pil.resize((width, height), code))
            rows.append((name, kind, n + 3, h, w, channels, height, width, digest(small)))
write("pillow.tsv", rows)

# The steps of the reference's processor, from what its constructor makes of the settings.
means = ((0.484375, 0.455078125, 0.40625), (0.5, 0.25, 0.75))
stds = ((0.228515625, 0.2236328125, 0.224609375), (0.5, 0.3, 0.7))


def values(image, strategy, interpolation, size):
    if strategy == "letterbox":
        w, h = image.size
        right, down = int((max(w, h) - w) / 2), int((max(w, h) - h) / 2)
        fill = tuple(int(x * 255) for x in means[-1])
        image = tvf.pad(image, (right, down, right, down), fill=fill, padding_mode="constant")
    towers = []
    for mean, std in zip(means, stds):
        target = (size, size) if strategy == "resize-naive" else size
        small = tvf.resize(
            image, size=target, interpolation=tvf.InterpolationMode(interpolation), max_size=None, antialias=True)
        small = tvf.center_crop(small, output_size=(size, size))
        towers.append(tvf.normalize(tvf.to_tensor(small), mean=list(mean), std=list(std), inplace=False))
    return torch.vstack(towers).numpy()


rows = []
shapes = [
    (1, 1), (1, 2), (2, 1), (8, 8), (30, 40), (40, 30), (41, 30), (30, 41), (28, 28), (28, 41), (28, 43), (43, 28),
    (57, 28), (14, 65), (65, 14), (31, 100), (99, 28), (120, 161), (5, 200), (56, 56)]
for n, (h, w) in enumerate(shapes):
    for strategy in ("resize-naive", "resize-crop", "letterbox"):
        for interpolation in ("bicubic",) if n % 4 else ("bicubic", "bilinear", "lanczos"):
            image = Image.fromarray(picture("noise", n + 50, h, w, 3))
            rows.append((strategy, interpolation, "noise", n + 50, h, w, 28,
                         digest(values(image, strategy, interpolation, 28).astype("<f4"))))
write("processor.tsv", rows)

rows = []
for name in sorted(os.listdir(files)):
    if name.endswith((".png", ".jpg")):
        image = Image.open(f"{files}/{name}")
        array = np.asarray(image.convert("RGB"))
        rows.append((name, image.mode, *array.shape[:2], digest(array)))
write("files.tsv", rows)
