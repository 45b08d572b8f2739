"""Makes tiny OpenVLA checkpoints of other shapes and what OpenVLA's own code computes with them.

    python Scripts/oracles/openvla_tiny.py --reference DIR --out Tests/Fixtures/TinyOpenVLA VARIANT...

DIR: see openvla_reference.py, which also names the versions. Writes OUT/VARIANT/model (config.json, weights in one
file), forward.safetensors and expected.json, with one thread, in float32; `gqa` also computes in bfloat16.

All weights are random, also those that the model never reads (last blocks, final norms, attention pools), so that
reading a wrong one shows. The vocabulary has 288 ids (action ids 32 to 287, padding id 288) and 64 rows more; the
empty token is 30. Two rows of 14 and 12 ids, right-padded: prompt, 7 action ids, the end id. Some action ids are the
model's own predictions, so that the accuracy is not 0. What enters
the first norms is small beside the other values, so that another epsilon shows in the logits.
A seed is passed over when a greedy choice is narrower than MARGIN, or when generation would stop early.
"""

import argparse
import hashlib
import json
import pathlib
import platform
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import openvla_reference as reference

IDS, PAD, EMPTY, BOS, EOS, FIRST_ACTION = 288, 288, 30, 1, 2, 32
PROMPTS, ACTIONS, OWN = (6, 4), 7, (1, 4)
MARGIN = 0.02

VARIANTS = {
    # Two towers; fewer key and value heads than heads, and no default among the numbers of the text model.
    "gqa": dict(
        backbone="dinosiglip-vit-so-224px", arch="no-align+fused-gelu-mlp", image=28, store=torch.bfloat16,
        towers=[dict(embed_dim=24, depth=2, num_heads=3), dict(embed_dim=16, depth=4, num_heads=2)],
        text=dict(hidden_size=24, intermediate_size=60, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, rms_norm_eps=1e-5, rope_theta=50000.0, tie_word_embeddings=False),
        dims={"seven_masked": 7, "five": 5}, bf16=True,
    ),
    # One tower and the projector of two layers.
    "siglip": dict(
        backbone="siglip-vit-so400m", arch="no-align+gelu-mlp", image=42, store=torch.float32,
        towers=[dict(embed_dim=16, depth=3, num_heads=2)], dims={"seven_masked": 7},
    ),
    # A class token that has a position of its own, a norm before the blocks, x * sigmoid(1.702 x), LayerNorm eps 1e-5.
    "clip": dict(
        backbone="clip-vit-l", arch="no-align+gelu-mlp", image=42, store=torch.float32,
        towers=[dict(embed_dim=16, depth=3, num_heads=4)], dims={"seven_masked": 7},
    ),
    # Both kinds of prefix and both activations side by side.
    "dinoclip": dict(
        backbone="dinoclip-vit-l-336px", arch="no-align+fused-gelu-mlp", image=28, store=torch.bfloat16,
        towers=[dict(embed_dim=24, depth=3, num_heads=3), dict(embed_dim=16, depth=2, num_heads=2)],
        dims={"seven_masked": 7},
    ),
    # Patches of 16 pixels; a class token with a position, but no norm before the blocks.
    "in1k": dict(
        backbone="in1k-vit-l", arch="no-align+gelu-mlp", image=32, store=torch.float32,
        towers=[dict(embed_dim=16, depth=3, num_heads=4)], dims={"seven_masked": 7},
    ),
}
TEXT = dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=3)


def randomise(model, generator, store):
    for name, parameter in model.named_parameters():
        normal = torch.randn(parameter.shape, generator=generator)
        leaf = name.rsplit(".", 1)[-1]
        if leaf == "scale_factor":
            value = 0.5 + 0.1 * normal
        elif leaf in ("pos_embed", "cls_token", "reg_token", "latent"):
            value = 0.1 * normal
        elif leaf == "bias":
            value = (0.02 if "patch_embed" in name else 0.1) * normal
        elif parameter.ndim == 1:
            value = 1 + 0.1 * normal
        elif "embed_tokens" in name:
            value = 0.02 * normal
        else:
            gain = 1.6 if "lm_head" in name else 0.15 if "patch_embed" in name else 1.2
            value = gain * normal / (parameter[0].numel() ** 0.5)
        parameter.data.copy_(value.to(store).float())


def statistics(dims, random):
    """norm_stats as OpenVLA keeps them; names that end in `masked` leave the last dimension as it is."""
    made = {}
    for key, count in dims.items():
        low = np.round(random.uniform(-1, -0.1, count), 6)
        action = {
            "mean": np.round(random.uniform(-0.1, 0.1, count), 6).tolist(),
            "std": np.round(random.uniform(0.1, 0.5, count), 6).tolist(),
            "min": (low - 0.2).tolist(),
            "max": np.round(low + 2.2, 6).tolist(),
            "q01": low.tolist(),
            "q99": np.round(low + random.uniform(0.5, 2, count), 6).tolist(),
        }
        if key.endswith("masked"):
            action["mask"] = [True] * (count - 1) + [False]
        made[key] = {"action": action, "num_transitions": 1000, "num_trajectories": 10}
    return made


def build(given, folder, seed):
    generator = torch.Generator().manual_seed(seed)
    random = np.random.RandomState(seed)
    text = given.get("text", TEXT)
    model = reference.new_model(
        folder,
        given["towers"],
        EMPTY,
        vision_backbone_id=given["backbone"],
        llm_backbone_id="llama2-7b-pure",
        arch_specifier=given["arch"],
        image_resize_strategy="resize-naive",
        image_sizes=[given["image"]] * len(given["towers"]),
        text_config=dict(text, vocab_size=IDS + 64, pad_token_id=PAD, torch_dtype="float32"),
        pad_token_id=PAD,
        norm_stats=statistics(given["dims"], random),
    )
    randomise(model, generator, given["store"])
    prompts = []
    for length in PROMPTS:
        prompts.append(torch.from_numpy(np.r_[BOS, random.randint(3, EMPTY, length - 2), EMPTY].astype(np.int64)))
    pixels = torch.randn(
        (len(PROMPTS), 3 * len(given["towers"]), given["image"], given["image"]), generator=generator
    )
    pixels = pixels.to(torch.bfloat16).float()  # short numbers: the towers are what is tested
    actions = random.randint(FIRST_ACTION, IDS, (len(PROMPTS), ACTIONS))
    return model, prompts, pixels, actions


def batch(prompts, pixels, actions):
    width = max(len(p) for p in prompts) + ACTIONS + 1
    ids = torch.full((len(prompts), width), PAD)
    labels = torch.full((len(prompts), width), -100)
    for row, prompt in enumerate(prompts):
        end = len(prompt) + ACTIONS + 1
        ids[row, :end] = torch.cat([prompt, torch.from_numpy(actions[row]), torch.tensor([EOS])])
        labels[row, len(prompt) : end] = ids[row, len(prompt) : end]
    return {
        "input_ids": ids, "attention_mask": (ids != PAD).to(torch.int64), "labels": labels, "pixel_values": pixels,
    }


def take_own_predictions(model, prompts, pixels, actions):
    """Puts the model's choice in place of some action ids, from left to right: later ones depend on earlier ones."""
    for row, prompt in enumerate(prompts):
        for place in OWN[: len(OWN) - row]:
            made = reference.forward(model, batch(prompts, pixels, actions))["logits"]
            at = len(prompt) + place - 1 + made.shape[1] - (max(map(len, prompts)) + ACTIONS + 1)
            choice = made[row, at].argmax().item()
            if not FIRST_ACTION <= choice < IDS:
                return False
            actions[row][place] = choice
    return True


def attempt(given, folder, seed):
    """One seed's model, tensors and expectations, or None if a greedy choice is too narrow."""
    model, prompts, pixels, actions = build(given, folder, seed)
    if not take_own_predictions(model, prompts, pixels, actions):
        return None
    inputs = batch(prompts, pixels, actions)
    tensors = dict(inputs, **reference.forward(model, inputs))
    patches = tensors["projector"].shape[1]
    expected = {
        "forward": {name: tensors[name].item() for name in ("loss", "action_accuracy", "action_l1")},
        "generation": {},
    }
    expected["forward"].update(
        masked_tokens=int((inputs["labels"] >= FIRST_ACTION).sum()), num_patches=patches,
    )
    for row, prompt in enumerate(prompts):
        image = pixels[row : row + 1]
        ids, logits = reference.generate(model, prompt, image, ACTIONS)
        best = logits.topk(2).values
        margin = (best[:, 0] - best[:, 1]).min().item()
        if len(ids) < ACTIONS or margin < MARGIN or EOS in ids or len(set(ids.tolist())) < 3:
            return None
        tensors[f"prompt_ids.{row}"], tensors[f"generate.{row}.new_ids"] = prompt, ids
        entry = {"prompt_ids": prompt.tolist(), "new_ids": ids.tolist(), "min_top2_margin": margin, "actions": {}}
        for key in given["dims"]:
            with torch.inference_mode():
                action = model.predict_action(
                    prompt[None], unnorm_key=key, **reference.generation_input(prompt, image)
                )
            tensors[f"generate.{row}.action.{key}"] = torch.from_numpy(action)
            entry["actions"][key] = action.tolist()
        expected["generation"][str(row)] = entry
    expected["generation"]["special_ids"] = {
        "bos": BOS, "eos": EOS, "pad": PAD, "empty": EMPTY, "first_action": FIRST_ACTION, "real_vocab": IDS,
    }
    return model, inputs, tensors, expected


def add_bf16(model, inputs, tensors, expected):
    rounded = dict(inputs, pixel_values=inputs["pixel_values"].to(torch.bfloat16))
    state = {name: value.clone() for name, value in model.state_dict().items()}
    made = reference.forward(model.to(torch.bfloat16), rounded)
    model.float().load_state_dict(state)
    tensors["bf16.logits"], tensors["bf16.loss"] = made["logits"].to(torch.bfloat16), made["loss"].float()
    apart = (made["logits"].float() - tensors["logits"]).abs()
    expected["bf16"] = {
        "loss_bf16": made["loss"].item(),
        "loss_f32": tensors["loss"].item(),
        "logits_max_abs": tensors["logits"].abs().max().item(),
        "bf16_vs_f32_max": apart.max().item(),
        "bf16_vs_f32_rms": apart.pow(2).mean().sqrt().item(),
    }


def save(model, given, tensors, expected, out):
    folder = out / "model"
    if out.exists():
        for old in [*out.glob("model/*"), *out.glob("*.*")]:
            old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    exact = {name: value.clone() for name, value in model.state_dict().items()}
    kind = str(given["store"]).removeprefix("torch.")
    model.config.text_config.torch_dtype = kind
    model.to(given["store"]).save_pretrained(folder, safe_serialization=True)
    stored = load_file(folder / "model.safetensors")
    if any(not torch.equal(stored[name].float(), value) for name, value in exact.items() if name in stored):
        raise SystemExit(f"{folder}: the stored weights are not those computed with")
    save_file({k: v.contiguous() for k, v in sorted(tensors.items())}, out / "forward.safetensors")
    for file in out.rglob("*.safetensors"):
        file.chmod(0o644)
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reference", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("variants", nargs="+", choices=sorted(VARIANTS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    import safetensors, timm, tokenizers, transformers

    for name in arguments.variants:
        given = VARIANTS[name]
        base = int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "big")
        for seed in range(base, base + 200):
            found = attempt(given, arguments.reference, seed)
            if found:
                break
        else:
            raise SystemExit(f"{name}: no seed has clear greedy choices")
        model, inputs, tensors, expected = found
        if given.get("bf16"):
            add_bf16(model, inputs, tensors, expected)
        expected["config"] = {
            "name": name, "seed": seed, "params": sum(p.numel() for p in model.parameters()),
            "image_size": given["image"], "stored": str(given["store"]).removeprefix("torch."),
        }
        expected["versions"] = {
            "python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__,
            "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
            "timm": timm.__version__, "safetensors": safetensors.__version__,
        }
        out = arguments.out / name
        save(model, given, tensors, expected, out)
        again = reference.open_model(arguments.reference, out / "model")
        apart = (reference.forward(again, inputs)["logits"] - tensors["logits"]).abs().max().item()
        if apart > 1e-5:
            raise SystemExit(f"{out}: the model opened again gives logits {apart} away")
        size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
        margins = [expected["generation"][str(row)]["min_top2_margin"] for row in range(len(PROMPTS))]
        print(f"{name}: {size} bytes, seed {seed} (+{seed - base}), opened again {apart:.1e}, "
              f"margin {min(margins):.3f}, {expected['forward']}")


if __name__ == "__main__":
    sys.exit(main())
