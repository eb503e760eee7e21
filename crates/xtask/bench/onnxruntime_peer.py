"""Times onnxruntime on an encoder alone: one text, and many sentences one at a time and in batches.

Prints one JSON object: versions, and times in milliseconds by what was timed.
"""

import argparse
import json
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

WARM_UP = 5
BATCH = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the encoder, in ONNX")
    parser.add_argument("--tokenizer", required=True, help="its tokenizer.json")
    parser.add_argument("--data", required=True, help="sentences in SpERT's JSON")
    parser.add_argument("--text", required=True, help="the one text")
    parser.add_argument("--runs", type=int, required=True, help="how often the one text is read")
    parser.add_argument("--limit", type=int, required=True, help="the most sentences of the data that are read")
    parser.add_argument("--threads", type=int, required=True)
    args = parser.parse_args()

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])

    tokenizer = Tokenizer.from_file(args.tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    with open(args.data, encoding="utf-8") as file:
        documents = json.load(file)[: args.limit]
    # Everything up to the piece ids, padding included, is left out of the peer's time.
    sentences = [word_by_word(tokenizer, document["tokens"]) for document in documents]
    ascending = sorted(sentences, key=len)
    one = feeds([tokenizer.encode(args.text).ids])
    singles = [feeds([sentence]) for sentence in sentences]
    batches = [feeds(ascending[at : at + BATCH]) for at in range(0, len(ascending), BATCH)]

    for _ in range(WARM_UP):
        session.run(None, one)
    milliseconds = {
        "one": [timed(session, [one]) for _ in range(args.runs)],
        "one at a time": [timed(session, singles)],
        "in batches": [timed(session, batches)],
    }
    print(json.dumps({"versions": {"onnxruntime": onnxruntime.__version__}, "milliseconds": milliseconds}))


def word_by_word(tokenizer, words):
    """The piece ids of a sentence that is split into words already, as SINET reads it."""
    pieces = [piece for word in words for piece in tokenizer.encode(word, add_special_tokens=False).ids]
    return [tokenizer.token_to_id("[CLS]"), *pieces, tokenizer.token_to_id("[SEP]")]


def feeds(sentences):
    """The inputs for sentences padded to one rectangle."""
    ids = np.zeros((len(sentences), max(map(len, sentences))), np.int64)
    mask = np.zeros_like(ids)
    for row, sentence in enumerate(sentences):
        ids[row, : len(sentence)] = sentence
        mask[row, : len(sentence)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def timed(session, inputs):
    start = time.perf_counter()
    for each in inputs:
        session.run(None, each)
    return 1000 * (time.perf_counter() - start)


main()
