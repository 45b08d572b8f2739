"""The speed of an OpenVLA-shaped checkpoint in plain PyTorch, in eager mode; prints one line of JSON.

    python Benchmarks/peer_model.py FOLDER [--dtype f32|bf16] [--threads N] [--repeats K] [--text L]
    python Benchmarks/peer_model.py FOLDER --training [--batch B] [--dtype f32|bf16] …
    python Benchmarks/peer_model.py FOLDER --verify forward.safetensors

FOLDER has config.json and safetensors files (one, or several with an index). The model is written here from the facts
of the architecture, without transformers or timm: scaled_dot_product_attention, a preallocated KV cache,
inference_mode; the blocks whose output nothing reads are neither loaded nor computed, weights are mapped and cast
once. Needs torch 2.13.0 and safetensors.

Measured, each after one unmeasured turn:
- forward: logits of all positions, batches of 1 and of 8 rows without padding, median of K;
- predict: one image and prompt to 7 greedy ids (one pass over the prompt, six cached steps), median of K; the head
  runs for the last position only;
- loading, from the configuration to a model in memory, and the time from the start of the process to the first
  logits (one row), which includes the import of torch; files come from the page cache where it holds them;
- peak resident memory of the process, before the batch of 8 and at the end.

--training measures whole optimiser steps instead: float32 weights, autocast for bf16, cross-entropy over the last
eight ids of each text (logits of all text positions), AdamW(fused=True), median of K after three.

--verify compares with the tensors of such a file in float32 instead: logits, tower features, projector, loss, ids and
supervised.* of a large vocabulary; exits with 1 if the logits are more than 1e-4 away or an id differs.
"""

import argparse
import json
import math
import os
import pathlib
import re
import resource
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repeats", type=int, default=9)
parser.add_argument("--text", type=int, default=32, help="ids per row, the first one and the end included")
parser.add_argument("--training", action="store_true")
parser.add_argument("--batch", type=int, default=16, help="rows of a training step")
parser.add_argument("--verify", type=pathlib.Path)
given = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(given.threads)

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn

IMPORTED = time.clock_gettime(time.CLOCK_BOOTTIME)
torch.set_num_threads(given.threads)
NEW_IDS = 7

# timm's ids, as far as the names of the weights do not tell: heads of the full model, LayerNorm epsilon.
TOWERS = [
    (r"vit_large_patch14_reg4_dinov2", dict(heads=16, eps=1e-6)),
    (r"vit_so400m_patch14_siglip_(224|384)", dict(heads=16, eps=1e-6)),
    (r"vit_large_patch14_clip_(224|336)", dict(heads=16, eps=1e-5)),
    (r"vit_large_patch16_224", dict(heads=16, eps=1e-6)),
]
DINO, SIGLIP = "vit_large_patch14_reg4_dinov2.lvd142m", "vit_so400m_patch14_siglip_"
BACKBONES = {
    "siglip-vit-so400m": [SIGLIP + "224"],
    "siglip-vit-so400m-384px": [SIGLIP + "384"],
    "dinov2-vit-l": [DINO],
    "dinosiglip-vit-so-224px": [DINO, SIGLIP + "224"],
    "dinosiglip-vit-so-384px": [DINO, SIGLIP + "384"],
}
# What LlamaConfig of transformers 4.40.1 assumes.
TEXT = dict(
    vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32,
    rms_norm_eps=1e-6, rope_theta=10000.0, tie_word_embeddings=False,
)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def process_start():
    """Seconds since boot when this process began."""
    fields = pathlib.Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class LayerScale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale_factor = nn.Parameter(torch.empty(width))

    def forward(self, x):
        return x * self.scale_factor


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        rows, count, width = x.shape
        q, k, v = self.qkv(x).view(rows, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(rows, count, width))


class MLP(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.fc1, self.act, self.fc2 = nn.Linear(width, hidden), activation(), nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, eps, activation, scaled):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=eps), nn.LayerNorm(width, eps=eps)
        self.attn, self.mlp = Attention(width, heads), MLP(width, hidden, activation)
        self.ls1, self.ls2 = (LayerScale(width) if scaled else nn.Identity() for _ in range(2))

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class Patches(nn.Module):
    def __init__(self, width, size, bias):
        super().__init__()
        self.proj = nn.Conv2d(3, width, size, size, bias=bias)

    def forward(self, pixels):
        return self.proj(pixels).flatten(2).transpose(1, 2)


class Tower(nn.Module):
    """All blocks but the last; no final norm; prefix tokens dropped."""

    def __init__(self, shapes, heads, eps, activation):
        super().__init__()
        width, _, size, _ = shapes["patch_embed.proj.weight"]
        depth = 1 + max(int(n.split(".")[1]) for n in shapes if n.startswith("blocks."))
        positions = shapes["pos_embed"][1]
        self.patch_embed = Patches(width, size, "patch_embed.proj.bias" in shapes)
        self.cls_token = nn.Parameter(torch.empty(1, 1, width)) if "cls_token" in shapes else None
        self.reg_token = nn.Parameter(torch.empty(shapes["reg_token"])) if "reg_token" in shapes else None
        self.pos_embed = nn.Parameter(torch.empty(1, positions, width))
        self.norm_pre = nn.LayerNorm(width, eps=eps) if "norm_pre.weight" in shapes else nn.Identity()
        hidden, scaled = shapes["blocks.0.mlp.fc1.weight"][0], "blocks.0.ls1.scale_factor" in shapes
        self.blocks = nn.ModuleList(
            Block(width, heads, hidden, eps, activation, scaled) for _ in range(depth - 1)
        )

    def forward(self, pixels):
        x = self.patch_embed(pixels)
        rows, patches, _ = x.shape
        prefix = [t.expand(rows, -1, -1) for t in (self.cls_token, self.reg_token) if t is not None]
        if self.pos_embed.shape[1] == patches:
            x = torch.cat([*prefix, x + self.pos_embed], 1)
        else:
            x = torch.cat([*prefix, x], 1) + self.pos_embed
        x = self.norm_pre(x)
        for block in self.blocks:
            x = block(x)
        return x[:, x.shape[1] - patches :]


class Backbone(nn.Module):
    def __init__(self, towers):
        super().__init__()
        self.featurizer = towers[0]
        self.fused_featurizer = towers[1] if len(towers) > 1 else None

    def forward(self, pixels):
        if self.fused_featurizer is None:
            return self.featurizer(pixels)
        return torch.cat([self.featurizer(pixels[:, :3]), self.fused_featurizer(pixels[:, 3:])], 2)


class Projector(nn.Module):
    def __init__(self, shapes):
        super().__init__()
        for name in ("fc1", "fc2", "fc3"):
            if name + ".weight" in shapes:
                out, into = shapes[name + ".weight"]
                self.add_module(name, nn.Linear(into, out))

    def forward(self, x):
        first, *rest = self.children()
        x = first(x)
        for layer in rest:
            x = layer(F.gelu(x))
        return x


class RMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.empty(width)), eps

    def forward(self, x):
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * wide.to(x.dtype)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class SelfAttention(nn.Module):
    def __init__(self, width, heads, kv_heads, size):
        super().__init__()
        self.size, self.grouped = size, kv_heads != heads
        self.q_proj = nn.Linear(width, heads * size, bias=False)
        self.k_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.v_proj = nn.Linear(width, kv_heads * size, bias=False)
        self.o_proj = nn.Linear(heads * size, width, bias=False)

    def forward(self, x, cos, sin, mask, cache, start):
        rows, count, _ = x.shape
        q, k, v = (p(x).view(rows, count, -1, self.size).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            keys, values = cache
            keys[:, :, start : start + count], values[:, :, start : start + count] = k, v
            if start:
                k, v = keys[:, :, : start + count], values[:, :, : start + count]
        mixed = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=mask is None and count > 1, enable_gqa=self.grouped
        )
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, count, -1))


class GatedMLP(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(width, hidden, bias=False), nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, text):
        super().__init__()
        width, eps = text["hidden_size"], text["rms_norm_eps"]
        self.self_attn = SelfAttention(width, text["heads"], text["kv_heads"], text["head_size"])
        self.mlp = GatedMLP(width, text["intermediate_size"])
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(width, eps), RMSNorm(width, eps)

    def forward(self, x, *rest):
        x = x + self.self_attn(self.input_layernorm(x), *rest)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, text):
        super().__init__()
        self.embed_tokens = nn.Embedding(text["vocab_size"], text["hidden_size"])
        self.layers = nn.ModuleList(Layer(text) for _ in range(text["num_hidden_layers"]))
        self.norm = RMSNorm(text["hidden_size"], text["rms_norm_eps"])


class LanguageModel(nn.Module):
    def __init__(self, text):
        super().__init__()
        self.text, self.model = text, Decoder(text)
        self.lm_head = nn.Linear(text["hidden_size"], text["vocab_size"], bias=False)
        size = text["head_size"]
        inverse = 1 / text["rope_theta"] ** (torch.arange(0, size, 2).float() / size)
        angles = torch.arange(text["positions"]).float()[:, None] * torch.cat([inverse, inverse])
        self.cos, self.sin = angles.cos(), angles.sin()

    def cache(self, rows, length, dtype):
        shape = (rows, self.text["kv_heads"], length, self.text["head_size"])
        return [(torch.empty(shape, dtype=dtype), torch.empty(shape, dtype=dtype)) for _ in self.model.layers]

    def forward(self, x, mask=None, caches=None, start=0, last_only=False):
        end = start + x.shape[1]
        cos, sin = (table[start:end].to(x.dtype) for table in (self.cos, self.sin))
        for index, layer in enumerate(self.model.layers):
            x = layer(x, cos, sin, mask, caches[index] if caches else None, start)
        return self.lm_head(self.model.norm(x[:, -1:] if last_only else x)).float()


class VLA(nn.Module):
    def __init__(self, towers, shapes, text):
        super().__init__()
        self.vision_backbone = Backbone(towers)
        self.projector = Projector(shapes)
        self.language_model = LanguageModel(text)

    def merged(self, ids, pixels):
        patches = self.projector(self.vision_backbone(pixels))
        words = self.language_model.model.embed_tokens(ids)
        return torch.cat([words[:, :1], patches, words[:, 1:]], 1)

    def forward(self, ids, pixels, mask=None):
        x = self.merged(ids, pixels)
        if mask is not None:
            count = x.shape[1]
            ones = torch.ones(len(ids), count - ids.shape[1], dtype=torch.bool)
            keys = torch.cat([mask[:, :1].bool(), ones, mask[:, 1:].bool()], 1)
            mask = torch.ones(count, count, dtype=torch.bool).tril()[None, None] & keys[:, None, None]
        return self.language_model(x, mask)

    def predict(self, ids, pixels, count=NEW_IDS):
        x = self.merged(ids, pixels)
        length = x.shape[1]
        caches = self.language_model.cache(len(ids), length + count - 1, x.dtype)
        found = [self.language_model(x, None, caches, last_only=True).argmax(-1)]
        for step in range(count - 1):
            x = self.language_model.model.embed_tokens(found[-1])
            found.append(self.language_model(x, None, caches, length + step).argmax(-1))
        return torch.cat(found, 1)


def load(folder, dtype, positions):
    """The model of a checkpoint folder, in `dtype`; and its configuration."""
    config = json.loads((folder / "config.json").read_text())
    opened = {}
    for path in sorted(folder.glob("*.safetensors")):
        file = safe_open(path, "pt")
        opened.update((name, file) for name in file.keys())
    shapes = {name: file.get_slice(name).get_shape() for name, file in opened.items()}
    ids = config.get("timm_model_ids") or BACKBONES[config["vision_backbone_id"]]
    overrides = config.get("timm_override_kwargs") or [{}] * len(ids)
    acts = config.get("timm_override_act_layers") or [None] * len(ids)

    text = dict(TEXT, **config.get("text_config", {}))
    text["heads"] = text["num_attention_heads"]
    text["kv_heads"] = text.get("num_key_value_heads") or text["heads"]
    text["head_size"] = text.get("head_dim") or text["hidden_size"] // text["heads"]
    text["positions"] = positions

    def under(prefix):
        return {name.removeprefix(prefix): shape for name, shape in shapes.items() if name.startswith(prefix)}

    towers = []
    for place, name in enumerate(ids):
        known = next((facts for pattern, facts in TOWERS if re.match(pattern, name)), None)
        if known is None:
            raise SystemExit(f"{folder}: no facts about the tower {name}")
        heads = overrides[place].get("num_heads", known["heads"])
        activation = {None: nn.GELU, "quick_gelu": QuickGELU}[acts[place]]
        prefix = f"vision_backbone.{'fused_' if place else ''}featurizer."
        towers.append(Tower(under(prefix), heads, known["eps"], activation))
    model = VLA(towers, under("projector."), text)
    state = {}
    for name in model.state_dict():
        stored = name
        if name not in opened and name.endswith("lm_head.weight") and text["tie_word_embeddings"]:
            stored = "language_model.model.embed_tokens.weight"
        if stored not in opened:
            raise SystemExit(f"{folder}: no tensor {stored}")
        state[name] = opened[stored].get_tensor(stored).to(dtype)
    model.load_state_dict(state, assign=True)
    return model.eval().requires_grad_(False), config


# Modules are made with memory that is never touched and then given the file's tensors: no time for first values, and
# none for torch._dynamo, which the meta device would import.
for kind in (nn.Linear, nn.Conv2d, nn.Embedding, nn.LayerNorm):
    kind.reset_parameters = lambda module: None


def median(repeats, work):
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def train():
    model, config = load(given.folder, torch.float32, positions=4096)
    model.train().requires_grad_(True)
    side, top = config["image_sizes"][0], config["text_config"]["vocab_size"] - config.get("pad_to_multiple_of", 64)
    torch.manual_seed(0)
    ids = torch.randint(3, top, (given.batch, given.text))
    ids[:, 0] = 1
    labels = torch.full_like(ids, -100)
    labels[:, -8:] = ids[:, -8:]
    pixels = torch.randn(given.batch, 6 if model.vision_backbone.fused_featurizer is not None else 3, side, side)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    seconds = []
    for _ in range(given.repeats + 3):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=given.dtype == "bf16"):
            logits = model(ids, pixels)
            logits = logits[:, logits.shape[1] - given.text : -1]
            loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100)
        loss.backward()
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "step_seconds": statistics.median(seconds[3:]), "peak_rss_bytes": peak_bytes(), "dtype": given.dtype,
        "threads": given.threads, "batch": given.batch, "torch": torch.__version__,
    }))
    return 0


def measure():
    dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[given.dtype]
    start = time.clock_gettime(time.CLOCK_BOOTTIME)
    model, config = load(given.folder, dtype, positions=4096)
    loaded = time.clock_gettime(time.CLOCK_BOOTTIME)
    rows, side = 8, config["image_sizes"][0]
    torch.manual_seed(0)
    top = config["text_config"]["vocab_size"] - config.get("pad_to_multiple_of", 64)
    ids = torch.randint(3, top, (rows, given.text))
    ids[:, 0] = 1
    channels = 6 if model.vision_backbone.fused_featurizer is not None else 3
    pixels = torch.randn(rows, channels, side, side).to(dtype)
    model(ids[:1], pixels[:1])
    first = time.clock_gettime(time.CLOCK_BOOTTIME)
    sequence = model.merged(ids[:1], pixels[:1]).shape[1]
    result = {
        "folder": given.folder.name, "dtype": given.dtype, "threads": given.threads, "repeats": given.repeats,
        "torch": torch.__version__, "parameters_used": sum(p.numel() for p in model.parameters()),
        "text_ids": given.text, "sequence": sequence, "new_ids": NEW_IDS,
        "import_seconds": IMPORTED - process_start(), "load_seconds": loaded - start,
        "start_to_first_logits_seconds": first - process_start(),
    }
    result["predict_seconds"] = median(given.repeats, lambda: model.predict(ids[:1], pixels[:1]))
    for count in (1, rows):
        if count == rows:
            result["peak_rss_bytes_one_row"] = peak_bytes()
        seconds = median(given.repeats, lambda: model(ids[:count], pixels[:count]))
        result[f"forward_{count}"] = {
            "seconds": seconds, "sequence_tokens_per_second": count * sequence / seconds,
            "text_tokens_per_second": count * given.text / seconds,
        }
    result["peak_rss_bytes"] = peak_bytes()
    print(json.dumps(result))
    return 0


def verify():
    with safe_open(given.verify, "pt") as file:
        want = {name: file.get_tensor(name) for name in file.keys()}
    model, _ = load(given.folder, torch.float32, positions=4096)
    ids, pixels, labels = want["input_ids"], want["pixel_values"], want["labels"]
    features = model.vision_backbone(pixels)
    logits = model(ids, pixels, want["attention_mask"])
    text = logits[:, logits.shape[1] - ids.shape[1] : -1]
    loss = F.cross_entropy(text.flatten(0, 1), labels[:, 1:].flatten())
    made = {"features": features, "projector": model.projector(features), "logits": logits, "loss": loss}
    if "supervised.logits_last320" in want:
        chosen = torch.stack([row[label != -100] for row, label in zip(text, labels[:, 1:])])
        made["supervised.logits_last320"] = chosen[..., -320:]
        made["supervised.logsumexp"], made["supervised.max"] = chosen.logsumexp(-1), chosen.max(-1).values
    apart = {name: (made[name] - want[name]).abs().max().item() for name in made if name in want}
    equal, row = True, 0
    while f"prompt_ids.{row}" in want:
        chosen = model.predict(want[f"prompt_ids.{row}"][None], pixels[row : row + 1])[0]
        equal, row = equal and torch.equal(chosen, want[f"generate.{row}.new_ids"]), row + 1
    judged = [value for name, value in apart.items() if "logits" in name]
    right = equal and bool(judged) and all(math.isfinite(v) and v <= 1e-4 for v in judged)
    print(json.dumps({"largest_difference": apart, "ids_equal": equal, "rows": row, "verified": right}))
    return 0 if right else 1


if given.training:
    sys.exit(train())
with torch.inference_mode():
    sys.exit(verify() if given.verify else measure())
