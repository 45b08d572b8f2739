"""Optimiser steps and adapters in OpenVLA's own code, to hold `armature train trace` and adapter folders against.

    python Scripts/oracles/openvla_training.py --reference DIR trace FOLDER --inputs forward.safetensors
        [--adapter ADAPTER] [--clip 1.0] [--steps 5] [--write-adapter OUT]
    python Scripts/oracles/openvla_training.py --reference DIR open FOLDER ADAPTER --inputs … --ours OUT.safetensors

DIR: see openvla_reference.py, which also names the versions; peft 0.11.1 as well. `trace` trains all parameters, or the
adapter's alone, with torch.optim.AdamW (lr 1e-3, weight decay 0.01, one group) on one batch, in float32 on one thread,
and prints the loss before each step and after the last, and the gradients' norm before clipping, as JSON.
--write-adapter first makes an adapter with peft's own all-linear rule (rank 4, alpha 8) and random factors, saves it,
and trains that one. `open` loads an adapter folder with peft, compares its logits with those that
`armature train forward --adapter` wrote, and exits with 1 where they are more than 1e-4 apart.
"""

import argparse
import json
import pathlib
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

import openvla_reference as reference


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", required=True)
    verbs = parser.add_subparsers(dest="verb", required=True)
    trace = verbs.add_parser("trace")
    trace.add_argument("folder")
    trace.add_argument("--adapter")
    trace.add_argument("--write-adapter")
    trace.add_argument("--clip", type=float)
    trace.add_argument("--steps", type=int, default=5)
    opened = verbs.add_parser("open")
    opened.add_argument("folder")
    opened.add_argument("adapter")
    opened.add_argument("--ours", required=True)
    for verb in (trace, opened):
        verb.add_argument("--inputs", required=True)
    return parser.parse_args()


def randomise(model):
    generator = torch.Generator().manual_seed(11)
    for name, parameter in model.named_parameters():
        if "lora_A" in name or "lora_B" in name:
            deviation = 0.25 if "lora_A" in name else 0.015
            parameter.data = torch.randn(parameter.shape, generator=generator) * deviation


def adapted(model, given):
    if given.write_adapter:
        config = LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, target_modules="all-linear", init_lora_weights="gaussian")
        model = get_peft_model(model, config)
        randomise(model)
        model.save_pretrained(given.write_adapter)
        return model
    return PeftModel.from_pretrained(model, given.adapter, is_trainable=True)


def trace(given, inputs):
    model = reference.open_model(given.reference, given.folder)
    model.requires_grad_(True)
    if given.adapter or given.write_adapter:
        model = adapted(model, given)
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01)
    batch = {name: inputs[name] for name in ("input_ids", "attention_mask", "labels", "pixel_values")}
    losses, norms = [], []
    for step in range(given.steps + 1):
        loss = model(**batch).loss
        losses.append(loss.item())
        if step == given.steps:
            break
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, given.clip if given.clip else float("inf"))
        norms.append(norm.item())
        optimizer.step()
    print(json.dumps({"loss": losses, "grad_norm": norms}))
    return 0


def compare(given, inputs):
    model = PeftModel.from_pretrained(reference.open_model(given.reference, given.folder), given.adapter).eval()
    batch = {name: inputs[name] for name in ("input_ids", "attention_mask", "pixel_values")}
    with torch.inference_mode():
        logits = model(**batch).logits
    apart = (logits - load_file(given.ours)["logits"]).abs().max().item()
    count = sum(p.numel() for n, p in model.named_parameters() if "lora_" in n)
    print(json.dumps({"largest_difference": apart, "adapter_parameters": count}))
    return 0 if apart <= 1e-4 else 1


def main():
    given = arguments()
    torch.set_num_threads(1)
    inputs = load_file(pathlib.Path(given.inputs))
    return trace(given, inputs) if given.verb == "trace" else compare(given, inputs)


if __name__ == "__main__":
    sys.exit(main())
