"""Packs the reference's standardised episodes of all registry datasets as fixtures.

    registry.py VECTORS OUT

VECTORS holds, for each dataset that openvla/openvla c8f03f4 configures, what its own code makes of a synthetic
episode of 17 steps (seed 1): `<dataset>.safetensors` with `in/*` and `out/*`, `<dataset>.json`, and `index.json`.
It was made with dlimp_openvla 040105d, tensorflow-cpu 2.15.1, tensorflow-graphics 2021.12.3 and numpy 1.26.4: the
metadata broadcast, the dataset's transform and the restructuring in a tf.data graph, without normalisation.

OUT gets one safetensors file per dataset: the input as `armature rlds dump` would write it (`steps/<path>`, texts and
zlib strings as `.bytes` and `.offsets`, images left out), and what is expected of it under `expected/`. The header's
metadata give `status`, `views` (raw feature by view), `rows` (the raw row that each row shows) and the masks.
"""

import json
import pathlib
import sys

import numpy
from safetensors.numpy import load_file, save_file


def strings(values):
    encoded = [value.encode() for value in values]
    offsets = numpy.cumsum([0] + [len(value) for value in encoded], dtype=numpy.uint64)
    return numpy.frombuffer(b"".join(encoded), dtype=numpy.uint8).copy(), offsets


def pack(vectors, name):
    facts = json.loads((vectors / f"{name}.json").read_text())
    tensors = load_file(vectors / f"{name}.safetensors")
    packed = {}
    for key, value in facts["in"].items():
        path = "steps/" + "/".join(value["path"])
        if value["kind"].startswith("encoded_image"):
            continue
        if key in facts.get("in_strings", {}):
            packed[path + ".bytes"], packed[path + ".offsets"] = strings(facts["in_strings"][key])
        elif f"in/{key}.zlib_blob" in tensors:
            packed[path + ".bytes"] = tensors[f"in/{key}.zlib_blob"]
            packed[path + ".offsets"] = tensors[f"in/{key}.zlib_offsets"].astype(numpy.uint64)
        else:
            packed[path] = tensors[f"in/{key}"]
    out = facts.get("out") or facts["transform_only"]
    prefix = "out/" if "out/action" in tensors else "transform_only/"
    for tensor in ("action", "proprio"):
        if prefix + tensor in tensors:
            packed["expected/" + tensor] = tensors[prefix + tensor]
    language = out.get("language_instruction", [])
    packed["expected/instruction.bytes"], packed["expected/instruction.offsets"] = strings(language)
    views, rows = {}, None
    for view, shown in out.get("image", {}).items():
        if not shown.get("padding"):
            views[view] = "steps/" + shown["raw_key"]
            assert rows in (None, shown["rows"])
            rows = shown["rows"]
    metadata = {
        "dataset": name,
        "status": facts["status"],
        "views": json.dumps(views, sort_keys=True),
        "rows": json.dumps(rows),
        "normalization_mask": json.dumps(facts.get("action_normalization_mask")),
        "absolute_mask": json.dumps(facts.get("absolute_action_mask")),
        "state_encoding": facts["state_encoding"],
        "action_encoding": facts["action_encoding"],
    }
    return packed, metadata


def main():
    vectors, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    for name in sorted(json.loads((vectors / "index.json").read_text())["datasets"]):
        packed, metadata = pack(vectors, name)
        save_file({key: numpy.ascontiguousarray(value) for key, value in packed.items()}, out / f"{name}.safetensors",
                  metadata)


if __name__ == "__main__":
    main()
