"""Loads OpenVLA's own Hugging Face classes from a folder outside this repository.

The folder holds configuration_prismatic.py and modeling_prismatic.py of openvla/openvla (prismatic/extern/hf; MIT
licence, not copied here; processing_prismatic.py may lie beside them and is not needed). Needs Python 3.11, torch
2.13.0 (CPU), torchvision, transformers 4.40.1, tokenizers 0.19.1, timm 0.9.10, accelerate, safetensors, numpy 1.26.4.

Three changes at run time, none of which touches the arithmetic of the model:
1. timm.create_model gets the widths, depths and head counts of the config's `timm_override_kwargs` where present;
2. predict_action's literal 29871 becomes the config's `oracle_empty_token_id` where present;
3. torchvision's compiled operations are not needed, so a failure to register their shape functions is ignored.
"""

import json
import os
import pathlib
import sys
import types

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
import torch

EMPTY_TOKEN = 29871


def _import_torchvision():
    register = torch.library.register_fake

    def lenient(name, *args, **kwargs):
        if isinstance(name, str) and name.startswith("torchvision::"):
            return lambda function: function
        return register(name, *args, **kwargs)

    torch.library.register_fake = lenient
    try:
        import torchvision
    finally:
        torch.library.register_fake = register
    return torchvision


_import_torchvision()
import timm

_create_model = timm.create_model


def _install_overrides(overrides):
    """Makes timm build the n-th tower with the n-th entry; the towers are created in the order of the config."""
    remaining = list(overrides or [])

    def create(name, *args, **kwargs):
        if remaining:
            kwargs.update(remaining.pop(0))
        return _create_model(name, *args, **kwargs)

    timm.create_model = create


def classes(reference, empty_token=EMPTY_TOKEN):
    """Returns (OpenVLAConfig, OpenVLAForActionPrediction) of the files in `reference`."""
    folder = pathlib.Path(reference)
    package = types.ModuleType("openvla_hf")
    package.__path__ = []
    sys.modules["openvla_hf"] = package
    loaded = {}
    for name in ("configuration_prismatic", "modeling_prismatic"):
        source = (folder / f"{name}.py").read_text()
        if name == "modeling_prismatic":
            if str(EMPTY_TOKEN) not in source:
                raise SystemExit(f"{folder / name}.py: the token {EMPTY_TOKEN} is missing; not the file expected")
            source = source.replace(str(EMPTY_TOKEN), str(empty_token))
        module = types.ModuleType(f"openvla_hf.{name}")
        module.__package__ = "openvla_hf"
        sys.modules[module.__name__] = module
        exec(compile(source, str(folder / f"{name}.py"), "exec"), module.__dict__)
        loaded[name] = module
    return (
        loaded["configuration_prismatic"].OpenVLAConfig,
        loaded["modeling_prismatic"].OpenVLAForActionPrediction,
    )


def open_model(reference, folder, dtype=torch.float32):
    """Opens a checkpoint folder with from_pretrained; complains of missing or left-over weights."""
    values = json.loads((pathlib.Path(folder) / "config.json").read_text())
    _, Model = classes(reference, values.get("oracle_empty_token_id", EMPTY_TOKEN))
    _install_overrides(values.get("timm_override_kwargs"))
    model, info = Model.from_pretrained(
        folder, torch_dtype=dtype, attn_implementation="sdpa", local_files_only=True, output_loading_info=True
    )
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        if info[kind]:
            raise SystemExit(f"{folder}: {kind}: {info[kind]}")
    return model.eval()


def new_model(reference, overrides, empty_token, **config):
    """Builds a model with fresh weights from the arguments of OpenVLAConfig."""
    Config, Model = classes(reference, empty_token)
    _install_overrides(overrides)
    made = Config(timm_override_kwargs=overrides, oracle_empty_token_id=empty_token, **config)
    made.torch_dtype = torch.float32
    return Model(made).eval()


def generation_input(prompt, pixels):
    return {
        "pixel_values": pixels,
        "attention_mask": torch.ones(1, len(prompt), dtype=torch.int64),
        "do_sample": False,
    }


def features(model, pixels):
    """The towers' outputs by the names of the fixtures, and their join on the last axis."""
    backbone = model.vision_backbone
    first = str(model.config.timm_model_ids[0])
    if not model.config.use_fused_vision_backbone:
        return {"features": backbone(pixels)}
    names = ["dino" if "dinov2" in first else "first"]
    names.append("siglip" if "siglip" in str(model.config.timm_model_ids[1]) else "clip")
    towers = [backbone.featurizer(pixels[:, :3]), backbone.fused_featurizer(pixels[:, 3:])]
    return {"features": backbone(pixels), **{f"features.{n}": t for n, t in zip(names, towers)}}


def bins(ids, real_vocabulary, count=256):
    import numpy as np

    edges = np.linspace(-1, 1, count)
    centers = (edges[:-1] + edges[1:]) / 2
    return centers[np.clip(real_vocabulary - ids.numpy() - 1, 0, len(centers) - 1)]


def forward(model, inputs):
    """Every output tensor of one batch, by the names of the fixtures."""
    out = {}
    with torch.inference_mode():
        out.update(features(model, inputs["pixel_values"]))
        result = model(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            pixel_values=inputs["pixel_values"],
            labels=inputs["labels"],
            output_hidden_states=True,
            output_projector_features=True,
        )
    patches = result.projector_features.shape[1]
    out["projector"] = result.projector_features
    out["merged_embeddings"] = result.hidden_states[0]
    out["hidden_states"] = torch.stack(result.hidden_states)
    out["logits"] = result.logits
    out["loss"] = result.loss
    # The measures of OpenVLA's fine-tuning: tokens above the one before the first action token, each predicted from
    # the position before it.
    real = model.config.text_config.vocab_size - model.config.pad_to_multiple_of
    predicted = result.logits[:, patches:-1].argmax(-1)
    truth = inputs["labels"][:, 1:]
    counted = truth > real - (model.config.n_action_bins + 1)
    out["action_accuracy"] = ((predicted == truth) & counted).sum().float() / counted.sum().float()
    apart = bins(predicted[counted], real) - bins(truth[counted], real)
    out["action_l1"] = torch.tensor(abs(apart).mean(), dtype=torch.float64)
    return {name: tensor.contiguous().clone() for name, tensor in out.items()}


def generate(model, prompt, pixels, count):
    """Greedy ids and the logits of each step [count, vocabulary], with the KV cache."""
    with torch.inference_mode():
        made = model.generate(
            prompt[None],
            max_new_tokens=count,
            output_logits=True,
            return_dict_in_generate=True,
            **generation_input(prompt, pixels),
        )
    return made.sequences[0, len(prompt):], torch.cat(made.logits)
