"""The models, the program and the texts of all tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sinet

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items):
    """Spark cannot be without Java, and says so itself only after a minute."""
    if shutil.which("java") is None:
        for item in items:
            if "spark" in getattr(item, "fixturenames", ()) or item.path.stem in ("test_spark", "test_kills"):
                item.add_marker(pytest.mark.skip(reason="Spark needs Java, which is not installed"))


# Drivers and workers of Spark find each other on this machine only, and take this Python.
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable


@pytest.fixture(scope="session")
def folder() -> Path:
    """A model folder."""
    return ROOT / "models/scierc"


@pytest.fixture(scope="session")
def model(folder) -> sinet.Model:
    return sinet.Model(folder, threads=2)


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    """Sentences, of SciERC where that is there, else of the guide."""
    data = Path(os.environ.get("SINET_DATA", ROOT.parent / "shared/data")) / "scierc/dev.json"
    if data.exists():
        return [" ".join(sentence["tokens"]) for sentence in json.loads(data.read_text())]
    print("no SciERC: set SINET_DATA; the guide's lines are read instead")
    lines = (line.strip() for page in sorted((ROOT / "docs/src").glob("*.md")) for line in page.read_text().splitlines())
    return [line for line in lines if len(line) > 40][:275]


@pytest.fixture(scope="session")
def program():
    """The program with these arguments; what it prints."""
    path = os.environ.get("SINET_BIN")
    if path is None:
        pytest.skip("set SINET_BIN to the program sinet, to compare with it")

    def run(*arguments: object) -> str:
        return subprocess.run([path, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout

    return run


@pytest.fixture(scope="session")
def predict(folder, program):
    """``sinet predict`` with the model and these arguments."""
    return lambda *arguments: program("predict", "--model", folder, *arguments)


def labels(annotation: dict) -> tuple[list, list]:
    """Entities and relations of a row of a table, or of an object of JSON, in one form, with the score's 32 bits."""
    from struct import pack

    def words(entity: dict) -> tuple[int, int]:
        words = entity.get("words")
        return (words["start"], words["end"]) if words else (entity["first_word"], entity["end_word"])

    entities = [
        (entity["type"], entity["start"], entity["end"], *words(entity), entity["text"], pack("f", entity["score"]))
        for entity in annotation["entities"]
    ]
    relations = [
        (relation["type"], relation["head"], relation["tail"], pack("f", relation["score"]))
        for relation in annotation["relations"]
    ]
    return entities, relations


@pytest.fixture(scope="session")
def spark():
    """Spark on two cores of this machine."""
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.sql.execution.arrow.maxRecordsPerBatch", 256)
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()
