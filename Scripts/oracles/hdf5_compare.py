#!/usr/bin/env python3
"""Compares what `armature rlds dump` makes of HDF5 demonstrations with what h5py reads.

    hdf5_compare.py ARMATURE_RLDS FILE.hdf5…      (h5py, numpy, safetensors)

Every dataset of every episode below `data`, and every numeric or text attribute, must be equal, bit for bit.
"""

import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from safetensors.numpy import load_file


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def texts(tensors, name):
    data, offsets = tensors[name + ".bytes"], tensors[name + ".offsets"]
    return [bytes(data[a:b]).decode() for a, b in zip(offsets, offsets[1:])]


program, files = sys.argv[1], sys.argv[2:]
compared = 0
for path in files:
    with h5py.File(path) as file, tempfile.TemporaryDirectory() as folder:
        names = sorted((n for n in file["data"] if isinstance(file["data"][n], h5py.Group)), key=natural)
        for number, name in enumerate(names):
            out = f"{folder}/d.safetensors"
            subprocess.run([program, "dump", path, "--episode", str(number), "--out", out, "--quiet"], check=True)
            tensors = load_file(out)
            episode = file["data"][name]
            steps = episode["actions"].shape[0]
            values = {}
            episode.visititems(
                lambda key, item: values.__setitem__(key, item[()]) if isinstance(item, h5py.Dataset) else None)
            for key, value in values.items():
                scope = "steps/" if np.shape(value)[:1] == (steps,) else "episode_metadata/"
                found = tensors[scope + key]
                assert found.shape == np.shape(value) and np.array_equal(found, value), (path, name, key)
                compared += 1
            for attributes in (episode.attrs, file["data"].attrs):
                for key, value in attributes.items():
                    if attributes is not episode.attrs and key in episode.attrs:
                        continue  # The episode's own goes first.
                    label = "episode_metadata/" + key
                    if isinstance(value, (str, bytes)):
                        assert texts(tensors, label) == [value if isinstance(value, str) else value.decode()], key
                    else:
                        assert np.array_equal(np.squeeze(tensors[label]), np.squeeze(value)), (path, name, key)
                    compared += 1
        print(f"{path}: {len(names)} episodes")
print(f"{compared} values compared, all equal")
