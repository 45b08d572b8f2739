"""Opens a folder written by Armature in OpenVLA's own code and compares what both compute.

    python Scripts/oracles/openvla_open.py --reference DIR FOLDER --inputs forward.safetensors --ours OUT.safetensors

DIR: see openvla_reference.py. FOLDER: a checkpoint with config.json and safetensors. The inputs are input_ids,
attention_mask, labels, pixel_values and, where present, prompt_ids.N. OUT.safetensors holds the outputs under the
names of Tests/Fixtures/TinyOpenVLA/*/forward.safetensors; every output tensor found in it is compared. Prints the
largest difference of each and exits with 1 if one is beyond its tolerance, or if there was nothing to compare.
"""

import argparse
import fnmatch
import sys

import torch
from safetensors.torch import load_file

import openvla_reference as reference

# Absolute tolerances in float32, the first pattern that fits; 0 asks for equality.
TOLERANCES = [
    ("features*", 5e-5),
    ("projector", 5e-5),
    ("merged_embeddings", 1e-4),
    ("hidden_states", 1e-4),
    ("logits", 1e-4),
    ("generate.*.step_logits", 1e-4),
    ("loss", 1e-5),
    ("action_accuracy", 1e-6),
    ("action_l1", 1e-9),
    ("generate.*.new_ids", 0),
    ("generate.*.action.*", 1e-12),
]


def tolerance(name):
    return next((value for pattern, value in TOLERANCES if fnmatch.fnmatch(name, pattern)), None)


def outputs(model, inputs, wanted):
    made = reference.forward(model, inputs)
    row = 0
    while f"prompt_ids.{row}" in inputs:
        prompt, pixels = inputs[f"prompt_ids.{row}"], inputs["pixel_values"][row : row + 1]
        if any(name.startswith(f"generate.{row}.") for name in wanted):
            count = len(wanted.get(f"generate.{row}.new_ids", torch.zeros(7)))
            ids, logits = reference.generate(model, prompt, pixels, count)
            made[f"generate.{row}.new_ids"], made[f"generate.{row}.step_logits"] = ids, logits
        for key in model.norm_stats or {}:
            name = f"generate.{row}.action.{key}"
            if name in wanted:
                with torch.inference_mode():
                    action = model.predict_action(
                        prompt[None], unnorm_key=key, **reference.generation_input(prompt, pixels)
                    )
                made[name] = torch.from_numpy(action)
        row += 1
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", required=True)
    parser.add_argument("folder")
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--ours", required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    ours = load_file(given.ours)
    made = outputs(reference.open_model(given.reference, given.folder), load_file(given.inputs), ours)

    compared, failed = 0, 0
    for name in sorted(set(made) & set(ours)):
        theirs, mine, allowed = made[name], ours[name], tolerance(name)
        compared += 1
        if theirs.shape != mine.shape:
            failed += 1
            print(f"{name:40} FAILS  shape {list(mine.shape)}, the reference has {list(theirs.shape)}")
            continue
        apart = (theirs.double() - mine.double()).abs().max().item()
        right = apart <= allowed  # false for NaN as well
        failed += not right
        print(f"{name:40} {'ok   ' if right else 'FAILS'}  {apart:.3e} of {allowed:.0e}")
    missing = sorted(name for name in made if name not in ours)
    if missing:
        print("not in the file compared:", ", ".join(missing))
    print(f"{compared} tensors compared, {failed} beyond their tolerance")
    return 1 if failed or "logits" not in ours else 0


if __name__ == "__main__":
    sys.exit(main())
