#!/usr/bin/env python3
"""Writes an episode store as a LeRobot v2.1 dataset, for peers that read nothing else; needs numpy, pyarrow, av and Pillow.

    lerobot_copy.py STORE OUT [--fps N]

A measuring aid: no statistics but those that v2.1 asks for, one Parquet file and one video a view and episode (H.264, nearly
lossless). Frames that do not decode become black.
"""

import argparse
import io
import json
import pathlib
import sqlite3
import struct

import av
import numpy as np
import pyarrow
import pyarrow.parquet
from PIL import Image


class Shard:
    def __init__(self, path):
        data = path.read_bytes()
        begin = 8 + struct.unpack("<Q", data[:8])[0]
        self.header, self.data = json.loads(data[8:begin]), memoryview(data)[begin:]

    def __contains__(self, name):
        return name in self.header

    def __getitem__(self, name):
        entry = self.header[name]
        kind = {"F32": np.float32, "U8": np.uint8, "U64": np.uint64, "I32": np.int32}[entry["dtype"]]
        first, end = entry["data_offsets"]
        return np.frombuffer(self.data[first:end], kind).reshape(entry["shape"])


def frames(shard, view, steps):
    offsets, encoded = shard[f"image.{view}.offsets"], shard[f"image.{view}.bytes"]
    images = []
    for step in steps:
        try:
            image = Image.open(io.BytesIO(encoded[offsets[step]:offsets[step + 1]].tobytes())).convert("RGB")
            images.append(np.asarray(image))
        except OSError:
            images.append(None)
    shape = max((i.shape for i in images if i is not None), default=(64, 64, 3))
    shape = (shape[0] // 2 * 2, shape[1] // 2 * 2, 3)
    whole = []
    for image in images:
        picture = np.zeros(shape, np.uint8)
        if image is not None:
            height, width = min(shape[0], image.shape[0]), min(shape[1], image.shape[1])
            picture[:height, :width] = image[:height, :width]
        whole.append(picture)
    return whole


def video(path, images, fps):
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=fps, options={"crf": "12", "g": "2"})
        stream.height, stream.width, stream.pix_fmt = images[0].shape[0], images[0].shape[1], "yuv420p"
        for image in images:
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)


def statistics(values):
    values = np.asarray(values, np.float64)
    values = values.reshape(len(values), -1)
    return {"min": values.min(0).tolist(), "max": values.max(0).tolist(), "mean": values.mean(0).tolist(),
            "std": values.std(0).tolist(), "count": [len(values)]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--fps", type=int, default=10)
    options = parser.parse_args()
    store, out, fps = options.store, options.out, options.fps
    rows = sqlite3.connect(store / "catalog.sqlite").execute(
        "SELECT ordinal, shard, first_step, length, instruction FROM episodes ORDER BY ordinal").fetchall()
    shards = [Shard(path) for path in sorted(store.glob("episodes-*.safetensors"))]
    views = sorted(name.split(".")[1] for name in shards[0].header if name.startswith("image.") and name.endswith(".bytes"))
    tasks = sorted({row[4] or "" for row in rows})
    (out / "meta").mkdir(parents=True)
    total, episodes, stats, shapes = 0, [], [], {}
    for ordinal, number, _, length, instruction in rows:
        shard = shards[number]
        place = int(np.flatnonzero(shard["episode.ordinal"] == ordinal)[0])
        first = int(shard["episode.offsets"][place])
        steps = range(first, first + length)
        action, state = shard["action"][first:first + length], shard["proprio"][first:first + length]
        index = np.arange(length)
        columns = {
            "action": pyarrow.array(action.tolist(), pyarrow.list_(pyarrow.float32(), action.shape[1])),
            "observation.state": pyarrow.array(state.tolist(), pyarrow.list_(pyarrow.float32(), state.shape[1])),
            "timestamp": pyarrow.array((index / fps).astype(np.float32)), "frame_index": pyarrow.array(index),
            "episode_index": pyarrow.array(np.full(length, ordinal)), "index": pyarrow.array(total + index),
            "task_index": pyarrow.array(np.full(length, tasks.index(instruction or ""))),
        }
        file = out / f"data/chunk-000/episode_{ordinal:06d}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.table(columns), file)
        for view in views:
            images = frames(shard, view, steps)
            shapes[view] = list(images[0].shape)
            video(out / f"videos/chunk-000/observation.images.{view}/episode_{ordinal:06d}.mp4", images, fps)
        episodes.append({"episode_index": ordinal, "tasks": [instruction or ""], "length": length})
        stats.append({"episode_index": ordinal, "stats": {"action": statistics(action), "observation.state": statistics(state)}})
        total += length
    width = {"action": action.shape[1], "observation.state": state.shape[1]}
    features = {name: {"dtype": "float32", "shape": [n], "names": [f"d{i}" for i in range(n)]} for name, n in width.items()}
    for view in views:
        features[f"observation.images.{view}"] = {
            "dtype": "video", "shape": shapes[view], "names": ["height", "width", "channels"],
            "info": {"video.fps": fps, "video.height": shapes[view][0], "video.width": shapes[view][1], "video.channels": 3,
                     "video.codec": "h264", "video.pix_fmt": "yuv420p", "video.is_depth_map": False, "has_audio": False}}
    for name, kind in [("timestamp", "float32"), ("frame_index", "int64"), ("episode_index", "int64"), ("index", "int64"),
                       ("task_index", "int64")]:
        features[name] = {"dtype": kind, "shape": [1], "names": None}
    info = {
        "codebase_version": "v2.1", "robot_type": "sawyer", "total_episodes": len(rows), "total_frames": total,
        "total_tasks": len(tasks), "total_videos": len(rows) * len(views), "total_chunks": 1, "chunks_size": 1000, "fps": fps,
        "splits": {"train": f"0:{len(rows)}"},
        "data_path": "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
        "video_path": "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4", "features": features}
    (out / "meta/info.json").write_text(json.dumps(info, indent=2))
    for name, lines in [("tasks", [{"task_index": i, "task": task} for i, task in enumerate(tasks)]), ("episodes", episodes),
                        ("episodes_stats", stats)]:
        (out / f"meta/{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


main()
