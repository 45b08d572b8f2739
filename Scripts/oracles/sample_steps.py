"""Writes what the manifests of the two sample datasets read of their steps, as a safetensors file.

usage: sample_steps.py SAMPLES_DIR OUT.safetensors
SAMPLES_DIR holds <dataset>/1.0.0/*.tfrecord-*. Needs nothing but Python: records are parsed here by hand.
Tensors: <dataset>/steps/<feature> F32 [N, width] as stored, and <dataset>/episode_len I64 [E], over all splits in
reading order (train, then val).
"""
import glob
import json
import struct
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        elif tag & 7 == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise ValueError(f"wire type {tag & 7}")
        yield tag >> 3, value


def floats(payload, key):
    for _, features in fields(payload):
        for _, entry in fields(features):
            pair = dict(fields(entry))
            if pair[1].decode() != key:
                continue
            kind, values = next(fields(pair[2]))
            assert kind == 2, key
            raw = b"".join(value for _, value in fields(values))
            return struct.unpack(f"<{len(raw) // 4}f", raw)
    raise KeyError(key)


def records(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        size, = struct.unpack_from("<Q", data, at)
        yield data[at + 12:at + 12 + size]
        at += size + 16


FEATURES = {
    "metaworld_reach_push": [("action", 7), ("observation/state", 8), ("reward", 1)],
    "metaworld_button_drawer": [
        ("action/world_vector", 3), ("action/rotation_delta", 3), ("action/gripper_closedness_action", 1),
        ("observation/eef_pos", 3), ("observation/eef_quat", 4), ("observation/gripper_open", 1)],
}


def main(samples, out):
    header, blob = {}, b""

    def add(name, dtype, shape, raw):
        nonlocal blob
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(blob), len(blob) + len(raw)]}
        blob += raw

    for dataset, features in FEATURES.items():
        values = {key: [] for key, _ in features}
        lengths = []
        for path in sorted(glob.glob(f"{samples}/{dataset}/1.0.0/*.tfrecord-*")):
            for payload in records(path):
                for key, width in features:
                    numbers = floats(payload, "steps/" + key)
                    values[key].extend(numbers)
                lengths.append(len(numbers) // width)
        add(f"{dataset}/episode_len", "I64", [len(lengths)], struct.pack(f"<{len(lengths)}q", *lengths))
        for key, width in features:
            numbers = values[key]
            shape = [len(numbers) // width, width]
            add(f"{dataset}/steps/{key}", "F32", shape, struct.pack(f"<{len(numbers)}f", *numbers))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + blob)


main(*sys.argv[1:])
