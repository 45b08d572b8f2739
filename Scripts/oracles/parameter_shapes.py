"""Makes Tests/Fixtures/Checkpoints/shapes.json: the parameters of each vision tower and decoder, by timm and transformers.

    python Scripts/oracles/parameter_shapes.py OUT

Needs timm 0.9.10, transformers 4.40.1, torch 2.13 and torchvision's Python part. No weights are made or downloaded.

towers: per timm name, image size and activation: `parameters` of the whole tower with num_classes=0, and `shapes`, name
and shape in the model's order, of the same tower with two blocks. decoders: likewise, per text_config; the shapes are
those with one layer. LayerScale's `gamma` is called `scale_factor`, as in OpenVLA's port to transformers.
"""

import json
import sys

import torch

torch.library.register_fake = lambda *a, **k: (lambda f: f)  # torchvision's compiled part is not needed
import timm
import transformers

linspace = torch.linspace  # timm reads numbers of one, which `meta` has not
torch.linspace = lambda *a, **k: linspace(*a, **k, device="cpu")

TOWERS = [
    ("vit_large_patch14_clip_224.openai", 224, "quick_gelu"),
    ("vit_large_patch14_clip_336.openai", 336, "quick_gelu"),
    ("vit_large_patch14_reg4_dinov2.lvd142m", 224, None),
    ("vit_large_patch14_reg4_dinov2.lvd142m", 336, None),
    ("vit_large_patch14_reg4_dinov2.lvd142m", 384, None),
    ("vit_large_patch16_224.augreg_in21k_ft_in1k", 224, None),
    ("vit_so400m_patch14_siglip_224", 224, None),
    ("vit_so400m_patch14_siglip_384", 384, None),
]
DECODERS = [
    {"model_type": "llama", "vocab_size": 32064},
    {"model_type": "llama", "vocab_size": 448, "hidden_size": 64, "intermediate_size": 172, "num_hidden_layers": 2,
     "num_attention_heads": 4, "num_key_value_heads": 2},
    {"model_type": "mistral", "vocab_size": 32064},
]


def shapes(model):
    return [[name.replace(".gamma", ".scale_factor"), list(value.shape)] for name, value in model.state_dict().items()]


def count(model):
    return sum(value.numel() for value in model.state_dict().values())


def tower(name, size, activation, **changes):
    return timm.create_model(name, pretrained=False, num_classes=0, img_size=size, act_layer=activation, **changes)


def decoder(config):
    config = dict(config)
    made = transformers.CONFIG_MAPPING[config.pop("model_type")](**config)
    return transformers.AutoModelForCausalLM.from_config(made)


golden = {"towers": [], "decoders": []}
with torch.device("meta"):
    for name, size, activation in TOWERS:
        whole = tower(name, size, activation)
        golden["towers"].append(
            {"model": name, "image": size, "activation": activation, "parameters": count(whole),
             "epsilon": whole.blocks[0].norm1.eps, "mlp": whole.blocks[0].mlp.fc1.out_features,
             "prefix": whole.num_prefix_tokens, "depth": len(whole.blocks),
             "heads": whole.blocks[0].attn.num_heads, "shapes": shapes(tower(name, size, activation, depth=2))})
    for config in DECODERS:
        whole = decoder(config)
        config_one = config | {"num_hidden_layers": 1}
        golden["decoders"].append(
            {"text_config": config, "parameters": count(whole), "shapes": shapes(decoder(config_one)),
             "epsilon": whole.config.rms_norm_eps, "theta": whole.config.rope_theta,
             "positions": whole.config.max_position_embeddings, "heads": whole.config.num_attention_heads,
             "key_value_heads": whole.config.num_key_value_heads, "layers": whole.config.num_hidden_layers,
             "window": getattr(whole.config, "sliding_window", None), "bos": whole.config.bos_token_id,
             "eos": whole.config.eos_token_id, "initializer_range": whole.config.initializer_range})
with open(sys.argv[1], "w") as file:
    # One entry a line.
    lines = []
    for part in golden:
        entries = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in golden[part])
        lines.append(f'"{part}": [\n{entries}\n]')
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
