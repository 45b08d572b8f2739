"""Hashes of everything that TFDS decodes from a data set, for tests that compare a reader with it.

A leaf is named by its dictionary path joined with "/", without the leading "steps/" for step leaves. Its hash is the
first 16 hex digits of SHA-256 over

- the array's bytes in C order, little-endian, for numbers and bool (bool: one byte, 0 or 1; bfloat16: two bytes);
- the strings' bytes joined with one NUL (nothing before the first or after the last), in C order, for strings;
- the flat values' bytes, as above, for ragged values; their row lengths stand beside the hash.

One episode is {"len": T, "meta": {leaf: [dtype, shape, hash]}, "steps": {leaf: {"dtype", "shapes", "step_sha"}}}.
"shapes" lists the distinct shapes in order of first appearance; a ragged dimension has length null. Where there is
more than one, "step_shapes" gives every step's. Ragged leaves add "row_lengths": per step, one list per ragged
dimension, outermost first (for metadata: a fourth item). Strings have dtype "string".
"""

import hashlib

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def leaves(tree, path=()):
    """Yields (path, leaf) of a nested dictionary, keys sorted."""
    if isinstance(tree, dict):
        for key in sorted(tree):
            yield from leaves(tree[key], path + (key,))
    else:
        yield "/".join(path), tree


def plain_bytes(array: np.ndarray) -> bytes:
    if array.dtype.kind in "OSU":
        return b"\0".join(bytes(item) for item in array.reshape(-1))
    return np.ascontiguousarray(array).tobytes()


def describe(value):
    """Returns (dtype, shape, hash, row lengths or None) of one decoded leaf."""
    if isinstance(value, (tf.RaggedTensor, tf.compat.v1.ragged.RaggedTensorValue)):
        lengths, inner, outer = [], value, None
        while hasattr(inner, "row_splits"):
            splits = np.asarray(inner.row_splits)
            outer = len(splits) - 1 if outer is None else outer
            lengths.append([int(n) for n in np.diff(splits)])
            inner = inner.values
        flat = np.asarray(inner)
        shape = [outer] + [None] * len(lengths) + list(flat.shape[1:])
        return type_name(flat), shape, digest(plain_bytes(flat)), lengths
    if isinstance(value, (bytes, str)):
        data = value if isinstance(value, bytes) else value.encode()
        return "string", [], digest(data), None
    array = np.asarray(value)
    return type_name(array), list(array.shape), digest(plain_bytes(array)), None


def type_name(array: np.ndarray) -> str:
    return "string" if array.dtype.kind in "OSU" else array.dtype.name


def table(rows):
    """Turns a list of step dictionaries into {leaf: {"dtype", "shapes", "step_sha", …}}."""
    columns = {}
    for row in rows:
        for name, value in leaves(row):
            columns.setdefault(name, []).append(describe(value))
    result = {}
    for name, column in sorted(columns.items()):
        shapes = [shape for _, shape, _, _ in column]
        distinct = [shape for at, shape in enumerate(shapes) if shape not in shapes[:at]]
        entry = {"dtype": column[0][0], "shapes": distinct, "step_sha": [sha for _, _, sha, _ in column]}
        if len(distinct) > 1:
            entry["step_shapes"] = shapes
        if any(lengths is not None for _, _, _, lengths in column):
            entry["row_lengths"] = [lengths or [] for _, _, _, lengths in column]
        result[name] = entry
    return result


def episode(example):
    """Hashes one episode as tfds.as_numpy gives it."""
    steps = list(example.get("steps", []))
    meta = {}
    for name, value in leaves({key: value for key, value in example.items() if key != "steps"}):
        dtype, shape, sha, lengths = describe(value)
        meta[name] = [dtype, shape, sha] if lengths is None else [dtype, shape, sha, lengths]
    return {"len": len(steps), "meta": meta, "steps": table(steps)}


def read(directory, order=None):
    """Hashes every split of the TFDS version directory `directory`, in TFDS's reading order without shuffling."""
    builder = tfds.builder_from_directory(str(directory))
    return {
        split: [episode(example) for example in tfds.as_numpy(builder.as_dataset(split=split, shuffle_files=False))]
        for split in (order or builder.info.splits)
    }
