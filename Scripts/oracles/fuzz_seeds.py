#!/usr/bin/env python3
"""Writes Fuzz/demonstration.hdf5 and the first inputs of Fuzz/corpus.

    fuzz_seeds.py OUT          (h5py, numpy)

OUT is the folder Fuzz. In the HDF5 file, runs of the byte 0xA5 stand where an input's bytes go.
"""

import json
import pathlib
import struct
import sys
import zlib

import h5py
import numpy as np

out = pathlib.Path(sys.argv[1])
root = pathlib.Path(__file__).resolve().parent.parent.parent


def seed(path, data):
    file = out / "corpus" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(payload):
    length = struct.pack("<Q", len(payload))
    return length + struct.pack("<I", crc32c(length)) + payload + struct.pack("<I", crc32c(payload))


def field(number, content):
    """A field of bytes in protobuf's wire format."""
    size, text = len(content), b""
    while size > 127:
        text, size = text + bytes([size & 127 | 128]), size >> 7
    return bytes([number << 3 | 2]) + text + bytes([size]) + content


def example(features):
    return field(1, b"".join(field(1, field(1, name.encode()) + field(2, value)) for name, value in features))


def floats(values):
    return field(2, field(1, struct.pack(f"<{len(values)}f", *values)))


def integers(values):
    return field(3, field(1, bytes(values)))


def texts(values):
    return field(1, b"".join(field(1, value) for value in values))


# Records.
three = framed(b"one") + framed(b"") + framed(b"three")
seed("records/plain", three)
seed("records/zlib", zlib.compress(three))

# An episode of two steps, and what declares it.
leaf = "tensorflow_datasets.core.features."


def tensor(dtype, shape):
    return {"pythonClassName": leaf + "tensor_feature.Tensor",
            "tensor": {"shape": {"dimensions": [str(n) for n in shape]} if shape else {}, "dtype": dtype, "encoding": "none"}}


def dictionary(members):
    return {"pythonClassName": leaf + "features_dict.FeaturesDict", "featuresDict": {"features": members}}


text = {"pythonClassName": leaf + "text_feature.Text", "text": {}}
image = {"pythonClassName": leaf + "image_feature.Image",
         "image": {"shape": {"dimensions": ["-1", "-1", "3"]}, "dtype": "uint8", "encodingFormat": "png"}}
steps = dictionary({
    "action": tensor("float32", [2]), "is_first": tensor("bool", []), "language_instruction": text,
    "observation": dictionary({"image": image, "state": tensor("float64", [2, 1])}),
})
schema = dictionary({
    "episode_metadata": dictionary({"file_path": text, "success": tensor("int64", [])}),
    "steps": {"pythonClassName": leaf + "dataset_feature.Dataset", "sequence": {"feature": steps, "length": "-1"}},
})
pixel = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082")
record = example([
    ("episode_metadata/file_path", texts([b"a.h5"])), ("episode_metadata/success", integers([1])),
    ("steps/action", floats([0.5, -1, 2, 0])), ("steps/is_first", integers([1, 0])),
    ("steps/language_instruction", texts([b"pick", b"place"])), ("steps/observation/image", texts([pixel, pixel])),
    ("steps/observation/state", floats([1, 2, 3, 4])),
])
seed("example/sample", record)
seed("example/empty", example([("a", b"")]))
seed("features/sample.json", json.dumps(schema).encode())
for name in ["metaworld_button_drawer", "metaworld_reach_push"]:
    for kind in ["features", "dataset_info"]:
        data = json.loads((root / f"Samples/{name}/1.0.0/{kind}.json").read_text())
        seed(f"features/{kind}-{name}.json", json.dumps(data).encode()[:8192])

# Tensors.
header = json.dumps({"__metadata__": {"a": "b"}, "x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                     "y": {"dtype": "U8", "shape": [0, 3], "data_offsets": [8, 8]}}).encode()
seed("safetensors/two", struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2))

# Manifests as they are shipped.
for name in ["bridge_orig", "droid", "robomimic_hdf5", "libero_hdf5", "metaworld_reach_push"]:
    file = root / f"manifests/datasets/{name}.yaml"
    if file.exists():
        seed(f"manifest/{name}.yaml", file.read_bytes())

# A demonstration whose texts and numbers stand open.
fill = b"\xa5"
with h5py.File(out / "demonstration.hdf5", "w") as file:
    data = file.create_group("data")
    data.attrs["problem_info"] = np.bytes_(fill * 256)
    data.attrs["env_args"] = np.bytes_(fill * 64)
    data.attrs["total"] = np.frombuffer(fill * 8, "<i8")[0]
    for name in ["demo_0", "demo_1"]:
        demo = data.create_group(name)
        demo.create_dataset("actions", data=np.frombuffer(fill * 24, ">f4").reshape(3, 2))
        demo.create_dataset("words", data=np.array([fill * 16] * 3, "S16"))
        demo.create_dataset("obs/agentview_image", data=np.frombuffer(fill * 96, "u1").reshape(3, 32))
        demo.attrs.create("model_file", fill * 48, dtype=h5py.string_dtype("utf-8"))
        demo.attrs["num_samples"] = np.frombuffer(fill * 16, ">i4")
        demo.attrs["half"] = np.frombuffer(fill * 8, "<f2")
        demo.attrs["flags"] = np.frombuffer(fill * 8, "?")
        demo.attrs["pair"] = np.frombuffer(fill * 8, [("a", "<i4"), ("b", "<f4")])[0]
    file["mask/valid"] = np.array([fill * 12] * 2, "S12")
seed("demos/libero", json.dumps({"language_instruction": "turn it on"}).encode().ljust(256, b"\0") + b"{}")
seed("demos/files", b"\xff\xd8\xff" * 200)
