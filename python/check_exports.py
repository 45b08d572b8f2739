"""Reads an export of ``armature mixture export`` with the library that it is for and prints a JSON line a sample.

``check_exports.py wds DIR`` needs webdataset, ``check_exports.py mds DIR`` mosaicml-streaming. Arrays are printed as
their type, shape and bytes in hexadecimal, frames as the bytes of the file.
"""

import glob
import importlib.util
import json
import os
import sys
import types

import numpy as np


def describe(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.ndarray):
        return [value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes().hex()]
    if isinstance(value, np.generic):
        return value.item()
    return value


def webdataset_samples(directory):
    import webdataset

    files = sorted(glob.glob(os.path.join(directory, "export-*.tar")))
    keep = lambda key, data: data if key.rpartition(".")[2] in ("jpg", "png") else None
    for sample in webdataset.WebDataset(files, shardshuffle=False).decode(keep):
        yield {key: value for key, value in sample.items() if key not in ("__url__", "__local_path__")}


def mds_reader():
    """MDSReader; where torch, which the package's top level needs, is missing, without that top level."""
    try:
        from streaming.base.format.mds.reader import MDSReader
    except ModuleNotFoundError:
        for name in [name for name in sys.modules if name.split(".")[0] == "streaming"]:
            del sys.modules[name]
        root = importlib.util.find_spec("streaming").submodule_search_locations[0]
        for name in ("streaming", "streaming.base", "streaming.base.format", "streaming.base.format.mds"):
            module = types.ModuleType(name)
            module.__path__ = [os.path.join(root, *name.split(".")[1:])]
            sys.modules[name] = module
        util = types.ModuleType("streaming.base.util")
        util.bytes_to_int = int
        sys.modules[util.__name__] = util
        from streaming.base.format.mds.reader import MDSReader
    return MDSReader


def mds_samples(directory):
    reader = mds_reader()
    with open(os.path.join(directory, "index.json"), encoding="utf-8") as file:
        index = json.load(file)
    assert index["version"] == 2
    for entry in index["shards"]:
        shard = reader.from_json(directory, None, entry)
        shard.validate(False)
        assert os.path.getsize(os.path.join(directory, shard.raw_data.basename)) == shard.raw_data.bytes
        for number in range(len(shard)):
            yield shard[number]


if __name__ == "__main__":
    for sample in {"wds": webdataset_samples, "mds": mds_samples}[sys.argv[1]](sys.argv[2]):
        print(json.dumps({key: describe(value) for key, value in sample.items()}))
