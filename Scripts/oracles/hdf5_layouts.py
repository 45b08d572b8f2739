#!/usr/bin/env python3
"""Writes small HDF5 files in the layouts of robot demonstrations, and what h5py reads of them, to a folder.

    hdf5_layouts.py OUT          (h5py, numpy, safetensors, Pillow)

For each layout NAME.hdf5 (or the folder aloha/) an expected NAME.safetensors holds every dataset of one episode under the
name that `armature rlds dump` gives it.
"""

import io
import json
import pathlib
import sys

import h5py
import numpy as np
from PIL import Image
from safetensors.numpy import save_file

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(5)


def picture(count, side=12):
    ramp = np.arange(side, dtype=np.uint8)
    base = ramp[None, :, None, None] * 7 + ramp[None, None, :, None] * 5 + np.arange(3, dtype=np.uint8) * 40
    return (base + np.arange(count, dtype=np.uint8)[:, None, None, None] * 9).astype(np.uint8)


def demo(group, steps, libero=False, packed=False):
    group.attrs["num_samples"] = steps
    group.attrs["model_file"] = "<mujoco/>"
    group.create_dataset("actions", data=random.uniform(-1, 1, (steps, 7)))
    group.create_dataset("states", data=random.normal(size=(steps, 11)))
    group.create_dataset("rewards", data=np.eye(steps, dtype=np.float64)[-1])
    group.create_dataset("dones", data=np.eye(steps, dtype=np.int64)[-1])
    obs = group.create_group("obs")
    camera = "agentview_rgb" if libero else "agentview_image"
    obs.create_dataset(camera, data=picture(steps), **({"chunks": (3, 12, 12, 3), "compression": "gzip"} if packed else {}))
    wrist = "eye_in_hand_rgb" if libero else "robot0_eye_in_hand_image"
    obs.create_dataset(wrist, data=picture(steps)[:, ::-1], **({"chunks": (4, 12, 12, 3), "compression": "lzf"} if packed else {}))
    if libero:
        obs.create_dataset("ee_states", data=random.normal(size=(steps, 6)))
        obs.create_dataset("gripper_states", data=random.normal(size=(steps, 2)))
    else:
        obs.create_dataset("robot0_eef_pos", data=random.normal(size=(steps, 3)).astype(np.float32))
        obs.create_dataset("robot0_eef_quat", data=random.normal(size=(steps, 4)).astype(">f8"))
        obs.create_dataset("robot0_gripper_qpos", data=random.normal(size=(steps, 2)), **({"fletcher32": True} if packed else {}))


def expected(group, name):
    tensors = {}

    def visit(path, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            tensors["steps/" + path] = np.ascontiguousarray(value.astype(value.dtype.newbyteorder("=")))

    group.visititems(visit)
    save_file(tensors, out / f"{name}.safetensors")


with h5py.File(out / "robomimic.hdf5", "w") as file:
    data = file.create_group("data")
    data.attrs["env_args"] = json.dumps({"env_name": "Lift", "type": 1})
    data.attrs["total"] = 11
    for number, steps in ((0, 2), (2, 3), (10, 6)):
        demo(data.create_group(f"demo_{number}"), steps, packed=number == 10)
    for name, members in (("train", ["demo_0", "demo_10"]), ("valid", ["demo_2"]), ("20_percent", ["demo_0"])):
        file.create_dataset(f"mask/{name}", data=np.array(members, dtype="S8"))
    expected(data["demo_10"], "robomimic")

with h5py.File(out / "KITCHEN_SCENE3_turn_on_the_stove_demo.hdf5", "w") as file:
    data = file.create_group("data")
    data.attrs["problem_info"] = json.dumps({"problem_name": "x", "language_instruction": "turn on the stove"})
    for number, steps in ((0, 2), (1, 4)):
        demo(data.create_group(f"demo_{number}"), steps, libero=True, packed=number == 1)
    expected(data["demo_1"], "libero")

aloha = out / "aloha"
aloha.mkdir(exist_ok=True)
for episode, steps in ((2, 4), (10, 5)):
    with h5py.File(aloha / f"episode_{episode}.hdf5", "w") as file:
        file.attrs["sim"] = True
        file.attrs["compress"] = True
        file.create_dataset("action", data=random.uniform(-1, 1, (steps, 14)).astype(np.float32))
        observations = file.create_group("observations")
        observations.create_dataset("qpos", data=random.normal(size=(steps, 14)).astype(np.float32))
        observations.create_dataset("qvel", data=random.normal(size=(steps, 14)).astype(np.float32))
        raw = picture(steps)
        observations.create_dataset("images/cam_low", data=raw)
        files = []
        for frame in raw:
            buffer = io.BytesIO()
            Image.fromarray(frame).save(buffer, "JPEG", quality=50)
            files.append(np.frombuffer(buffer.getvalue(), np.uint8))
        longest = max(map(len, files)) + 7
        observations.create_dataset(
            "images/cam_high", data=np.stack([np.pad(f, (0, longest - len(f))) for f in files]), compression="gzip")
        file.create_dataset("compress_len", data=np.array([[len(f) for f in files]], dtype=np.float64))
        if episode == 10:
            expected(file, "aloha")

with h5py.File(out / "mismatched.hdf5", "w") as file:
    group = file.create_group("data/demo_0")
    group.create_dataset("actions", data=np.zeros((4, 7)))
    group.create_dataset("obs/robot0_eef_pos", data=np.zeros((3, 3)))

with h5py.File(out / "external.hdf5", "w") as file:
    file.create_group("data")["demo_0"] = h5py.ExternalLink("robomimic.hdf5", "/data/demo_0")

with h5py.File(out / "nothing.hdf5", "w") as file:
    file.create_dataset("something", data=np.zeros(3))
