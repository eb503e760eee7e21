#!/usr/bin/env python3
"""Small random encoders of every architecture, as Hugging Face's transformers computes them.

    python3 encoders.py    writes encoders/*/ beside this file

Needs PyTorch and transformers (written with the versions that `encoders/versions.json` names). The tests of the project
read the files and never run this. Seeds are fixed; everything is computed in f64 on the f32 weights of the files.

A folder:

    config.json           as save_pretrained writes it, the sizes made small
    model.safetensors     as save_pretrained writes it
    cases.json            sentences of word-piece ids, of different lengths
    expected.safetensors  hidden.I [pieces, d]     last hidden states of sentence I
                          attention.I [heads, pieces]  weights of its first piece in the last layer
                          grad.NAME   the gradient of sum(hidden * probe) over all sentences for some parameters, where
                                      probe[i, j] = cos(i + 2 j) with i the piece within its sentence
"""

import json
import random
import shutil
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModel

VOCABULARY, FIRST_WORD = 50, 5
LENGTHS = [7, 30, 3]

NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 40,
}
DEBERTA = {
    "relative_attention": True,
    "position_biased_input": False,
    "pos_att_type": ["p2c", "c2p"],
    "type_vocab_size": 0,
    "layer_norm_eps": 1e-7,
}

# Name of the folder, model_type, configuration, and parts of the names of the parameters whose gradients are kept.
ENCODERS = {
    "distilbert": (
        "distilbert",
        {
            "vocab_size": VOCABULARY,
            "dim": 16,
            "n_layers": 2,
            "n_heads": 2,
            "hidden_dim": 24,
            "max_position_embeddings": 40,
            "dropout": 0.0,
            "attention_dropout": 0.0,
        },
        ["q_lin.weight", "layer.1.ffn.lin1.bias", "position_embeddings"],
    ),
    "electra": (
        "electra",
        SIZES | NO_DROPOUT | {"embedding_size": 8, "type_vocab_size": 2},
        ["embeddings_project", "layer.0.attention.self.key.weight", "layer.1.output.LayerNorm"],
    ),
    "electra-base": (
        "electra",
        SIZES | NO_DROPOUT | {"embedding_size": 16, "type_vocab_size": 2, "num_hidden_layers": 1, "hidden_act": "relu"},
        ["layer.0.intermediate.dense.weight"],
    ),
    "mpnet": (
        "mpnet",
        SIZES | NO_DROPOUT,
        ["relative_attention_bias", "layer.0.attention.attn.k.weight", "layer.1.attention.LayerNorm", "position_embeddings"],
    ),
    "roberta": (
        "roberta",
        SIZES | NO_DROPOUT | {"type_vocab_size": 1, "layer_norm_eps": 1e-5, "pad_token_id": 1},
        ["position_embeddings", "token_type_embeddings", "layer.0.attention.self.query.weight"],
    ),
    "xlm-roberta": (
        "xlm-roberta",
        SIZES | NO_DROPOUT | {"type_vocab_size": 1, "layer_norm_eps": 1e-5, "num_hidden_layers": 1},
        ["layer.0.attention.output.dense.weight"],
    ),
    "modernbert": (
        "modernbert",
        SIZES
        | {
            "num_hidden_layers": 3,
            "local_attention": 8,
            "global_attn_every_n_layers": 2,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "cls_token_id": 1,
            "sep_token_id": 2,
        },
        ["layers.0.attn.Wqkv", "layers.1.attn.Wqkv", "layers.1.mlp.Wi", "layers.2.attn_norm", "final_norm", "embeddings.norm"],
    ),
    "modernbert-local": (
        "modernbert",
        SIZES
        | {
            "num_hidden_layers": 2,
            "local_attention": 8,
            "norm_bias": True,
            "attention_bias": True,
            "mlp_bias": True,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "cls_token_id": 1,
            "sep_token_id": 2,
        },
        ["layers.1.attn.Wqkv", "layers.0.mlp.Wo", "layers.1.attn_norm"],
    ),
    "deberta-v3": (
        "deberta-v2",
        SIZES | NO_DROPOUT | DEBERTA | {"position_buckets": 8, "share_att_key": True, "norm_rel_ebd": "layer_norm"},
        ["rel_embeddings", "encoder.LayerNorm", "layer.0.attention.self.query_proj", "layer.1.attention.self.key_proj.weight"],
    ),
    "deberta-v2": (
        "deberta-v2",
        SIZES
        | NO_DROPOUT
        | DEBERTA
        | {"max_relative_positions": 9, "type_vocab_size": 2, "position_biased_input": True, "num_hidden_layers": 1},
        ["rel_embeddings", "pos_key_proj.weight", "pos_query_proj", "embeddings.position_embeddings"],
    ),
    "deberta-c2p": (
        "deberta-v2",
        SIZES | NO_DROPOUT | DEBERTA | {"pos_att_type": ["c2p"], "position_buckets": 8, "num_hidden_layers": 1},
        ["rel_embeddings", "pos_key_proj.weight"],
    ),
}


def main():
    root = Path(__file__).parent / "encoders"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (root / "versions.json").write_text(json.dumps(versions) + "\n")
    for seed, (name, (model_type, settings, kept)) in enumerate(ENCODERS.items(), 1):
        write(root / name, model_type, settings, kept, seed)


def write(folder, model_type, settings, kept, seed):
    config = AutoConfig.for_model(model_type, **settings)
    model = AutoModel.from_config(config, attn_implementation="eager").eval()
    randomize(model, seed)
    model.save_pretrained(folder)
    rng = random.Random(seed)
    sentences = [[rng.randrange(FIRST_WORD, VOCABULARY) for _ in range(length)] for length in LENGTHS]
    (folder / "cases.json").write_text(json.dumps({"input_ids": sentences}) + "\n")

    # One by one, so that there is no padding: what the batch of the project's tests must give too.
    model.double()
    outputs = [model(input_ids=torch.tensor([ids]), output_attentions=True) for ids in sentences]
    hidden = [output.last_hidden_state[0] for output in outputs]
    attention = [output.attentions[-1][0, :, 0] for output in outputs]
    loss = sum((states * probe(states)).sum() for states in hidden)
    parameters = {name: p for name, p in model.named_parameters() if any(part in name for part in kept)}
    for part in kept:
        assert any(part in name for name in parameters), f"{folder.name} has no {part}"
    gradients = torch.autograd.grad(loss, list(parameters.values()))

    expected = {f"grad.{name}": gradient for name, gradient in zip(parameters, gradients)}
    for i in range(len(sentences)):
        expected |= {f"hidden.{i}": hidden[i], f"attention.{i}": attention[i]}
    expected = {name: tensor.detach().float().contiguous() for name, tensor in expected.items()}
    save_file(expected, folder / "expected.safetensors")
    print(folder.name, {name: list(p.shape) for name, p in parameters.items()})


def probe(states):
    pieces, columns = (torch.arange(n, dtype=torch.double) for n in states.shape)
    return torch.cos(pieces[:, None] + 2 * columns)


def randomize(model, seed):
    """Large enough that no part of the network is nearly linear, nearly uniform or nearly off."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_norm = "norm" in name.lower()
            scale = 0.1 if is_norm or name.endswith(".bias") else 0.3
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale + (is_norm and "weight" in name))


if __name__ == "__main__":
    main()
