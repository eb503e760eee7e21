"""Tables of Spark: :func:`annotate`, and the program ``python -m sinet.spark``.

The same function runs in classic Spark, over Spark Connect, and in engines that speak its protocol.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import (
    ArrayType,
    DataType,
    FloatType,
    IntegerType,
    StringType,
    StructField,
    StructType,
)

from . import Model, SinetError, __version__

if TYPE_CHECKING:
    from pyspark.sql.streaming.query import StreamingQuery

#: Rows of a batch between Spark and Python. Documents differ in size, and Spark's own 10,000 may be too much for a worker.
ROWS = 256


def annotate(df: DataFrame, model: Model | str, *, text: str | None = None) -> DataFrame:
    """A table with the columns ``entities``, ``relations`` and ``error`` beside its own; see :meth:`sinet.Model.annotate`.

    ``model`` is a model, or what :class:`sinet.Model` takes; it is read here, and goes to the workers with the job. Each worker reads it once.
    A task reads with as many threads as ``spark.task.cpus`` says.
    """
    if not isinstance(model, Model):
        model = Model(model)
    column = _text_column(df, text)
    of_task = model.with_threads(int(df.sparkSession.conf.get("spark.task.cpus", "1") or "1"))

    def rows(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            yield from pyarrow.RecordBatchReader.from_stream(of_task.annotate(batch, text=column))

    return df.mapInArrow(rows, StructType([*df.schema.fields, *_columns(model)]))


def batches(df: DataFrame, model: Model | str, output: str, checkpoint: str, *, text: str | None = None) -> StreamingQuery:
    """Annotates the files of a streaming table, some at a time, each time into a folder ``batch=N`` of ``output``, until none is left.

    A driver that is started again with the same ``checkpoint`` goes on after the last whole batch: what a batch leaves is written anew if it was
    not finished, so nothing is lost and nothing doubled.
    """
    annotated = annotate(df, model, text=text)

    def write(batch: DataFrame, number: int) -> None:
        batch.write.mode("overwrite").parquet(os.path.join(output, f"batch={number}"))

    stream = annotated.writeStream.foreachBatch(write).option("checkpointLocation", checkpoint)
    return stream.trigger(availableNow=True).start()


def main(arguments: list[str] | None = None) -> int:
    """``python -m sinet.spark``."""
    parser = argparse.ArgumentParser(
        prog="python -m sinet.spark",
        description="Annotate files with Spark. Settings of Spark come from spark-submit, spark-defaults.conf or --conf.",
    )
    parser.add_argument("--model", required=True, help="a model folder, a zip archive of one, or an installed model")
    parser.add_argument("--input", required=True, help="files of Parquet, or of JSON lines (.jsonl, .ndjson, .json)")
    parser.add_argument("--output", required=True, help="a folder, which gets files of Parquet")
    parser.add_argument("--text", help="the column of texts; else the one called text, or the only one")
    parser.add_argument("--checkpoint", help="a folder, by which the same command goes on after the driver has died")
    parser.add_argument("--files", type=int, default=64, help="files a batch with --checkpoint (%(default)s)")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark")
    given = parser.parse_args(arguments)
    try:
        # Before Spark, which takes its time.
        model = Model(given.model)
        settings = [_key_and_value(setting) for setting in given.conf]
    except SinetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    # Workers are to have this package, too.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(f"sinet {model.name}")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", ROWS)
    for key, value in settings:
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        form = "json" if given.input.rstrip("/").endswith((".jsonl", ".ndjson", ".json")) else "parquet"
        table = spark.read.format(form).load(given.input)
        if given.checkpoint is None:
            annotate(table, model, text=given.text).write.parquet(given.output)
        else:
            _check_model(spark, given.output, model)
            stream = spark.readStream.format(form).schema(table.schema).option("maxFilesPerTrigger", given.files)
            batches(stream.load(given.input), model, given.output, given.checkpoint, text=given.text).awaitTermination()
    except (SinetError, AnalysisException) as error:
        print(f"error: {_sentence(error)}", file=sys.stderr)
        return 2
    except PySparkException as error:
        print(f"error: the job has failed: {_sentence(error)}", file=sys.stderr)
        return 1
    finally:
        spark.stop()
    return 0


def _check_model(spark: SparkSession, output: str, model: Model) -> None:
    """What is there already is by the same model: a checkpoint is gone on with by the one it was begun with."""
    try:
        columns = spark.read.parquet(output).schema
    except AnalysisException:
        return
    found = columns["entities"].metadata.get("sinet.fingerprint") if "entities" in columns.names else None
    if found != model.fingerprint:
        raise SinetError(f"{output} is by another model ({found}); name another folder for the output and for the checkpoint")


def _sentence(error: Exception) -> str:
    """What Spark says first; its plans and traces come after it."""
    return str(error).strip().partition("\n")[0]


def _columns(model: Model) -> list[StructField]:
    """The columns of annotations. Spark keeps the metadata of columns, and not of a table."""

    def struct(**fields: DataType) -> DataType:
        return ArrayType(StructType([StructField(name, kind) for name, kind in fields.items()]))

    text, whole, real = StringType(), IntegerType(), FloatType()
    entities = struct(type=text, start=whole, end=whole, first_word=whole, end_word=whole, text=text, score=real)
    relations = struct(type=text, head=whole, tail=whole, score=real)
    note = {"sinet.model": model.name, "sinet.fingerprint": model.fingerprint, "sinet.version": __version__}
    return [
        StructField("entities", entities, metadata=note),
        StructField("relations", relations, metadata=note),
        StructField("error", text),
    ]


def _text_column(df: DataFrame, name: str | None) -> str:
    """The column of texts, or an error before a job has begun."""
    texts = [field.name for field in df.schema.fields if isinstance(field.dataType, StringType)]
    if name is None:
        name = "text" if "text" in texts else texts[0] if len(texts) == 1 else None
    if name in texts:
        return name
    there = ", ".join(texts) or "none"
    raise SinetError(f"{name or 'one column'} does not hold the texts; name one of the columns of text: {there}")


def _key_and_value(setting: str) -> tuple[str, str]:
    key, separator, value = setting.partition("=")
    if not separator:
        raise SinetError(f"--conf {setting} needs a value, as in --conf spark.task.cpus=2")
    return key, value


if __name__ == "__main__":
    sys.exit(main())
