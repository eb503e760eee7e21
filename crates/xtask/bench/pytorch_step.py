"""Times training steps of SINET in plain PyTorch: forward, losses, backward, clipping, AdamW.

    pytorch_step.py --data FOLDER --encoder FOLDER --threads N

Batches of 8 consecutive sentences of train.json; spans and pairs are sampled beforehand. Padding is not masked in the
task interaction, as in the authors' code and in configs/reference. Prints one JSON object: PyTorch's version, and the
time of each step in milliseconds. Needs PyTorch and nothing else.
"""

import argparse
import json
import random
import re
import time
import unicodedata
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

BATCH = 8
WARM_UP = 3
STEPS = 40
MAX_SPAN = 8
NEGATIVE_SPANS = NEGATIVE_PAIRS = 100
WIDTHS, WIDTH_EMBEDDING = 100, 100
CTAM_HEADS, CTAM_DROPOUT = 4, 0.2
HEADS_DROPOUT = 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with train.json and types.json")
    parser.add_argument("--encoder", type=Path, required=True, help="a BERT in Hugging Face's form")
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    batches = read_batches(args.data, args.encoder, random.Random(0))
    types = read_json(args.data / "types.json")
    config = read_json(args.encoder / "config.json")
    model = Sinet(config, len(types["entities"]), len(types["relations"]))
    load_encoder(model.bert, args.encoder / "model.safetensors")
    model.train()
    optimizer = adamw(model)

    def step(batch):
        start = time.perf_counter()
        loss = model(batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return 1000 * (time.perf_counter() - start)

    for batch in batches[:WARM_UP]:
        step(batch)
    milliseconds = {"step": [step(batch) for batch in batches]}
    print(json.dumps({"versions": {"PyTorch": torch.__version__}, "milliseconds": milliseconds}))


def adamw(model):
    """The fastest AdamW of this PyTorch for the CPU."""
    named = list(model.named_parameters())
    plain = [p for name, p in named if "bias" in name or "LayerNorm.weight" in name]
    decayed = [p for name, p in named if not ("bias" in name or "LayerNorm.weight" in name)]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    for kind in ({"fused": True}, {"foreach": True}, {}):
        try:
            return torch.optim.AdamW(groups, lr=1e-4, eps=1e-6, **kind)
        except (TypeError, RuntimeError):  # this version has no such kind for the CPU
            pass
    raise SystemExit("this PyTorch has no AdamW")


# ---- Data ----


class Batch:
    """Sentences as one rectangle; spans as rows of the flattened rectangle, gold ones and sampled ones."""

    def __init__(self, sentences, relation_types, rng):
        self.length = max(len(s.ids) for s in sentences)
        self.ids = torch.tensor([s.ids + [0] * (self.length - len(s.ids)) for s in sentences])
        self.padding = torch.arange(self.length) >= torch.tensor([[len(s.ids)] for s in sentences])
        spans, classes, pairs, labels = [], [], [], []
        for row, s in enumerate(sentences):
            first = len(spans)
            negative = sample(rng, s.negative_spans(), NEGATIVE_SPANS)
            for start, end in [*s.spans, *negative]:
                offset = row * self.length
                spans.append((row, offset + s.words[start][0], offset + s.words[end - 1][1], end - start))
            classes += s.classes + [0] * len(negative)
            negative = sample(rng, s.negative_pairs(), NEGATIVE_PAIRS)
            pairs += [(first + head, first + tail) for head, tail in [*s.relations, *negative]]
            labels += [[float(kind in kinds) for kind in range(relation_types)] for kinds in s.relations.values()]
            labels += [[0.0] * relation_types] * len(negative)
        self.spans, self.classes = torch.tensor(spans), torch.tensor(classes)
        self.pairs, self.labels = torch.tensor(pairs), torch.tensor(labels)


class Sentence:
    """Pieces, and gold spans in words, end exclusive; relations by the numbers of their spans."""

    def __init__(self, document, types, pieces):
        self.ids, self.words = pieces("[CLS]"), []
        for word in document["tokens"]:
            start = len(self.ids)
            self.ids += pieces(word)
            self.words.append((start, len(self.ids)))
        self.ids += pieces("[SEP]")
        entities, relations = list(types["entities"]), list(types["relations"])
        self.spans = [(e["start"], e["end"]) for e in document["entities"]]
        self.classes = [entities.index(e["type"]) + 1 for e in document["entities"]]
        self.relations = {}
        for r in document["relations"]:
            head, tail, kind = r["head"], r["tail"], relations.index(r["type"])
            # A symmetric relation runs in the order of the text.
            if types["relations"][r["type"]].get("symmetric") and self.spans[tail] < self.spans[head]:
                head, tail = tail, head
            self.relations.setdefault((head, tail), set()).add(kind)

    def negative_spans(self):
        words = len(self.words)
        spans = [(at, at + size) for size in range(1, MAX_SPAN + 1) for at in range(words - size + 1)]
        return [span for span in spans if span not in self.spans]

    def negative_pairs(self):
        count = range(len(self.spans))
        return [(i, j) for i in count for j in count if i != j and (i, j) not in self.relations]


def read_batches(data, encoder, rng):
    pieces = word_pieces(read_json(encoder / "tokenizer.json")["model"]["vocab"])
    types = read_json(data / "types.json")
    sentences = [Sentence(d, types, pieces) for d in read_json(data / "train.json")[: STEPS * BATCH]]
    relation_types = len(types["relations"])
    return [Batch(sentences[at : at + BATCH], relation_types, rng) for at in range(0, len(sentences), BATCH)]


def word_pieces(vocabulary):
    """The function from a word to its piece ids: WordPiece without case and accents."""

    def pieces(word):
        if word in ("[CLS]", "[SEP]"):
            return [vocabulary[word]]
        plain = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn").lower()
        parts = re.findall(r"[^\W_]+|[^\w\s]|_", plain)
        return [piece for part in parts for piece in split(part)] or [vocabulary["[UNK]"]]

    def split(part):
        found, start = [], 0
        while start < len(part):
            ends = range(len(part), start, -1)
            known = (end for end in ends if ("##" if start else "") + part[start:end] in vocabulary)
            end = next(known, None)
            if end is None:
                return [vocabulary["[UNK]"]]
            found.append(vocabulary[("##" if start else "") + part[start:end]])
            start = end
        return found

    return pieces


def sample(rng, items, most):
    return rng.sample(items, min(len(items), most))


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


# ---- The encoder, by the tensor names of its checkpoint ----


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        layers = (Layer(config) for _ in range(config["num_hidden_layers"]))
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(layers)})

    def forward(self, ids, padding):
        mask = torch.zeros(padding.shape).masked_fill(padding, -10000.0)[:, None, None]
        x = self.embeddings(ids)
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        return x


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        d = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], d, padding_idx=0)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], d)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], d)
        self.LayerNorm = nn.LayerNorm(d, eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, ids):
        x = self.word_embeddings(ids) + self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(x + self.position_embeddings.weight[: ids.shape[1]]))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        d, inner = config["hidden_size"], config["intermediate_size"]
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": Output(config, d)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(d, inner)})
        self.output = Output(config, inner)

    def forward(self, x, mask):
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        d, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.query, self.key, self.value = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.dropout = nn.Dropout(config["attention_probs_dropout_prob"])

    def forward(self, x, mask):
        q, k, v = (by_head(f(x), self.heads) for f in (self.query, self.key, self.value))
        scores = q @ k.transpose(2, 3) * q.shape[3] ** -0.5 + mask
        return (self.dropout(scores.softmax(3)) @ v).transpose(1, 2).flatten(2)


class Output(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.dense = nn.Linear(inputs, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


def by_head(x, heads):
    return x.unflatten(2, (heads, -1)).transpose(1, 2)


def load_encoder(bert, path):
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])

    def tensor(name):
        first, end = header[name]["data_offsets"]
        values = torch.frombuffer(data, dtype=torch.float32, count=(end - first) // 4, offset=start + first)
        return values.view(header[name]["shape"])

    bert.load_state_dict({name: tensor(name) for name in bert.state_dict()})


# ---- The task heads (paper, section 3.2) ----


class Sinet(nn.Module):
    def __init__(self, config, entity_types, relation_types):
        super().__init__()
        d = config["hidden_size"]
        self.bert = Bert(config)
        self.linear_s, self.linear_r = nn.Linear(d, d, bias=False), nn.Linear(d, d, bias=False)
        self.cross_attention = CrossAttention(d)
        self.size_embeddings = nn.Embedding(WIDTHS, WIDTH_EMBEDDING)
        self.entity_classifier = nn.Linear(2 * d + WIDTH_EMBEDDING, entity_types + 1)
        self.rel_classifier = nn.Linear(4 * d + 2 * WIDTH_EMBEDDING, relation_types)
        self.dropout = nn.Dropout(HEADS_DROPOUT)

    def forward(self, batch):
        """The sum of both losses."""
        h = self.bert(batch.ids, batch.padding)
        h_e, h_r = self.linear_s(h), self.linear_r(h)
        cls_e, cls_r = self.cross_attention(h_e, h_r), self.cross_attention(h_r, h_e)
        h, h_e, h_r = h.flatten(0, 1), h_e.flatten(0, 1), h_r.flatten(0, 1)
        loss = F.cross_entropy(self.entity_logits(h_e, cls_e, batch.spans), batch.classes)
        if len(batch.pairs):
            logits = self.relation_logits(h, h_r, cls_r, batch.spans, batch.pairs)
            loss = loss + F.binary_cross_entropy_with_logits(logits, batch.labels)
        return loss

    def entity_logits(self, h_e, cls_e, spans):
        sentence, start, end, width = spans.unbind(1)
        parts = [rows(cls_e, sentence), range_max(h_e, start, end), self.size_embeddings(width)]
        return self.entity_classifier(self.dropout(torch.cat(parts, 1)))

    def relation_logits(self, h, h_r, cls_r, spans, pairs):
        # Only gold spans are in pairs, and most of them in many.
        used, inverse = pairs.flatten().unique(return_inverse=True)
        head, tail = inverse.view(-1, 2).unbind(1)
        sentence, start, end, width = spans[used].unbind(1)
        pooled, width = range_max(h_r, start, end), self.size_embeddings(width)
        # From the end of the span that starts first to the start of the other; empty where they touch or overlap.
        swapped = start[tail] < start[head]
        first = torch.where(swapped, end[tail], end[head])
        last = torch.where(swapped, start[head], start[tail])
        context = range_max(h, first, torch.max(first, last))
        parts = [context, rows(cls_r, sentence[head]), rows(pooled, head), rows(pooled, tail)]
        parts += [rows(width, head), rows(width, tail)]
        return self.rel_classifier(self.dropout(torch.cat(parts, 1)))


class CrossAttention(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.projection, self.norm = nn.Linear(d, d), nn.LayerNorm(d)
        self.dropout = nn.Dropout(CTAM_DROPOUT)

    def forward(self, own, other):
        agent = own[:, :1]
        memory = torch.cat([other[:, 1:], agent], 1)
        inputs = ((self.query, agent), (self.key, memory), (self.value, memory))
        q, k, v = (by_head(f(x), CTAM_HEADS) for f, x in inputs)
        scores = q @ k.transpose(2, 3) * q.shape[3] ** -0.5
        x = (self.dropout(scores.softmax(3)) @ v).transpose(1, 2).flatten(2)
        return self.norm(self.dropout(self.projection(x)) + agent)[:, 0]


def rows(x, index):
    # Indexing with brackets gives the same for a slower gradient.
    return F.embedding(index, x)


def range_max(x, start, end):
    """max(x[start:end]) for each range, 0 where it is empty: level k holds the maxima of all runs of 2^k rows."""
    length = end - start
    longest = max(1, int(length.max()))
    levels, offsets = [x], [0]
    while 2 ** len(levels) <= longest:
        below, half = levels[-1], 2 ** (len(levels) - 1)
        offsets.append(offsets[-1] + len(below))
        levels.append(torch.maximum(below[:-half], below[half:]))
    zero = sum(map(len, levels))
    table = torch.cat([*levels, x.new_zeros(1, x.shape[1])])
    level = torch.tensor([n.bit_length() - 1 for n in range(1, longest + 1)])[(length - 1).clamp(min=0)]
    offset, run = torch.tensor(offsets)[level], 1 << level
    empty = length == 0
    # Two runs cover each range.
    first = torch.where(empty, zero, offset + start)
    second = torch.where(empty, zero, offset + end - run)
    return torch.maximum(rows(table, first), rows(table, second))


main()
