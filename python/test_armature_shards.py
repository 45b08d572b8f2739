"""Tests of armature_shards.py: ``python3 -m unittest test_armature_shards`` (numpy, safetensors)."""

import json
import os
import pickle
import tempfile
import unittest

import numpy as np
from safetensors.numpy import save_file

import armature_shards
from armature_shards import ArmatureShards, ArmatureStream, Place, ShardError, keep_bytes, tokens

try:
    import zstandard
except ImportError:
    zstandard = None
try:
    import PIL  # noqa: F401
except ImportError:
    PIL = None
try:
    import torch
except ImportError:
    torch = None

VIEWS = ["primary", "wrist"]


def table(name, rows):
    offsets = np.cumsum([0] + [len(row) for row in rows]).astype(np.uint64)
    return {name + ".bytes": np.frombuffer(b"".join(rows), np.uint8), name + ".offsets": offsets}


def pixels(position, frame):
    return ((np.arange(4 * 5 * 3) + 7 * position + 100 * frame) % 256).astype(np.uint8).reshape(4, 5, 3)


def write(path, count=11, per_shard=4, window=1, form="encoded", goal=False, frame=None):
    """A mixture of two datasets; odd positions are of the second one, which has no wrist camera."""
    frame = frame or (lambda position, number: b"frame %d %d" % (position, number))
    shards, k = [], window + 1
    starts = range(0, count, per_shard)
    for number, first in enumerate(starts):
        ids = np.arange(first, min(first + per_shard, count))
        n = len(ids)
        grid = ids[:, None, None] * 100 + np.arange(k)[:, None] * 10 + np.arange(3)
        tensors = {
            "action": (grid / 1000).astype(np.float32), "action_bin": (grid % 256).astype(np.uint8),
            "action_valid": np.ones((n, k), np.uint8),
            "proprio": np.full((n, 2) if window == 1 else (n, window, 2), ids[0], np.float32),
            "dataset.index": (ids % 2).astype(np.uint16), "episode.ordinal": (ids + 2**40).astype(np.uint64),
            "step.index": (ids * 3).astype(np.uint32),
            "instruction.index": np.where(ids % 3 == 2, -1, ids % 3).astype(np.int32),
            **table("instruction", ["öffne".encode(), b"close"]),
        }
        if window > 1:
            tensors["observation_valid"] = np.ones((n, window), np.uint8)
        if goal:
            tensors["goal.step"] = (ids * 5).astype(np.uint32)
        for kind, frames in [("image", window)] + ([("goal", 1)] if goal else []):
            for view in VIEWS:
                name = f"{kind}.{view}"
                if form == "pixels":
                    rows = np.stack([np.stack([pixels(i, f) for f in range(frames)]) for i in ids])
                    tensors[name] = rows[:, 0] if frames == 1 else rows
                else:
                    missing = lambda i: view == "wrist" and i % 2 == 1
                    tensors |= table(name, [b"" if missing(i) else frame(i, f) for i in ids for f in range(frames)])
        file = f"samples-{number:05}-of-{len(starts):05}.safetensors"
        save_file(tensors, os.path.join(path, file))
        size = os.path.getsize(os.path.join(path, file))
        shards.append({"file": file, "bytes": size, "sha256": "", "first": first, "samples": n})
    index = {
        "schema": "armature.mixture/1", "samples": count, "window": window, "views": VIEWS, "has_goal": goal,
        "form": {"kind": form} if form == "encoded" else {"kind": form, "size": [4, 5]},
        "datasets": [{"dataset": "alpha"}, {"dataset": "beta"}], "shards": shards,
    }
    with open(os.path.join(path, "mixture.json"), "w", encoding="utf-8") as out:
        json.dump(index, out)


class Temporary(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = directory.name


class ShardsTest(Temporary):
    def test_a_sample_has_its_values(self):
        write(self.path)
        shards = ArmatureShards(self.path, decode=keep_bytes)
        self.assertEqual(len(shards), 11)
        sample = shards[6]
        np.testing.assert_array_equal(sample["action"], np.float32([[0.6, 0.601, 0.602], [0.61, 0.611, 0.612]]))
        # 600, 601 … modulo 256: 88, 89 …
        np.testing.assert_array_equal(sample["action_bin"], [[88, 89, 90], [98, 99, 100]])
        self.assertEqual(sample["action_bin"].dtype, np.uint8)
        np.testing.assert_array_equal(sample["action_valid"], [1, 1])
        self.assertEqual(sample["proprio"].shape, (2,))
        self.assertEqual(sample["image.primary"], b"frame 6 0")
        self.assertEqual((sample["instruction"], sample["dataset"], sample["dataset_index"]), ("öffne", "alpha", 0))
        self.assertEqual((sample["episode_ordinal"], sample["step_index"], sample["position"]), (2**40 + 6, 18, 6))
        self.assertEqual(shards[5]["instruction"], "")
        self.assertIsNone(shards[5]["image.wrist"])
        self.assertEqual(shards[-1]["position"], 10)
        # 32000 − 1 − 88 = 31911
        self.assertEqual(shards.tokens(32000, 6)[0].tolist(), [31911, 31910, 31909])
        self.assertEqual(tokens(np.uint8([0, 255]), 32000).tolist(), [31999, 31744])
        sample["action"][:] = 9  # A copy: the file stays.
        self.assertEqual(float(shards[6]["action"][0, 0]), float(np.float32(0.6)))
        for position in (11, -12):
            with self.assertRaises(IndexError):
                shards[position]

    def test_windows_and_goals(self):
        write(self.path, window=3, goal=True)
        sample = ArmatureShards(self.path, decode=keep_bytes)[4]
        self.assertEqual(sample["image.primary"], [b"frame 4 0", b"frame 4 1", b"frame 4 2"])
        self.assertEqual(sample["goal.wrist"], b"frame 4 0")
        self.assertEqual((sample["goal.step"], sample["observation_valid"].shape), (20, (3,)))
        self.assertEqual((sample["action"].shape, sample["proprio"].shape), ((4, 3), (3, 2)))

    def test_pixels(self):
        write(self.path, window=2, form="pixels", goal=True)
        sample = ArmatureShards(self.path)[9]
        np.testing.assert_array_equal(sample["image.wrist"], np.stack([pixels(9, 0), pixels(9, 1)]))
        np.testing.assert_array_equal(sample["goal.primary"], pixels(9, 0))

    @unittest.skipIf(zstandard is None, "needs zstandard")
    def test_packed_pixels(self):
        pack = lambda position, number: zstandard.ZstdCompressor().compress(pixels(position, number).tobytes())
        write(self.path, form="zstd", frame=pack)
        shards = ArmatureShards(self.path)
        np.testing.assert_array_equal(shards[9]["image.primary"], pixels(9, 0))
        self.assertIsNone(shards[9]["image.wrist"])

    @unittest.skipIf(PIL is None, "needs Pillow")
    def test_decoding(self):
        import io
        from PIL import Image

        def png(position, number):
            out = io.BytesIO()
            Image.fromarray(pixels(position, number)).save(out, "PNG")
            return out.getvalue()

        write(self.path, window=2, frame=png)
        np.testing.assert_array_equal(
            ArmatureShards(self.path)[8]["image.wrist"], np.stack([pixels(8, 0), pixels(8, 1)]))

    def test_a_pickled_copy_maps_the_files_itself(self):
        write(self.path)
        shards = ArmatureShards(self.path, decode=keep_bytes)
        shards[0]
        copy = pickle.loads(pickle.dumps(shards))
        self.assertEqual(copy._opened, {})
        self.assertEqual(copy[3]["image.primary"], b"frame 3 0")

    def test_what_is_wrong_is_said_in_one_line(self):
        def refusal(open_it=lambda: ArmatureShards(self.path)):
            with self.assertRaises(ShardError) as caught:
                open_it()
            self.assertNotIn("\n", str(caught.exception))
            return str(caught.exception)

        index = os.path.join(self.path, "mixture.json")
        self.assertEqual(refusal(), f"{index}: missing; run `armature mixture build` to its end")
        write(self.path)
        with open(index, encoding="utf-8") as file:
            text = file.read()

        def alter(old, new):
            self.assertIn(old, text)
            with open(index, "w", encoding="utf-8") as out:
                out.write(text.replace(old, new, 1))

        alter("mixture/1", "mixture/2")
        self.assertIn("the schema is 'armature.mixture/2', 'armature.mixture/1' is due", refusal())
        alter(text, "[]")
        self.assertIn("the schema is None", refusal())
        alter('"views": [', '"view": [')
        self.assertIn("'views' is missing", refusal())
        alter(text, text[:40])
        self.assertIn("no JSON", refusal())
        alter(text[text.index('"shards"'):], '"shards": []}')
        self.assertIn("a plan without samples", refusal())
        alter('"samples": 11', '"samples": 12')
        self.assertIn("the shards do not have 12 samples", refusal())
        alter("alpha", "alpha")
        shard = os.path.join(self.path, "samples-00001-of-00003.safetensors")
        size = os.path.getsize(shard)
        os.truncate(shard, size - 1)
        self.assertEqual(refusal(), f"{shard}: {size - 1} bytes, the index says {size}; copy the file again")
        os.truncate(shard, size)
        with open(shard, "r+b") as out:
            out.write(b"\xff")
        self.assertIn(shard, refusal(lambda: ArmatureShards(self.path)[5]))
        os.remove(shard)
        self.assertIn(f"{shard}: missing", refusal())


class StreamTest(Temporary):
    def setUp(self):
        super().setUp()
        write(self.path)

    def places(self, **options):
        stream = ArmatureStream(self.path, decode=keep_bytes, **options)
        return [sample["epoch"] * 11 + sample["position"] for sample in stream], stream.state()

    def test_ranks_share_the_samples_in_order(self):
        for world in (1, 2, 3, 12):
            for start in range(0, 23):
                parts = [
                    self.places(rank=rank, world=world, start=divmod(start, 11), epochs=2)[0] for rank in range(world)]
                for rank, part in enumerate(parts):
                    self.assertEqual(part, list(range(start + rank, 22, world)))

    def test_a_stream_goes_on_from_its_state_with_another_number_of_ranks(self):
        order, start = [], Place()
        for world, taken in [(1, 4), (2, 3), (3, None)]:
            streams = [
                ArmatureStream(self.path, rank, world, start, epochs=3, decode=keep_bytes) for rank in range(world)]
            iterators = [iter(stream) for stream in streams]
            while taken is None or taken > 0:
                new = [next(iterator, None) for iterator in iterators]
                if new[0] is None:
                    break
                order += [sample["epoch"] * 11 + sample["position"] for sample in new if sample]
                taken = None if taken is None else taken - 1
            start = streams[0].state()
            self.assertEqual({stream.state() for stream in streams}, {start})
        self.assertEqual(order, list(range(33)))
        self.assertEqual(start, Place(3, 0))

    def test_states(self):
        stream = ArmatureStream(self.path, 1, 2, (0, 4), epochs=None)
        self.assertEqual(stream.state(), Place(0, 4))
        self.assertEqual(stream.state(taken=5), Place(1, 3))  # 4 + 5 · 2 = 14 = 11 + 3
        self.assertEqual(self.places(start=(2, 0), epochs=2), ([], Place(2, 0)))

    def test_workers_share_a_ranks_samples(self):
        class Worker:
            num_workers = 3

            def __init__(self, number):
                self.id = number

        original = armature_shards.get_worker_info
        self.addCleanup(setattr, armature_shards, "get_worker_info", original)
        parts = []
        for number in range(3):
            armature_shards.get_worker_info = lambda: Worker(number)
            parts.append(self.places(rank=1, world=2, epochs=2, chunk=2)[0])
        # Rank 1 of 2 has 1, 3, 5 … 21, in runs of two.
        self.assertEqual(parts, [[1, 3, 13, 15], [5, 7, 17, 19], [9, 11, 21]])

    @unittest.skipIf(torch is None, "needs torch")
    def test_a_loader_keeps_the_order(self):
        from torch.utils.data import DataLoader

        stream = ArmatureStream(self.path, epochs=2, chunk=4, decode=keep_bytes)
        loader = DataLoader(stream, batch_size=4, num_workers=2, collate_fn=lambda batch: batch)
        self.assertEqual([s["epoch"] * 11 + s["position"] for batch in loader for s in batch], list(range(22)))

    def test_options_that_cannot_be(self):
        for options in [{"rank": 1}, {"rank": -1}, {"world": 0}, {"chunk": 0}, {"start": (0, 12)}, {"start": (-1, 0)}]:
            with self.assertRaises(ShardError):
                ArmatureStream(self.path, **options)


if __name__ == "__main__":
    unittest.main()
