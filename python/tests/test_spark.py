"""Tables of Spark, and the program."""

import json
import os
import shutil
import subprocess
import sys

import pytest

import sinet
from conftest import labels

pytest.importorskip("pyspark")
pyarrow = pytest.importorskip("pyarrow")
import pyarrow.parquet  # noqa: E402

import sinet.spark  # noqa: E402

TEXT = "We present a parser that uses beam search."


def job(*arguments, **settings):
    command = [sys.executable, "-m", "sinet.spark", *map(str, arguments), "--conf", "spark.master=local[2]"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **settings)


def rows(folder) -> dict:
    table = pyarrow.parquet.read_table(folder).to_pylist()
    assert len({row["id"] for row in table}) == len(table)
    return {row["id"]: row for row in table}


@pytest.fixture
def texts(tmp_path, sentences):
    folder = tmp_path / "texts"
    folder.mkdir()
    for file in range(6):
        ids = list(range(file * 20, file * 20 + 20))
        table = pyarrow.table({"id": ids, "body": [sentences[place % len(sentences)] for place in ids]})
        pyarrow.parquet.write_table(table, folder / f"{file}.parquet")
    return folder


def test_rows_come_back_with_their_columns(spark, model):
    table = spark.createDataFrame([(1, TEXT), (2, None)], "id int, abstract string")
    answered = sinet.spark.annotate(table, model)
    assert answered.schema["entities"].metadata["sinet.fingerprint"] == model.fingerprint
    first, second = answered.orderBy("id").collect()
    assert labels(first.asDict(recursive=True)) == labels(model(TEXT).to_dict())
    assert (second.entities, second.relations, second.error) == (None, None, None)


def test_the_columns_are_those_of_the_program(spark, model):
    given = pyarrow.RecordBatchReader.from_stream(model.annotate(pyarrow.table({"text": [TEXT]})))
    spark_names = sinet.spark.annotate(spark.createDataFrame([(TEXT,)], "text string"), model).schema

    def shape(kind):
        if pyarrow.types.is_list(kind):
            return [(field.name, str(field.type)) for field in kind.value_type]
        return str(kind)

    names = {"string": "string", "int": "int32", "float": "float"}

    def spark_shape(kind):
        if kind.typeName() == "array":
            return [(field.name, names[field.dataType.simpleString()]) for field in kind.elementType.fields]
        return names[kind.simpleString()]

    assert {field.name: shape(field.type) for field in given.schema} == {
        field.name: spark_shape(field.dataType) for field in spark_names.fields
    }


def test_a_wrong_column_is_said_before_a_job_begins(spark, model):
    table = spark.createDataFrame([(1, TEXT, TEXT)], "id int, title string, abstract string")
    for name in [None, "body", "id"]:
        with pytest.raises(sinet.SinetError, match="title, abstract"):
            sinet.spark.annotate(table, model, text=name)


def test_a_worker_reads_the_model_once(spark, folder):
    model = sinet.Model(folder)

    def count(batches):
        import sinet.model

        for _ in batches:
            pass
        # Held, so that a model that was read again would lie elsewhere.
        held = sinet.model.__dict__.setdefault("held", [])
        held.append(model._model)
        yield pyarrow.record_batch({"process": [os.getpid()], "tasks": [len(held)], "models": [len(set(map(id, held)))]})

    seen = []
    for _ in range(2):
        table = spark.range(160).repartition(16).mapInArrow(count, "process long, tasks long, models long")
        seen += table.collect()
    assert len(seen) == 32 and {row.models for row in seen} == {1}
    assert max(row.tasks for row in seen) > 1


def test_the_program_writes_parquet(texts, folder, tmp_path, model):
    arguments = ["--model", folder, "--input", texts, "--output", tmp_path / "out", "--text", "body"]
    done = job(*arguments)
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "out")
    assert sorted(found) == list(range(120))
    for row in list(found.values())[:9]:
        assert labels(row) == labels(model(row["body"]).to_dict())
    again = job(*arguments)
    assert (again.returncode, "ALREADY_EXISTS" in again.stderr) == (2, True), again.stderr


def test_the_program_counts_what_spark_has_written(spark, model, program, tmp_path):
    table = spark.createDataFrame([(TEXT,), (None,), (TEXT,)], "text string")
    sinet.spark.annotate(table, model).write.parquet(str(tmp_path / "out"))
    counts = json.loads(program("stats", "--json", tmp_path / "out"))
    assert (counts["labelled"], counts["nothing"], counts["relations"]) == (2, 1, {"Used-for": 2})


def test_the_program_reads_json_lines(folder, tmp_path, model):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"id": place, "text": TEXT}) + "\n" for place in range(5)))
    done = job("--model", folder, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert labels(rows(tmp_path / "out")[3]) == labels(model(TEXT).to_dict())


def test_a_wrong_hash_ends_the_program_at_once(texts, folder, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    with open(damaged / "model.safetensors", "r+b") as file:
        file.seek(100_000)
        file.write(b"\0\1\2\3")
    done = job("--model", damaged, "--input", texts, "--output", tmp_path / "out", "--text", "body")
    assert done.returncode == 2
    assert "model.safetensors is not the file that manifest.json names" in done.stderr
    assert not (tmp_path / "out").exists()


def test_bad_usage_has_its_exit_code(texts, folder, tmp_path):
    out = tmp_path / "out"
    for arguments, words in [
        (["--model", folder, "--input", tmp_path / "nowhere", "--output", out], "PATH_NOT_FOUND"),
        (["--model", folder, "--input", texts, "--output", out, "--text", "title"], "title does not hold the texts"),
        (["--model", folder, "--input", texts, "--output", out, "--conf", "spark"], "--conf spark needs a value"),
        (["--model", tmp_path / "none", "--input", texts, "--output", out], "there is no model"),
    ]:
        done = job(*arguments)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr


def test_a_checkpoint_goes_on_with_its_own_model_only(texts, folder, tmp_path):
    out, notes = tmp_path / "out", tmp_path / "notes"
    arguments = ["--input", texts, "--output", out, "--text", "body", "--checkpoint", notes, "--files", 3]
    assert job("--model", folder, *arguments).returncode == 0
    assert sorted(rows(out)) == list(range(120))
    other = job("--model", folder.parent / "conll04", *arguments)
    assert (other.returncode, "is by another model" in other.stderr) == (2, True), other.stderr
    # Files that came since, and no others.
    before = {file: file.stat().st_mtime_ns for file in out.glob("batch=*/*.parquet")}
    table = pyarrow.table({"id": [500], "body": ["A parser uses beam search."]})
    pyarrow.parquet.write_table(table, texts / "late.parquet")
    assert job("--model", folder, *arguments).returncode == 0
    assert sorted(rows(out)) == [*range(120), 500]
    assert all(file.stat().st_mtime_ns == time for file, time in before.items())
