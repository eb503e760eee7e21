#!/usr/bin/env python3
"""SINET written a second time, in plain PyTorch, and the golden files that this makes.

    python3 generate.py                   writes tiny/, albert/ and variants/*/ beside this file
    python3 generate.py --check FOLDER …  recomputes a folder's expected values, and fails where they differ

Needs PyTorch and NumPy, nothing else (on Debian: `apt-get install python3-torch python3-numpy`). The tests of the
project read the files and never run this; run it again only to change what the folders hold. Seeds are fixed.

The network follows section 3 of the paper, in its order; what the paper leaves open is as in the authors' code (order
of the classifiers' inputs, W_o of CTAM, means in the losses, AdamW without bias correction). Nothing here is shared
with the Rust code: sentences are padded to one rectangle, spans are sliced one by one, and all arithmetic is in f64
on the f32 weights of the files, so that the stored values are the true ones to the last bit or so.

A folder of the tiny form:

    config.json           sizes; `heads`, where it is there, is a HeadsConfig of sinet-model and names a variant
    model.safetensors     weights by the names of the authors' checkpoints
    cases.json            batches of sentences, and in `train` one batch with the optimiser's settings
    expected.safetensors  CASE.{h,attn_e,attn_r,cls_e,cls_r,el,rl}, and for `train` grad.* and after6.*

Spans are in words, end exclusive. Past the end of a sentence, of its spans and of its pairs, values mean nothing.
"""

import json
import random
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, gelu, layer_norm, pad

CLS, SEP, FIRST_WORD = 2, 3, 4
TOLERANCE = 1e-5

# The parts of a transformer layer, by their names in checkpoints.
BERT_LAYER = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "intermediate": "intermediate.dense",
    "output": "output.dense",
    "output_norm": "output.LayerNorm",
}
ALBERT_LAYER = {
    "query": "attention.query",
    "key": "attention.key",
    "value": "attention.value",
    "attention_output": "attention.dense",
    "attention_norm": "attention.LayerNorm",
    "intermediate": "ffn",
    "output": "ffn_output",
    "output_norm": "full_layer_layer_norm",
}


# ---- The network (paper, section 3.2) ----


def forward(config, w, sentences, mask_padding):
    """Everything that a case expects, by its name in the files, and both losses."""
    heads = heads_config(config)
    ids, is_padding = rectangle(sentences)
    h = encode(config["encoder"], w, config["encoder"]["model_type"] + ".", ids, is_padding)

    # TAP, eq. 1
    has_tap = heads["interaction"] != "base"
    h_e = linear(w, "linear_s", h) if has_tap else h
    h_r = linear(w, "linear_r", h) if has_tap else h

    # CTAM, eq. 2 to 4
    hidden_keys = is_padding if mask_padding else torch.zeros_like(is_padding)
    cls_e, cls_r = agent(heads, h_e, sentences), agent(heads, h_r, sentences)
    out = {"h": h}
    if heads["interaction"] in ("ctam-ner", "ctam"):
        cls_e, out["attn_e"] = cross_attention(heads["ctam"], w, cls_e, h_r, hidden_keys)
    if heads["interaction"] in ("ctam-re", "ctam"):
        cls_r, out["attn_r"] = cross_attention(heads["ctam"], w, cls_r, h_e, hidden_keys)
    out |= {"cls_e": cls_e, "cls_r": cls_r}

    # Classifiers, eq. 5 to 10, and losses, eq. 11
    entity_logits, relation_logits = [], []
    for i, s in enumerate(sentences):
        spans = [pieces(s, span) for span in s["spans_words"]]
        widths = [w["size_embeddings.weight"][end - start] for start, end in s["spans_words"]]
        for (start, end), width in zip(spans, widths):
            span = pool(h_e[i, start:end], heads["span_pooling"])
            entity_logits.append(linear(w, "entity_classifier", torch.cat([cls_e[i, 0], span, width])))
        for head, tail in s["pairs"]:
            (_, start), (end, _) = sorted([spans[head], spans[tail]])
            context = pool(h[i, start:max(start, end)], heads["context_pooling"])
            s1, s2 = (pool(h_r[i, slice(*spans[span])], heads["span_pooling"]) for span in (head, tail))
            r = torch.cat([context, cls_r[i, 0], s1, s2, widths[head], widths[tail]])
            relation_logits.append(linear(w, "rel_classifier", r))
    entity_logits, relation_logits = torch.stack(entity_logits), torch.stack(relation_logits)
    out["el"] = per_sentence(entity_logits, [len(s["spans_words"]) for s in sentences])
    out["rl"] = per_sentence(relation_logits, [len(s["pairs"]) for s in sentences])
    types = torch.tensor([t for s in sentences for t in s["entity_type"]])
    labels = torch.tensor([l for s in sentences for l in s["relation_multi_hot"]]).to(relation_logits)
    losses = cross_entropy(entity_logits, types), binary_cross_entropy_with_logits(relation_logits, labels)
    return out, losses


def agent(heads, own, sentences):
    """What asks, [B, 1, d]: [CLS], or all other pieces of the sentence (not its padding) as one vector."""
    how = heads["ctam"]["agent"]
    if how == "cls":
        return own[:, :1]
    return torch.stack([pool(own[i, 1:len(s["input_ids"])], how) for i, s in enumerate(sentences)])[:, None]


def cross_attention(ctam, w, own, other, hidden_keys):
    """One direction through all layers: what comes out of the last, [B, 1, d], and its attention, [B, heads, 1, L]."""
    hidden_keys = pad(hidden_keys[:, 1:], (0, 1), value=False)
    for layer in range(ctam["layers"]):
        name = f"cross_attention.{layer}." if layer else "cross_attention."
        memory = torch.cat([other[:, 1:], own], 1)
        q, k, v = linear(w, name + "wq", own), linear(w, name + "wk", memory), linear(w, name + "wv", memory)
        context, attention = attend(q, k, v, ctam["heads"], hidden_keys)
        own = linear(w, name + "proj", context) + own
        if ctam["layer_norm"]:
            own = norm(w, name + "addnorm.ln", own, ctam["layer_norm_eps"])
    return own, attention


def encode(config, w, prefix, ids, is_padding):
    """Last hidden states of BERT or ALBERT, [B, L, d]."""
    eps, table = config["layer_norm_eps"], prefix + "embeddings."
    x = w[table + "word_embeddings.weight"][ids]
    x = x + w[table + "position_embeddings.weight"][:ids.shape[1]] + w[table + "token_type_embeddings.weight"][0]
    x = norm(w, table + "LayerNorm", x, eps)
    if config["model_type"] == "albert":
        x = linear(w, prefix + "encoder.embedding_hidden_mapping_in", x)
    for layer in transformer_layers(config, prefix):
        q, k, v = (linear(w, layer[part], x) for part in ("query", "key", "value"))
        context, _ = attend(q, k, v, config["num_attention_heads"], is_padding)
        x = norm(w, layer["attention_norm"], linear(w, layer["attention_output"], context) + x, eps)
        inner = gelu(linear(w, layer["intermediate"], x), approximate=GELU[config["hidden_act"]])
        x = norm(w, layer["output_norm"], linear(w, layer["output"], inner) + x, eps)
    return x


GELU = {"gelu": "none", "gelu_new": "tanh"}


def transformer_layers(config, prefix):
    """For each layer, the names of its parts; ALBERT's are all one."""
    if config["model_type"] == "albert":
        layers, parts = ["albert_layer_groups.0.albert_layers.0"] * config["num_hidden_layers"], ALBERT_LAYER
    else:
        layers, parts = [f"layer.{n}" for n in range(config["num_hidden_layers"])], BERT_LAYER
    return [{part: f"{prefix}encoder.{layer}.{name}" for part, name in parts.items()} for layer in layers]


def attend(q, k, v, heads, hidden_keys):
    """softmax(q kᵀ / √(d/h)) v, heads joined again, and the softmax's value, [B, heads, queries, keys]."""
    q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
    attention = scores.masked_fill(hidden_keys[:, None, None], -torch.inf).softmax(3)
    return (attention @ v).transpose(1, 2).flatten(2), attention


def pool(rows, how):
    """[n, d] to [d]; no row gives zeros."""
    if len(rows) == 0:
        return rows.new_zeros(rows.shape[1])
    return {"max": rows.amax, "sum": rows.sum, "mean": rows.mean}[how](0)


def linear(w, name, x):
    y = x @ w[name + ".weight"].T
    return y + w[name + ".bias"] if name + ".bias" in w else y


def norm(w, name, x, eps):
    # The authors' CTAM norm is [1, d].
    return layer_norm(x, x.shape[-1:], w[name + ".weight"].flatten(), w[name + ".bias"].flatten(), eps)


def pieces(sentence, span):
    start, end = span
    return sentence["word_to_pieces"][start][0], sentence["word_to_pieces"][end - 1][1]


def rectangle(sentences):
    """Ids filled up with [PAD], which is 0, and where that is, both [B, L]."""
    longest = max(len(s["input_ids"]) for s in sentences)
    ids = torch.tensor([s["input_ids"] + [0] * (longest - len(s["input_ids"])) for s in sentences])
    lengths = torch.tensor([[len(s["input_ids"])] for s in sentences])
    return ids, torch.arange(longest) >= lengths


def per_sentence(rows, counts):
    """[n, c] to [B, most, c], filled up with zeros."""
    return torch.stack([pad(part, (0, 0, 0, max(counts) - len(part))) for part in rows.split(counts)])


# ---- Training (the authors' optimiser) ----


def train(config, w, training):
    """Gradients of the first step, the weights after six, and what happened on the way."""
    settings = training["optimizer"]
    (beta1, beta2), base, warmup = settings["betas"], settings["base_lr"], settings["warmup_steps"]
    w = {name: tensor.clone() for name, tensor in w.items()}
    m, v = ({name: torch.zeros_like(tensor) for name, tensor in w.items()} for _ in range(2))
    first, trajectory = None, []
    for done in range(6):
        tracked = {name: tensor.clone().requires_grad_() for name, tensor in w.items()}
        loss = sum(forward(config, tracked, training["sentences"], True)[1])
        gradients = dict(zip(w, torch.autograd.grad(loss, tracked.values(), allow_unused=True)))
        gradients = {name: gradient for name, gradient in gradients.items() if gradient is not None}
        first = first or gradients
        total = torch.cat([gradient.flatten() for gradient in gradients.values()]).norm().item()
        left = (settings["total_steps"] - done) / (settings["total_steps"] - warmup)
        lr = base * (done / warmup if done < warmup else left)
        trajectory.append({"step": done + 1, "lr": lr, "loss": loss.item(), "grad_norm_before_clip": total})
        for name, gradient in gradients.items():
            gradient = gradient * min(1.0, settings["max_grad_norm"] / (total + 1e-6))
            m[name] = beta1 * m[name] + (1 - beta1) * gradient
            v[name] = beta2 * v[name] + (1 - beta2) * gradient**2
            w[name] = w[name] - lr * m[name] / (v[name].sqrt() + settings["eps"])
            if not any(part in name for part in settings["no_decay_name_contains"]):
                w[name] = w[name] * (1 - lr * settings["weight_decay"])
    return first, {name: w[name] for name in first}, trajectory


# ---- Weights ----


def heads_config(config):
    """The HeadsConfig of sinet-model that a config.json means; without `heads`, the paper's."""
    sizes = {
        "entity_types": config["entity_types"] - 1,  # The reference counts "none".
        "relation_types": config["relation_types"],
        "interaction": "ctam",
        "span_pooling": "max",
        "context_pooling": "max",
        "width_embedding": config["width_embedding"],
        "widths": 100,
        "dropout": 0.0,
    }
    ctam = {
        "heads": config["ctam_heads"],
        "layers": 1,
        "agent": "cls",
        "layer_norm": True,
        "layer_norm_eps": config["ctam_layer_norm_eps"],
        "dropout": 0.0,
    }
    return config.get("heads") or sizes | {"ctam": ctam}


def encoder_shapes(config, prefix):
    d, inner = config["hidden_size"], config["intermediate_size"]
    e = config.get("embedding_size", d)
    table = prefix + "embeddings."
    shapes = {
        table + "word_embeddings.weight": [config["vocab_size"], e],
        table + "position_embeddings.weight": [config["max_position_embeddings"], e],
        table + "token_type_embeddings.weight": [config["type_vocab_size"], e],
        table + "LayerNorm.weight": [e],
        table + "LayerNorm.bias": [e],
    }
    if config["model_type"] == "albert":
        shapes |= linear_shapes(prefix + "encoder.embedding_hidden_mapping_in", d, e)
    for layer in transformer_layers(config, prefix):
        for part, name in layer.items():
            if part.endswith("norm"):
                shapes |= {name + ".weight": [d], name + ".bias": [d]}
            else:
                shapes |= linear_shapes(name, *{"intermediate": (inner, d), "output": (d, inner)}.get(part, (d, d)))
    return shapes


def heads_shapes(heads, d):
    width = heads["width_embedding"]
    shapes = {"size_embeddings.weight": [heads["widths"], width]}
    shapes |= linear_shapes("entity_classifier", heads["entity_types"] + 1, 2 * d + width)
    shapes |= linear_shapes("rel_classifier", heads["relation_types"], 4 * d + 2 * width)
    if heads["interaction"] != "base":
        shapes |= {"linear_s.weight": [d, d], "linear_r.weight": [d, d]}
    if heads["interaction"].startswith("ctam"):
        for layer in range(heads["ctam"]["layers"]):
            name = f"cross_attention.{layer}." if layer else "cross_attention."
            shapes |= {f"{name}{part}.weight": [d, d] for part in ("wq", "wk", "wv")}
            shapes |= linear_shapes(name + "proj", d, d)
            if heads["ctam"]["layer_norm"]:
                shapes |= {name + "addnorm.ln.weight": [1, d], name + "addnorm.ln.bias": [1, d]}
    return shapes


def linear_shapes(name, output, inputs):
    return {name + ".weight": [output, inputs], name + ".bias": [output]}


def random_weights(shapes, seed):
    """Large enough that no part of the network is nearly linear, nearly uniform or nearly off."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in sorted(shapes.items()):
        normal = torch.randn(shape, generator=generator)
        is_norm = "norm" in name.lower()
        scale = 0.1 if is_norm or name.endswith("bias") else 0.3
        weights[name] = (normal * scale + (1.0 if is_norm and name.endswith("weight") else 0.0)).double()
    return weights


# ---- What goes into the folders ----


def tiny():
    config = {
        "encoder": bert(vocab_size=60, hidden_size=16, layers=2, intermediate_size=32, positions=32),
        "entity_types": 4,
        "relation_types": 3,
        "width_embedding": 6,
        "ctam_heads": 2,
        "ctam_layer_norm_eps": 1e-5,
    }
    rng = random.Random(1)
    one, ragged = [sentence(rng, config, 6)], [sentence(rng, config, n) for n in (9, 1, 4)]
    cases = [new_case("case0_masked", one), new_case("case1_masked", ragged), new_case("case1_unmasked", ragged)]
    training = {
        "sentences": [sentence(rng, config, n) for n in (8, 2, 5)],
        "optimizer": {
            "kind": "AdamW without bias correction",
            "betas": [0.9, 0.999],
            "eps": 1e-6,
            "weight_decay": 0.01,
            "decay_after_update": True,
            "no_decay_name_contains": ["bias", "LayerNorm.bias", "LayerNorm.weight"],
            "max_grad_norm": 0.25,
            "base_lr": 1e-3,
            "warmup_steps": 2,
            "total_steps": 8,
        },
    }
    write_network("tiny", config, {"cases": cases, "train": training}, seed=2)


def albert():
    config = bert(vocab_size=40, hidden_size=16, layers=2, intermediate_size=32, positions=16)
    config |= {"model_type": "albert", "embedding_size": 8, "hidden_act": "gelu_new"}
    w = random_weights(encoder_shapes(config, ""), seed=3)
    ids = [[2, 5, 9, 33, 17, 39, 3, 0, 0], [2, 8, 8, 31, 10, 7, 36, 12, 3]]
    mask = [[1, 1, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1, 1]]
    hidden = encode(config, w, "", torch.tensor(ids), torch.tensor(mask) == 0)
    cases = {"config": config, "input_ids": ids, "attention_mask": mask}
    write_folder("albert", {"cases.json": cases}, w, {"hidden": hidden})


def variants():
    """The paper's variants (tables 3 and 4), each on the same small sizes and the same sentences."""
    base = {
        "encoder": bert(vocab_size=24, hidden_size=8, layers=1, intermediate_size=8, positions=20),
        "entity_types": 4,
        "relation_types": 3,
        "width_embedding": 4,
        "ctam_heads": 2,
        "ctam_layer_norm_eps": 1e-5,
    }
    rng = random.Random(4)
    ragged = [sentence(rng, base, n, spans=4, pairs=5) for n in (6, 1, 3)]
    cases = {"cases": [new_case("case0_masked", ragged), new_case("case0_unmasked", ragged)]}
    changes = {
        **{name: {"interaction": name} for name in ("base", "tap", "ctam-ner", "ctam-re")},
        "two-layers": {"ctam": {"layers": 2}},
        "agent-max": {"ctam": {"agent": "max"}},
        "agent-mean": {"ctam": {"agent": "mean"}},
        "two-layers-agent-mean": {"ctam": {"layers": 2, "agent": "mean"}},
        "no-layer-norm": {"ctam": {"layer_norm": False}},
        **{f"span-{how}": {"span_pooling": how} for how in ("sum", "mean")},
        **{f"context-{how}": {"context_pooling": how} for how in ("sum", "mean")},
        "albert-encoder": {},
    }
    for seed, (name, change) in enumerate(changes.items(), 100):
        heads = heads_config(base) | {"widths": 12}
        config = base | {"heads": heads | change | {"ctam": heads["ctam"] | change.get("ctam", {})}}
        if name == "albert-encoder":
            config["encoder"] = base["encoder"] | {"model_type": "albert", "embedding_size": 4, "num_hidden_layers": 2}
        write_network(f"variants/{name}", config, cases, seed)


def bert(vocab_size, hidden_size, layers, intermediate_size, positions):
    return {
        "model_type": "bert",
        "vocab_size": vocab_size,
        "hidden_size": hidden_size,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "intermediate_size": intermediate_size,
        "max_position_embeddings": positions,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
    }


def new_case(key, sentences):
    return {"key": key, "pad_keys_masked": not key.endswith("unmasked"), "sentences": sentences}


def sentence(rng, config, words, spans=8, pairs=10):
    """Random words of one to three pieces, spans that touch, overlap and nest, pairs of them, and labels."""
    ids, word_to_pieces = [CLS], []
    for _ in range(words):
        start = len(ids)
        ids += [rng.randrange(FIRST_WORD, config["encoder"]["vocab_size"]) for _ in range(rng.randint(1, 3))]
        word_to_pieces.append([start, len(ids)])
    candidates = [[start, end] for end in range(1, words + 1) for start in range(end)]
    chosen = rng.sample(candidates, min(spans, len(candidates)))
    ordered = [[head, tail] for head in range(len(chosen)) for tail in range(len(chosen)) if head != tail]
    drawn = rng.sample(ordered, min(pairs, len(ordered)))
    return {
        "input_ids": ids + [SEP],
        "word_to_pieces": word_to_pieces,
        "spans_words": chosen,
        "pairs": drawn,
        "entity_type": [rng.randrange(config["entity_types"]) for _ in chosen],
        "relation_multi_hot": [[int(rng.random() < 0.4) for _ in range(config["relation_types"])] for _ in drawn],
    }


def write_network(name, config, cases, seed):
    shapes = encoder_shapes(config["encoder"], config["encoder"]["model_type"] + ".")
    shapes |= heads_shapes(heads_config(config), config["encoder"]["hidden_size"])
    w = random_weights(shapes, seed)
    tensors, numbers = compute(config, w, cases)
    write_folder(name, {"config.json": config, "cases.json": numbers}, w, tensors)


def compute(config, w, cases):
    """All tensors of expected.safetensors, and the cases with the numbers that cases.json holds beside them."""
    tensors, numbers = {}, {"cases": []}
    for case in cases["cases"]:
        out, (entity, relation) = forward(config, w, case["sentences"], case["pad_keys_masked"])
        tensors |= {f"{case['key']}.{name}": tensor for name, tensor in out.items()}
        numbers["cases"].append(case | {"loss_entity": entity.item(), "loss_relation": relation.item()})
    if "train" in cases:
        gradients, after, steps = train(config, w, cases["train"])
        tensors |= {f"grad.{name}": tensor for name, tensor in gradients.items()}
        tensors |= {f"after6.{name}": tensor for name, tensor in after.items()}
        first = {"loss": steps[0]["loss"], "grad_norm": steps[0]["grad_norm_before_clip"]}
        numbers["train"] = cases["train"] | first | {"trajectory": steps}
    return tensors, numbers


# ---- Files ----


def write_folder(name, documents, weights, expected):
    folder = Path(__file__).parent / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, document in documents.items():
        (folder / file).write_text(json.dumps(document) + "\n")
    write_safetensors(folder / "model.safetensors", weights)
    write_safetensors(folder / "expected.safetensors", expected)


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, tensor in sorted(tensors.items()):
        blobs.append(tensor.detach().numpy().astype("<f4").tobytes())
        end = offset + len(blobs[-1])
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    header = json.dumps(header, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"".join(blobs))


def read_safetensors(path):
    data = path.read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        first, end = entry["data_offsets"]
        values = np.frombuffer(data[start + first:start + end], "<f4").astype("f8")
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors


# ---- Check ----


def check(folder):
    """Whether a folder of either form holds what is computed here; prints the largest difference of each kind."""
    cases = json.loads((folder / "cases.json").read_text())
    w, expected = (read_safetensors(folder / f"{name}.safetensors") for name in ("model", "expected"))
    differences = {}

    def compare(kind, found, wanted):
        assert found.shape == wanted.shape, f"{kind}: {list(found.shape)}, expected {list(wanted.shape)}"
        assert found.isfinite().all() and wanted.isfinite().all(), f"{kind} is not finite"
        if wanted.numel():
            difference = (found - wanted).abs().max() / wanted.abs().max().clamp(min=1.0)
            differences[kind] = max(differences.get(kind, 0.0), difference.item())

    if "config" in cases:
        padding = torch.tensor(cases["attention_mask"]) == 0
        hidden = encode(cases["config"], w, "", torch.tensor(cases["input_ids"]), padding)
        compare("hidden", hidden[~padding], expected["hidden"][~padding])
    else:
        tensors, numbers = compute(json.loads((folder / "config.json").read_text()), w, cases)
        assert tensors.keys() == expected.keys(), f"not in both: {sorted(tensors.keys() ^ expected.keys())}"
        sentences = {case["key"]: case["sentences"] for case in cases["cases"]}
        for name, tensor in tensors.items():
            group, kind = name.split(".", 1)
            if group in ("grad", "after6"):
                compare(group, tensor, expected[name])
                continue
            for i, s in enumerate(sentences[group]):
                rows = {"h": len(s["input_ids"]), "el": len(s["spans_words"]), "rl": len(s["pairs"])}.get(kind)
                compare(kind, tensor[i][:rows], expected[name][i][:rows])
        for kind, found, wanted in numbers_of(numbers, cases):
            compare(kind, torch.tensor(found), torch.tensor(wanted))
    print(f"{folder}:", ", ".join(f"{kind} {difference:.0e}" for kind, difference in differences.items()))
    return max(differences.values()) <= TOLERANCE


def numbers_of(found, wanted):
    """The numbers of cases.json that are computed here, each as (kind, found, wanted)."""
    for a, b in zip(found["cases"], wanted["cases"]):
        for kind in ("loss_entity", "loss_relation"):
            yield kind, a[kind], b[kind]
    if "train" in wanted:
        for a, b in zip(found["train"]["trajectory"], wanted["train"]["trajectory"]):
            for kind in ("lr", "loss", "grad_norm_before_clip"):
                yield kind, a[kind], b[kind]


def main():
    match sys.argv[1:]:
        case []:
            tiny()
            albert()
            variants()
        case ["--check", *folders] if folders:
            agree = [check(Path(folder)) for folder in folders]
            sys.exit(0 if all(agree) else f"some values differ by more than {TOLERANCE}")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
