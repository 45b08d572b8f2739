"""Writes tiny TFDS data sets that use every feature class and encoding, and what TFDS decodes from them.

    python Scripts/oracles/features.py [OUT]          OUT defaults to Tests/Fixtures/Features

The sets are written by TFDS's own writer (versions in requirements.txt) into OUT/<name>/…; OUT/expected/<name>.json
holds the hashes of every decoded value (hashes.py says how they are made) and OUT/expected/slices.json the episode
positions that split expressions select. Everything is deterministic: values come from a counter, not from a clock.
"""
import io
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from PIL import Image
import tensorflow as tf
import tensorflow_datasets as tfds

import hashes
import slices

F = tfds.features
BF16 = tf.bfloat16.as_numpy_dtype
LENGTHS = {"train": (3, 0, 2)}
EMPTY_FREE = {"train": (3, 1, 2)}


def numbers(seed, shape, dtype):
    """Reproducible values of any dtype: whole numbers for integers, 24-bit fractions in [-2, 2) for floats."""
    random = np.random.default_rng(seed)
    if np.dtype(dtype) == np.bool_:
        return random.integers(0, 2, shape).astype(np.bool_)
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        high = min(limits.max, np.iinfo(np.int64).max)
        return random.integers(limits.min, high, shape, dtype=np.int64, endpoint=True).astype(dtype)
    return (random.integers(-(1 << 24), 1 << 24, shape) / float(1 << 23)).astype(dtype)


def picture(seed, height, width, channels, dtype=np.uint8):
    """A gradient with noise, so that it is neither trivial nor large once encoded."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    base = y * 9 + x * 5 + c * 40 + seed * 17 + np.random.default_rng(seed).integers(0, 8, y.shape)
    return (base * (257 if dtype == np.uint16 else 1)).astype(dtype)


class Tiny(tfds.core.GeneratorBasedBuilder):
    """A set of a few short episodes: `LENGTHS` names the splits and the steps of each episode."""
    VERSION = tfds.core.Version("1.0.0")
    LENGTHS = LENGTHS

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, description=self.__doc__, features=F.FeaturesDict(
            {"steps": F.Dataset(self.step_features()), **self.meta_features()}))

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.LENGTHS}

    def _generate_examples(self, split):
        for number, length in enumerate(self.LENGTHS[split]):
            seed = 1000 * (1 + list(self.LENGTHS).index(split)) + 10 * number
            yield f"{split}_{number}", {
                "steps": [self.step(seed + t, t, t == length - 1) for t in range(length)],
                **self.meta(seed, split, number)}

    def meta_features(self):
        return {"episode_metadata": {"name": F.Text()}}

    def meta(self, seed, split, number):
        return {"episode_metadata": {"name": f"{split}_{number}"}}


INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]


def extremes(dtype):
    """Lowest, highest and a middle value; uint64 stops at 2^63 - 1, which is all that TFDS 4.9.3 can write."""
    limits = np.iinfo(dtype)
    return np.array([limits.min, min(limits.max, np.iinfo(np.int64).max), 1], dtype)


class FeatureNumbers(Tiny):
    """Scalars and tensors of every number type, metadata at top level and nested."""
    FLOATS = {"float16": np.float16, "float32": np.float32, "float64": np.float64}

    def step_features(self):
        fields = {"is_first": np.bool_, "is_last": np.bool_, "flags": F.Tensor(shape=(3,), dtype=np.bool_)}
        for name, dtype in self.FLOATS.items():
            fields[name] = F.Scalar(dtype=dtype)
            fields[name + "_tensor"] = F.Tensor(shape=(2, 2), dtype=dtype)
        for dtype in INTEGERS:
            name = np.dtype(dtype).name
            fields[name] = F.Scalar(dtype=dtype)
            fields[name + "_tensor"] = F.Tensor(shape=(3,), dtype=dtype)
        return fields

    def step(self, seed, t, last):
        fields = {"is_first": t == 0, "is_last": last, "flags": numbers(seed, (3,), np.bool_)}
        special = [1e-45, 1.0000000001, 3.4e38, 0.1]
        for at, (name, dtype) in enumerate(self.FLOATS.items()):
            fields[name] = dtype(numbers(seed + at, (), np.float64))
            values = numbers(seed + at + 50, (2, 2), np.float64)
            if t == 1:
                values = np.array([[0.0, -0.0], [np.inf, -np.inf]])
            if t == 2 and dtype in (np.float32, np.float64):
                values = np.array(special).reshape(2, 2)
            fields[name + "_tensor"] = values.astype(dtype)
        for at, dtype in enumerate(INTEGERS):
            name = np.dtype(dtype).name
            ends = extremes(dtype)
            fields[name] = ends[t % 3]
            fields[name + "_tensor"] = ends if t == 0 else numbers(seed + at + 90, (3,), dtype)
        return fields

    def meta_features(self):
        return {"success": np.bool_, "return": F.Scalar(dtype=np.float64),
                "episode_metadata": {"name": F.Text(), "index": F.Scalar(dtype=np.int32),
                                     "robot": {"serial": F.Scalar(dtype=np.uint32),
                                               "pose": F.Tensor(shape=(3,), dtype=np.float64),
                                               "deep": {"half": F.Tensor(shape=(2,), dtype=np.float16)}}}}

    def meta(self, seed, split, number):
        return {"success": number % 2 == 0, "return": 1 / 3 + number,
                "episode_metadata": {"name": f"{split}_{number}", "index": -number,
                                     "robot": {"serial": np.uint32(0xFFFFFFFF - number),
                                               "pose": numbers(seed, (3,), np.float64),
                                               "deep": {"half": numbers(seed, (2,), np.float16)}}}}


class FeatureStrings(Tiny):
    """Text with Unicode and without anything, string tensors, class labels, translations, boxes."""
    TEXTS = ["pick up the cup", "", "Öffne die Schublade – 把杯子拿起来 🤖", "tab\tand\nline", "e\u0301 is not é"]

    def step_features(self):
        return {"text": F.Text(), "pair": F.Tensor(shape=(2,), dtype=np.object_), "word": F.Scalar(dtype=np.object_),
                "grid": F.Tensor(shape=(2, 2), dtype=np.object_), "label": F.ClassLabel(names=["left", "right",
                "über"]),
                "numbered": F.ClassLabel(num_classes=300), "box": F.BBoxFeature(),
                "translation": F.Translation(languages=["de", "en"]), "words": F.Sequence(F.Text()),
                "labels": F.Sequence(F.ClassLabel(names=["no", "yes"])), "boxes": F.Sequence(F.BBoxFeature())}

    def step(self, seed, t, last):
        text = self.TEXTS[seed // 10 % 2 * 2 + t % 3]
        box = F.BBox(ymin=0.0, xmin=0.1 * (t + 1), ymax=1 / 3, xmax=1.0)
        return {"text": text, "pair": [text, "b" * t], "word": text[::-1],
                "grid": [["a", ""], ["ccc", f"step {t}"]], "label": t % 3, "numbered": 299 - t, "box": box,
                "translation": {"de": "oben" * t, "en": "up"}, "words": text.split()[:t],
                "labels": ["yes", "no"][:t], "boxes": [box] * (2 - t)}

    def meta_features(self):
        return {"instruction": F.Text(), "task": F.ClassLabel(names=["reach", "push"]),
                "episode_metadata": {"name": F.Text(), "pair": F.Tensor(shape=(2,), dtype=np.object_),
                                     "tags": F.Sequence(F.Text()), "where": F.BBoxFeature()}}

    def meta(self, seed, split, number):
        return {"instruction": self.TEXTS[number], "task": ["reach", "push"][number % 2],
                "episode_metadata": {"name": f"{split}_{number}", "pair": ["", "x" * number],
                                     "tags": ["a", "", "ü"][:number],
                                     "where": F.BBox(ymin=0.25, xmin=0.5, ymax=0.75, xmax=1.0)}}


class FeatureEncodings(Tiny):
    """Tensors kept as raw or zlib-compressed bytes, with fixed and with open dimensions."""

    def step_features(self):
        def tensor(shape, dtype, encoding):
            return F.Tensor(shape=shape, dtype=dtype, encoding=encoding)
        return {"bytes": {"float64": tensor((2, 3), np.float64, "bytes"), "bfloat16": tensor((4,), BF16, "bytes"),
                          "float16": tensor((), np.float16, "bytes"), "bool": tensor((5,), np.bool_, "bytes"),
                          "uint16": tensor((3, 2), np.uint16, "bytes"),
                          "one_open": tensor((None, 2), np.float32, "bytes"),
                          "two_open": tensor((None, None), np.int32, "bytes")},
                "zlib": {"float64": tensor((2, 3), np.float64, "zlib"), "int8": tensor((6,), np.int8, "zlib"),
                         "bool": tensor((2, 2), np.bool_, "zlib"),
                         "one_open": tensor((3, None), np.float64, "zlib"),
                         "two_open": tensor((None, 2, None), np.uint8, "zlib"),
                         "large": tensor((40, 16), np.float32, "zlib")}}

    def step(self, seed, t, last):
        return {"bytes": {"float64": numbers(seed, (2, 3), np.float64) / 3, "bfloat16": numbers(seed, (4,), BF16),
                          "float16": np.asarray(numbers(seed, (), np.float16)), "bool": numbers(seed, (5,), np.bool_),
                          "uint16": numbers(seed, (3, 2), np.uint16), "one_open": numbers(seed, (t, 2), np.float32),
                          "two_open": numbers(seed, (2, t), np.int32)},
                "zlib": {"float64": numbers(seed, (2, 3), np.float64) / 7, "int8": numbers(seed, (6,), np.int8),
                         "bool": numbers(seed, (2, 2), np.bool_),
                         "one_open": numbers(seed, (3, 1 + t), np.float64),
                         "two_open": numbers(seed, (1 + t, 2, 3 - t), np.uint8),
                         "large": np.repeat(numbers(seed, (40, 1), np.float32), 16, axis=1)}}

    def meta_features(self):
        return {"episode_metadata": {
            "name": F.Text(), "open": F.Tensor(shape=(None, 2), dtype=np.float64),
            "bytes": F.Tensor(shape=(2,), dtype=np.float64, encoding="bytes"),
            "zlib": F.Tensor(shape=(None,), dtype=np.int16, encoding="zlib"),
            "map": F.Tensor(shape=(None, None), dtype=np.float32, encoding="zlib")}}

    def meta(self, seed, split, number):
        return {"episode_metadata": {
            "name": f"{split}_{number}", "open": numbers(seed, (number, 2), np.float64),
            "bytes": numbers(seed, (2,), np.float64) / 9, "zlib": numbers(seed, (3 * number,), np.int16),
            "map": numbers(seed, (number + 1, 3), np.float32)}}


class FeatureSequences(Tiny):
    """Sequences inside a step and beside the steps: of scalars, tensors, dictionaries, images and sequences."""

    def step_features(self):
        return {"flat": F.Sequence(np.float32), "flags": F.Sequence(np.bool_),
                "points": F.Sequence(F.Tensor(shape=(2,), dtype=np.float64)),
                "nested": F.Sequence(F.Sequence(np.int32)), "deep": F.Sequence(F.Sequence(F.Sequence(np.uint8))),
                "pairs": F.Sequence({"a": np.int64, "b": F.Text()}),
                "objects": F.Sequence({"id": np.int16, "path": F.Sequence(F.Tensor(shape=(2,), dtype=np.float32)),
                                       "inner": {"names": F.Sequence(F.Text())}}),
                "images": F.Sequence(F.Image(shape=(4, 4, 3), encoding_format="png")),
                "buffers": F.Sequence(F.Tensor(shape=(2,), dtype=np.float64, encoding="zlib"))}

    def step(self, seed, t, last):
        def values(count, dtype=np.float32):
            return list(numbers(seed + count, (count,), dtype))
        return {"flat": values(t), "flags": values(2 - t if t < 2 else 3, np.bool_),
                "points": numbers(seed, (t, 2), np.float64),
                "nested": [values(n, np.int32) for n in ([2, 0, 1], [], [3])[t]],
                "deep": [[values(n, np.uint8) for n in row] for row in ([[1], [], [0, 2]], [[]], [])[t]],
                "pairs": [{"a": seed + n, "b": "ab" * n} for n in range(t)],
                "objects": [{"id": n - t, "path": numbers(seed + n, (n, 2), np.float32),
                             "inner": {"names": ["n"] * (t - n)}} for n in range(t + 1)],
                "images": [picture(seed + n, 4, 4, 3) for n in range(t)],
                "buffers": [numbers(seed + n, (2,), np.float64) / 3 for n in range(2 - t)]}

    def meta_features(self):
        return {"episode_metadata": {
            "name": F.Text(), "open": F.Sequence(np.int64), "fixed": F.Sequence(np.float32, length=3),
            "fixed_points": F.Sequence(F.Tensor(shape=(2,), dtype=np.float64), length=2),
            "nested": F.Sequence(F.Sequence(np.float32)), "pairs": F.Sequence({"a": np.int64, "b": F.Text()}),
            "images": F.Sequence(F.Image(shape=(3, 3, 1)))}}

    def meta(self, seed, split, number):
        return {"episode_metadata": {
            "name": f"{split}_{number}", "open": list(range(number)), "fixed": numbers(seed, (3,), np.float32),
            "fixed_points": numbers(seed, (2, 2), np.float64), "nested": [[0.5] * n for n in range(number)],
            "pairs": [{"a": n, "b": str(n)} for n in range(number)],
            "images": [picture(seed + n, 3, 3, 1) for n in range(number)]}}


class FeatureImages(Tiny):
    """Images of every kind: gray, RGBA, 16 bits, float, without a fixed size, JPEG, video frames."""

    def step_features(self):
        return {"gray": F.Image(shape=(8, 6, 1)), "rgb": F.Image(shape=(8, 6, 3)), "rgba": F.Image(shape=(6, 8, 4)),
                "gray16": F.Image(shape=(5, 7, 1), dtype=np.uint16),
                "rgb16": F.Image(shape=(5, 7, 3), dtype=np.uint16),
                "rgba16": F.Image(shape=(5, 7, 4), dtype=np.uint16),
                "float": F.Image(shape=(4, 5, 1), dtype=np.float32),
                "open": F.Image(shape=(None, None, 3)),
                "open_gray": F.Image(shape=(None, None, 1), encoding_format="png"),
                "jpeg": F.Image(shape=(16, 16, 3), encoding_format="jpeg"),
                "jpeg_gray": F.Image(shape=(9, 13, 1), encoding_format="jpeg"),
                "jpeg_open": F.Image(shape=(None, None, 3), encoding_format="jpeg"),
                "label": F.LabeledImage(labels=3, shape=(4, 4, 1)),
                "video": F.Video(shape=(None, 4, 4, 3)),
                "video_jpeg": F.Video(shape=(None, 8, 8, 3), encoding_format="jpeg")}

    def step(self, seed, t, last):
        return {"gray": picture(seed, 8, 6, 1), "rgb": picture(seed, 8, 6, 3), "rgba": picture(seed, 6, 8, 4),
                "gray16": picture(seed, 5, 7, 1, np.uint16), "rgb16": picture(seed, 5, 7, 3, np.uint16),
                "rgba16": picture(seed, 5, 7, 4, np.uint16), "float": numbers(seed, (4, 5, 1), np.float32),
                "open": picture(seed, 3 + t, 7 - t, 3), "open_gray": picture(seed, 1, 1 + 4 * t, 1),
                "jpeg": picture(seed, 16, 16, 3), "jpeg_gray": picture(seed, 9, 13, 1),
                "jpeg_open": picture(seed, 7 + t, 5, 3), "label": picture(seed, 4, 4, 1) % 3,
                "video": np.stack([picture(seed + n, 4, 4, 3) for n in range(2 + t % 2)]) if t < 2 else [],
                "video_jpeg": [picture(seed + n, 8, 8, 3) for n in range(1 + t)]}

    def meta_features(self):
        return {"episode_metadata": {"name": F.Text(), "cover": F.Image(shape=(None, None, 3)),
                                     "clip": F.Video(shape=(None, 4, 4, 1)), "clip3": F.Video(shape=(3, 4, 4, 3))}}

    def meta(self, seed, split, number):
        return {"episode_metadata": {
            "name": f"{split}_{number}", "cover": picture(seed, 4 + number, 4, 3),
            "clip": [picture(seed + n, 4, 4, 1) for n in range(1 + number)],
            "clip3": np.stack([picture(seed + n, 4, 4, 3) for n in range(3)])}}


class FeatureFiles(Tiny):
    """Image files kept as they came: other colour types, depths and subsamplings than the feature declares."""

    FORMS = {
        "palette": (3, lambda a: Image.fromarray(a).quantize(7), "PNG", {}),
        "gray_as_rgb": (3, lambda a: Image.fromarray(a[..., 0]), "PNG", {}),
        "gray_alpha_as_rgb": (3, lambda a: Image.fromarray(a).convert("LA"), "PNG", {}),
        "rgba_as_rgb": (3, lambda a: Image.fromarray(a).convert("RGBA"), "PNG", {}),
        "rgb_as_gray": (1, lambda a: Image.fromarray(a), "PNG", {}),
        "bits16_as_8": (1, lambda a: Image.fromarray(a[..., 0].astype(np.uint16) * 257 + 99), "PNG", {}),
        "bits1": (1, lambda a: Image.fromarray(a[..., 0]).convert("1"), "PNG", {}),
        "jpeg_420": (3, lambda a: Image.fromarray(a), "JPEG", {"quality": 80, "subsampling": "4:2:0"}),
        "jpeg_422": (3, lambda a: Image.fromarray(a), "JPEG", {"quality": 80, "subsampling": "4:2:2"}),
        "jpeg_444": (3, lambda a: Image.fromarray(a), "JPEG", {"quality": 95, "subsampling": "4:4:4"}),
        "jpeg_progressive": (3, lambda a: Image.fromarray(a), "JPEG", {"quality": 70, "progressive": True}),
        "jpeg_gray_as_rgb": (3, lambda a: Image.fromarray(a[..., 0]), "JPEG", {"quality": 80}),
        "jpeg_rgb_as_gray": (1, lambda a: Image.fromarray(a), "JPEG", {"quality": 80}),
    }
    LENGTHS = {"train": (2, 1)}

    def step_features(self):
        return {name: F.Image(shape=(11, 14, channels)) for name, (channels, _, _, _) in self.FORMS.items()}

    def step(self, seed, t, last):
        def encoded(make, form, options):
            data = io.BytesIO()
            make(picture(seed, 11, 14, 3)).save(data, form, **options)
            return data.getvalue()
        return {name: encoded(make, form, options) for name, (_, make, form, options) in self.FORMS.items()}


class FeatureFixedSequence(Tiny):
    """A sequence of fixed length inside the steps: TFDS 4.9.3 writes it and cannot read it back."""
    LENGTHS = EMPTY_FREE

    def step_features(self):
        return {"index": np.int64, "fixed": F.Sequence(np.float32, length=2)}

    def step(self, seed, t, last):
        return {"index": seed, "fixed": numbers(seed, (2,), np.float32)}


class FeatureUnsignedBytes(Tiny):
    """Wide unsigned tensors kept as bytes: TFDS 4.9.3 writes them and cannot read them back."""
    LENGTHS = EMPTY_FREE

    def step_features(self):
        return {f"{np.dtype(dtype).name}_{encoding}": F.Tensor(shape=(3,), dtype=dtype, encoding=encoding)
                for dtype in (np.uint32, np.uint64) for encoding in ("bytes", "zlib")}

    def step(self, seed, t, last):
        return {f"{np.dtype(dtype).name}_{encoding}": np.array([np.iinfo(dtype).max - t, t, seed], dtype)
                for dtype in (np.uint32, np.uint64) for encoding in ("bytes", "zlib")}


class FeatureAudio(Tiny):
    """Audio beside the steps: samples as numbers, mono, stereo and of fixed length."""
    LENGTHS = EMPTY_FREE

    def step_features(self):
        return {"index": np.int64}

    def step(self, seed, t, last):
        return {"index": seed}

    def meta_features(self):
        return {"audio": F.Audio(sample_rate=16000), "stereo": F.Audio(shape=(None, 2), dtype=np.int16),
                "fixed": F.Audio(shape=(4,), dtype=np.float32)}

    def meta(self, seed, split, number):
        return {"audio": numbers(seed, (3 * number,), np.int16).astype(np.int64),
                "stereo": numbers(seed, (number, 2), np.int16), "fixed": numbers(seed, (4,), np.float32)}


class Plain(Tiny):
    """One number and one vector per step."""

    def step_features(self):
        return {"is_first": np.bool_, "is_last": np.bool_, "index": np.int64,
                "action": F.Tensor(shape=(2,), dtype=np.float32)}

    def step(self, seed, t, last):
        return {"is_first": t == 0, "is_last": last, "index": 100 * seed + t,
                "action": numbers(seed, (2,), np.float32)}


class FeatureLayout(Plain):
    """Three splits of three shards each."""
    LENGTHS = {"train": (2, 1, 0, 5, 1, 3, 1), "val": (1, 2, 3), "test": (1, 4, 2, 1)}
    SHARDS = 3


class FeatureInterleave(Plain):
    """Shards of more than 16 episodes: TFDS takes 16 episodes from each shard in turn."""
    LENGTHS = {"train": (1,) * 40}
    SHARDS = 2

    def step_features(self):
        return {"index": np.int64}

    def step(self, seed, t, last):
        return {"index": seed}

    def meta_features(self):
        return {}

    def meta(self, seed, split, number):
        return {}


class FeatureConfig(Plain):
    """Configurations and versions, which a reader has to choose from."""
    LENGTHS = {"train": (1, 2)}
    BUILDER_CONFIGS = [tfds.core.BuilderConfig(name="small", description="First."),
                       tfds.core.BuilderConfig(name="other-1.x", description="Second.")]

    def meta_features(self):
        return {"source": F.Text()}

    def meta(self, seed, split, number):
        return {"source": f"{self.builder_config.name} {self.version}"}


class FeatureVersions(Plain):
    """Versions without configurations."""
    LENGTHS = {"train": (1,)}

    def meta_features(self):
        return {"source": F.Text()}

    def meta(self, seed, split, number):
        return {"source": str(self.version)}


class FeatureLegacy(Tiny):
    """A set whose features.json has the form that TFDS wrote before 4.5."""

    def step_features(self):
        return {"observation": {"image": F.Image(shape=(6, 6, 3), encoding_format="png"),
                "state": F.Tensor(shape=(4,), dtype=np.float32),
                                "depth": F.Tensor(shape=(None, 2), dtype=np.float32, encoding="zlib")},
                "action": F.Tensor(shape=(2,), dtype=np.float64), "reward": F.Scalar(dtype=np.float32),
                "is_first": np.bool_,
                "is_last": np.bool_, "label": F.ClassLabel(names=["x", "y"]), "text": F.Text(),
                "words": F.Sequence(F.Text()),
                "video": F.Video(shape=(None, 2, 2, 3)), "box": F.BBoxFeature()}

    def step(self, seed, t, last):
        return {"observation": {"image": picture(seed, 6, 6, 3), "state": numbers(seed, (4,), np.float32),
                                "depth": numbers(seed, (t, 2), np.float32)},
                "action": numbers(seed, (2,), np.float64), "reward": float(last), "is_first": t == 0, "is_last": last,
                "label": t % 2, "text": "go" * t, "words": ["w"] * t, "video": [picture(seed, 2, 2, 3)] * t,
                "box": F.BBox(ymin=0.0, xmin=0.5, ymax=0.5, xmax=1.0)}

    def meta_features(self):
        return {"episode_id": F.Text(), "fixed": F.Sequence(np.int32, length=2)}

    def meta(self, seed, split, number):
        return {"episode_id": f"{split}_{number}", "fixed": [number, -number]}


class FeatureTemplate(Plain):
    """Shard files named by a template of the set's own; one split without the total."""
    LENGTHS = {"train": (1, 2, 0, 1), "val": (2, 1)}
    SHARDS = 2
    TEMPLATES = {"train": "{SPLIT}.part-{SHARD_INDEX}-of-{NUM_SHARDS}.{DATASET}.{FILEFORMAT}",
                 "val": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_INDEX}"}


def write(builder_class, root, **options):
    """Writes one set with TFDS and returns its version directory."""
    builder = builder_class(data_dir=str(root), **options)
    shards = getattr(builder_class, "SHARDS", None)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(num_shards=shards))
    directory = pathlib.Path(builder.data_dir)
    information = directory / "dataset_info.json"
    patched = json.loads(information.read_text())
    patched["moduleName"] = "features"
    information.write_text(json.dumps(patched, indent=2, sort_keys=True))
    return directory


LEGACY_PROTO = {"Tensor": "TensorFeature", "Scalar": "TensorFeature", "Image": "ImageFeature",
"Video": "VideoFeature",
                "Text": "TextFeature", "ClassLabel": "ClassLabel", "BBoxFeature": "BoundingBoxFeature",
                "Sequence": "Sequence", "Dataset": "Sequence", "FeaturesDict": "FeaturesDict"}


def dimensions(shape):
    return [None if int(size) < 0 else int(size) for size in shape.get("dimensions", [])]


def plain(short, body):
    """A leaf's content as TFDS wrote it before it had messages: snake case, open dimensions null."""
    if short in ("Text", "BBoxFeature"):
        return {}
    if short == "ClassLabel":
        return {"num_classes": int(body["numClasses"])}
    content = {"shape": dimensions(body["shape"])}
    if short == "Video":
        return {**content, "encoding_format": body.get("encodingFormat", "png"), "ffmpeg_extra_args": []}
    content["dtype"] = body["dtype"]
    return {**content, "encoding_format": body["encodingFormat"]} if short == "Image" else content


def legacy(feature, path=""):
    """Rewrites one feature of a current features.json in the older form.

    All the kinds of content that TFDS accepts occur: plain JSON (the containers, images, video, labels, texts and
    tensors without encoding), a message's JSON as an object (scalars, the sequence of words with all below it) and
    the same in a string (tensors with an encoding).
    """
    name = feature["pythonClassName"]
    short = name.split(".")[-1]
    body = feature[next(key for key in feature if key not in ("pythonClassName", "description"))]
    message = {"type": name, "proto_cls": "tensorflow_datasets." + LEGACY_PROTO[short]}
    if short == "FeaturesDict":
        return {"type": name,
                "content": {key: legacy(value, path + "/" + key) for key, value in body["features"].items()}}
    if short == "Scalar" or path.endswith("/words"):
        return {**message, "content": body}
    if short in ("Sequence", "Dataset"):
        length = int(body["length"])
        return {"type": name, "proto_cls": "",
                "content": {"feature": legacy(body["feature"], path), "length": None if length < 0 else length}}
    if short == "Tensor" and body.get("encoding", "none") != "none":
        return {**message, "content": json.dumps(body)}
    return {"type": name, "content": plain(short, body)}


def rename_shards(directory, templates):
    """Renames a set's shards by `templates` and says so in its dataset_info.json."""
    path = directory / "dataset_info.json"
    information = json.loads(path.read_text())
    for split in information["splits"]:
        total = len(split["shardLengths"])
        for index in range(total):
            values = {"DATASET": information["name"], "SPLIT": split["name"], "FILEFORMAT": "tfrecord",
                      "SHARD_INDEX": f"{index:05d}", "NUM_SHARDS": f"{total:05d}",
                      "SHARD_X_OF_Y": f"{index:05d}-of-{total:05d}"}
            (directory / split["filepathTemplate"].format(**values)).rename(
                directory / templates[split["name"]].format(**values))
        split["filepathTemplate"] = templates[split["name"]]
    path.write_text(json.dumps(information, indent=2, sort_keys=True))


def written_rows(builder_class):
    """The hashes of what the writer of `builder_class` was fed, in file order, for a set TFDS cannot read."""
    import tensorflow_datasets.core.hashing as hashing
    builder = builder_class(data_dir=tempfile.mkdtemp())
    splits = {}
    for split in builder_class.LENGTHS:
        rows = sorted(builder._generate_examples(split), key=lambda row: hashing.Hasher(split).hash_key(row[0]))
        splits[split] = [hashes.episode({
            **row, "steps": [{key: np.asarray(value) for key, value in step.items()} for step in row["steps"]],
        }) for _, row in rows]
    return splits


def save(root, name, directory, splits, notes=()):
    path = root / "expected" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    body = {"directory": str(directory.relative_to(root)), "notes": list(notes), "splits": splits}
    path.write_text(json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n")
    print(f"{name}: {sum(len(episodes) for episodes in splits.values())} episodes")


SETS = {"feature_numbers": FeatureNumbers, "feature_strings": FeatureStrings, "feature_encodings": FeatureEncodings,
        "feature_sequences": FeatureSequences, "feature_images": FeatureImages, "feature_files": FeatureFiles,
        "feature_audio": FeatureAudio, "feature_layout": FeatureLayout, "feature_interleave": FeatureInterleave,
        "feature_legacy": FeatureLegacy, "feature_template": FeatureTemplate}

UNREADABLE = {"feature_fixed_sequence": FeatureFixedSequence, "feature_unsigned_bytes": FeatureUnsignedBytes}


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Fixtures/Features").resolve()
    for name in [*SETS, *UNREADABLE, "feature_config", "feature_versions", "expected"]:
        shutil.rmtree(root / name, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    tfds.disable_progress_bar()
    for name, builder_class in SETS.items():
        directory = write(builder_class, root)
        notes = []
        if name == "feature_legacy":
            before = hashes.read(directory)
            path = directory / "features.json"
            path.write_text(json.dumps(legacy(json.loads(path.read_text())), indent=1, sort_keys=True))
            if hashes.read(directory) != before:
                raise SystemExit("the legacy form reads differently")
            notes = ["features.json was rewritten in the older form; TFDS reads the same values from both"]
        if name == "feature_template":
            rename_shards(directory, FeatureTemplate.TEMPLATES)
        save(root, name, directory, hashes.read(directory), notes)
    for name, builder_class in {"feature_config": FeatureConfig, "feature_versions": FeatureVersions}.items():
        configurations = ["small", "other-1.x"] if name == "feature_config" else [None]
        for configuration in configurations:
            for version in ["1.0.0", "1.9.0", "1.10.0"] if configuration != "other-1.x" else ["1.0.0"]:
                builder_class.VERSION = tfds.core.Version(version)
                write(builder_class, root, **({"config": configuration} if configuration else {}))
        chosen = tfds.core.read_only_builder.builder_from_files(name, data_dir=str(root))
        save(root, name, pathlib.Path(chosen.data_dir), hashes.read(chosen.data_dir),
             [f"tfds.builder('{name}') chooses this directory"])
    for name, builder_class in UNREADABLE.items():
        directory = write(builder_class, root)
        try:
            hashes.read(directory)
        except (TypeError, ValueError, tf.errors.OpError) as error:
            reason = type(error).__name__
        else:
            raise SystemExit(f"{name}: TFDS reads it after all")
        save(root, name, directory, written_rows(builder_class),
             [f"TFDS {tfds.__version__} cannot read this set ({reason}); the hashes are of what its writer was given"])
    shutil.rmtree(root / "downloads", ignore_errors=True)
    slices.write(root / "expected" / "slices.json")


if __name__ == "__main__":
    main()
