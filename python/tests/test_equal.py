"""One model says one thing, whatever way its texts take."""

import json
import os

import pytest

from conftest import ROOT, labels


@pytest.fixture(scope="module")
def texts(sentences):
    """2,000 texts of every sort. The long ones are mostly what is quickly read; with SINET_SCALE=1 they are full of sentences."""
    is_full = os.environ.get("SINET_SCALE") == "1"
    prose = " ".join(sentences)
    long = (prose * 30)[:1_000_000] if is_full else prose[:20_000] + " " * 980_000 + "A parser uses beam search."
    one_line = "parser " * (28_571 if is_full else 2_000) + "x" * (10 if is_full else 186_000)
    odd = ["", None, "😀", "e\u0301 مرحبا 中文 We use a parser.\u2028A corpus\tuses it.", "\x01\x7f\ufeff", long, one_line]
    many = [sentences[place % len(sentences)] for place in range(2000 - len(odd))]
    return many[:900] + odd + many[900:]


@pytest.fixture(scope="module")
def expected(model, texts):
    """The answers, text by text."""
    return [None if text is None else labels(model(text).to_dict()) for text in texts]


def compare(rows, expected):
    rows = list(rows)
    assert len(rows) == len(expected) == 2000
    for place, (row, wanted) in enumerate(zip(rows, expected)):
        assert row == wanted, place


def rows_of(table) -> list:
    return [None if row["entities"] is None else labels(row) for row in table.to_pylist()]


def test_python(model, texts, expected):
    given = [text for text in texts if text is not None]
    answers = iter([labels(found.to_dict()) for found in model.pipe(given)])
    compare([None if text is None else next(answers) for text in texts], expected)


def test_lines_of_text(predict, texts, expected, tmp_path):
    # A line cannot be null, and ends where a line ends.
    path = tmp_path / "texts.txt"
    path.write_text("".join(f"{text or ''}\n" for text in texts), newline="")
    predict("--input", path, "--output", tmp_path / "out.jsonl")
    rows = [labels(json.loads(line)) for line in (tmp_path / "out.jsonl").read_text().split("\n")[:-1]]
    compare([None if text is None else row for text, row in zip(texts, rows)], expected)


def test_json_lines(predict, texts, expected, tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    predict("--input", path, "--output", tmp_path / "out.jsonl")
    rows = map(json.loads, (tmp_path / "out.jsonl").read_text().split("\n")[:-1])
    compare([labels(row) if "entities" in row else None for row in rows], expected)


def test_parquet(predict, texts, expected, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"text": texts}), tmp_path / "texts.parquet", row_group_size=300)
    predict("--input", tmp_path / "texts.parquet", "--output", tmp_path / "out.parquet")
    compare(rows_of(pyarrow.parquet.read_table(tmp_path / "out.parquet")), expected)


def test_arrow(model, texts, expected):
    pyarrow = pytest.importorskip("pyarrow")
    answered = pyarrow.RecordBatchReader.from_stream(model.annotate(pyarrow.table({"text": texts})))
    compare(rows_of(answered.read_all()), expected)


def test_spacy(folder, texts, expected):
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "sinet.Tokenizer.v1"}}})
    nlp.add_pipe("sinet", config={"model": str(folder)})
    nlp.max_length = 2_000_000

    def labels_of(doc):
        group = doc.spans["sinet"]
        words = {token.i: place for place, token in enumerate(token for token in doc if not token.is_space)}
        entities = [
            {
                "type": span.label_,
                "start": span.start_char,
                "end": span.end_char,
                "first_word": words[span.start],
                "end_word": words[span.end - 1] + 1,
                "text": span.text,
                "score": score,
            }
            for span, score in zip(group, group.attrs["scores"])
        ]
        relations = [
            {"type": kind, "head": head, "tail": tail, "score": score}
            for head, tail, kind, score in group.attrs["relations"]
        ]
        return labels({"entities": entities, "relations": relations})

    docs = iter([labels_of(doc) for doc in nlp.pipe(text for text in texts if text is not None)])
    compare([None if text is None else next(docs) for text in texts], expected)


def test_spark(spark, folder, texts, expected, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    import sinet.spark

    numbered = pyarrow.table({"id": list(range(2000)), "text": texts})
    pyarrow.parquet.write_table(numbered, tmp_path / "texts.parquet", row_group_size=300)
    table = spark.read.parquet(str(tmp_path / "texts.parquet")).repartition(4)
    sinet.spark.annotate(table, str(folder)).write.parquet(str(tmp_path / "out"))
    answered = pyarrow.parquet.read_table(tmp_path / "out").sort_by("id")
    assert answered["text"].to_pylist() == texts
    compare(rows_of(answered), expected)
