"""The recipes of the guide, each run as it stands there."""

import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT, labels

pyarrow = pytest.importorskip("pyarrow")
import pyarrow.parquet  # noqa: E402

ROWS = 60


def recipes() -> dict[str, str]:
    page = (ROOT / "docs/src/python.md").read_text()
    blocks = re.findall(r"^### (\w[\w ]*)\n(?:(?!^###).)*?```python\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    return {name: block for name, block in blocks}


@pytest.mark.parametrize("engine, module", [
    ("Polars", "polars"),
    ("DuckDB", "duckdb"),
    ("Dask", "dask.dataframe"),
    ("Daft", "daft"),
    ("Ray Data", "ray.data"),
    ("Sail", "pysail"),
])
def test_recipe(engine, module, model, sentences, tmp_path):
    # With its own words about what is missing.
    pytest.importorskip(module, reason=f"{module} is not installed")
    ids = list(range(ROWS))
    texts = [sentences[place] for place in ids]
    pyarrow.parquet.write_table(pyarrow.table({"id": ids, "abstract": texts}), tmp_path / "abstracts.parquet", row_group_size=20)
    (tmp_path / "models").symlink_to(ROOT / "models")
    (tmp_path / "recipe.py").write_text(f"if __name__ == '__main__':\n{re.sub('(?m)^', '    ', recipes()[engine])}\n")
    done = subprocess.run(
        [sys.executable, "recipe.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240,
        env={**os.environ, "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rows = sorted(pyarrow.parquet.read_table(tmp_path / "annotated.parquet").to_pylist(), key=lambda row: row["id"])
    assert [(row["id"], row["abstract"]) for row in rows] == list(zip(ids, texts))
    for row in rows[::7]:
        assert labels(row) == labels(model(row["abstract"]).to_dict())
