"""Writes the files of Tests/Fixtures/HDF5 with h5py, and the values that h5py reads from them.

    pip install h5py numpy safetensors && python Scripts/oracles/hdf5_fixtures.py Tests/Fixtures/HDF5
"""
import sys
from pathlib import Path

import h5py
import numpy as np
from safetensors.numpy import save_file

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(9)


def numbers(dtype, shape):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.kind == "f":
        return random.normal(size=shape).astype(dtype)
    return random.integers(0, 100, shape).astype(dtype)


# Every type and filter; sizes such that the last chunks stick out, and more than 4 KiB where chunks are unpacked by us.
path = out / "types.hdf5"
with h5py.File(path, "w", libver="earliest") as file:
    for name in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "?"]:
        file[f"plain/{name.replace('?', 'bool')}"] = numbers(name, (5, 3))
    for name in [">i2", ">i4", ">u8", ">f2", ">f4", ">f8"]:
        file[f"big/{name[1:]}"] = numbers(name, (5, 3))
    smooth = (np.arange(37 * 29).reshape(37, 29) // 7).astype("<i4")
    ways = {
        "chunked": {}, "gzip": {"compression": "gzip"}, "lzf": {"compression": "lzf"},
        "shuffle": {"shuffle": True}, "fletcher32": {"fletcher32": True},
        "gzip_shuffle": {"compression": "gzip", "shuffle": True},
        "lzf_shuffle_fletcher32": {"compression": "lzf", "shuffle": True, "fletcher32": True},
        "gzip_shuffle_fletcher32": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    }
    for name, options in ways.items():
        file.create_dataset(f"filters/{name}", data=smooth, chunks=(8, 13), **options)
    file.create_dataset("filters/small_lzf", data=smooth[:4, :9], chunks=(3, 4), compression="lzf")
    # One byte more than whole words, for the checksum's odd end.
    file.create_dataset("filters/odd_fletcher32", data=numbers("u1", (71, 77)), chunks=(71, 77), fletcher32=True)
    partial = file.create_dataset("filters/partly_written", (100, 30), "f4", chunks=(10, 30), fillvalue=2.5)
    partial[:10] = 1
    file["scalar"] = np.float64(1.5)
    file["empty"] = np.zeros((0, 3), "f4")
    file["text/long"] = np.array(["put the bowl", "", "größer"], dtype=h5py.string_dtype())
    file["text/fixed"] = np.array([b"abc", b"a", b""], dtype="S5")
    file["compound"] = np.zeros(3, dtype=[("a", "i4"), ("b", "f4")])
    file["soft"] = h5py.SoftLink("/plain/f4")
    file["relative"] = h5py.SoftLink("plain/i4")
    file["loop"] = h5py.SoftLink("/loop")
    file["dangling"] = h5py.SoftLink("/nothing")
    file["outside"] = h5py.ExternalLink("other.hdf5", "/data")
    file.create_dataset("stored_elsewhere", (4,), "f4", external=[("values.bin", 0, 16)])
    (out / "values.bin").unlink(missing_ok=True)
    group = file["plain"]
    group.attrs["total"] = 12
    group.attrs["env_args"] = '{"env_name": "Lift"}'
    group.attrs["sim"] = True
    group.attrs["mixed"] = np.array([1.0, 2.0], ">f4")

expected = {}
with h5py.File(path, "r") as file:
    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "iufb" and name != "stored_elsewhere":
            value = np.asarray(item[()])
            expected[name] = value.astype(value.dtype.newbyteorder("="))
    file.visititems(visit)
    for name in ["soft", "relative"]:
        expected[name] = file[name][()]
save_file(expected, str(out / "types.safetensors"))

with h5py.File(out / "tiny.hdf5", "w", libver="earliest") as file:
    file["data/demo_1/actions"] = np.arange(6, dtype="f4").reshape(2, 3)
    file["data/demo_1"].attrs["num_samples"] = 2
