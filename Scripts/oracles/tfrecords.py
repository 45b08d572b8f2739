"""Writes small TFRecord files with TensorFlow, and the payloads they hold.

    python Scripts/oracles/tfrecords.py [OUT]         OUT defaults to Tests/Fixtures/TFRecord

OUT/records.json lists the files, their compression and the payloads in hex. OUT/example.json gives the content of
the tf.train.Example messages in packed.tfrecord (TensorFlow's own bytes) and unpacked.tfrecord (the same content
with every number under a tag of its own, map entries in another order,
some values before their key, lists cut in two messages, unknown fields between them).
"""

import json
import os
import pathlib
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

INTEGERS = [0, 1, -1, 127, 128, 2**31, -(2**31), 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, 1.0, -2.5, 1 / 3, 3.4028234663852886e38, 1e-45, float("inf")]
STRINGS = [b"", b"up", "größer 杯".encode(), bytes(range(256)), b"\0"]
FEATURES = {
    "steps/int": INTEGERS,
    "steps/float": FLOATS,
    "steps/bytes": STRINGS,
    "one/int": [42],
    "one/float": [0.5],
    "one/bytes": [b"x"],
    "empty/int": [],
    "empty/float": [],
    "empty/bytes": [],
    "": [7],
}


def kind(name, values):
    return name.split("/")[1] if "/" in name else "int"


def packed_example():
    features = {"unset": tf.train.Feature()}
    for name, values in FEATURES.items():
        match kind(name, values):
            case "int":
                features[name] = tf.train.Feature(int64_list=tf.train.Int64List(value=values))
            case "float":
                features[name] = tf.train.Feature(float_list=tf.train.FloatList(value=values))
            case _:
                features[name] = tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString(deterministic=True)


def varint(number):
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def unpacked_example():
    """Every number has its own tag; each list is cut in two messages, which protocol buffers join."""
    unknown = (
        varint(15 << 3)
        + varint(300)
        + varint(14 << 3 | 5)
        + b"abcd"
        + varint(13 << 3 | 1)
        + b"abcdefgh"
        + field(12, b"?")
    )
    entries = [field(1, field(1, b"unset") + field(2, b""))]
    for name, values in FEATURES.items():
        match kind(name, values):
            case "int":
                number, items = 3, [varint(1 << 3) + varint(value) for value in values]
            case "float":
                number, items = 2, [varint(1 << 3 | 5) + struct.pack("<f", value) for value in values]
            case _:
                number, items = 1, [field(1, value) for value in values]
        half = len(items) // 2
        parts = [items[:half], items[half:]] if half else [items]
        feature = b"".join(field(number, unknown + b"".join(part)) for part in parts)
        key, value = field(1, name.encode()), field(2, feature)
        entries.append(field(1, value + key if name.startswith("one") else key + value))
    entries.reverse()
    return field(1, unknown + b"".join(entries)) + unknown


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/Fixtures/TFRecord")
    out.mkdir(parents=True, exist_ok=True)
    five = [b"", b"a", b"hello", bytes(range(256)) * 4, b"\0" * 600]
    unpacked = unpacked_example()
    if tf.train.Example.FromString(unpacked).features != tf.train.Example.FromString(packed_example()).features:
        both = [tf.train.Example.FromString(data) for data in (unpacked, packed_example())]
        for example in both:
            example.features.DiscardUnknownFields()
            for feature in example.features.feature.values():
                feature.DiscardUnknownFields()
        if both[0].features.SerializeToString(deterministic=True) != both[1].features.SerializeToString(
            deterministic=True
        ):
            raise SystemExit("the hand-made message does not say what TensorFlow's does")
    files = {
        "hello": ("", [b"hello"]),
        "empty": ("", [b""]),
        "none": ("", []),
        "five": ("", five),
        "five.gzip": ("GZIP", five),
        "five.zlib": ("ZLIB", five),
        "packed": ("", [packed_example()]),
        "unpacked": ("", [unpacked]),
    }
    table = {}
    for name, (compression, payloads) in files.items():
        path = out / f"{name}.tfrecord"
        with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=compression)) as writer:
            for payload in payloads:
                writer.write(payload)
        back = [item.numpy() for item in tf.data.TFRecordDataset(str(path), compression_type=compression)]
        if back != payloads:
            raise SystemExit(f"{path}: TensorFlow reads it back differently")
        table[path.name] = {"compression": compression, "payloads": [payload.hex() for payload in payloads]}
    (out / "records.json").write_text(json.dumps(table, indent=1) + "\n")
    example = {"unset": {"kind": "none", "values": []}}
    for name, values in FEATURES.items():
        which = kind(name, values)
        if which == "float":
            values = [struct.unpack("<I", struct.pack("<f", value))[0] for value in values]
        elif which == "bytes":
            values = [value.hex() for value in values]
        else:
            values = [str(value) for value in values]
        example[name] = {"kind": which, "values": values}
    notes = "int: decimal strings; float: bit patterns of float32; bytes: hex; none: a feature without a list"
    (out / "example.json").write_text(json.dumps({"notes": notes, "features": example}, indent=1) + "\n")


if __name__ == "__main__":
    main()
