"""Tables of Arrow, from whatever makes them."""

import gc

import pytest

import sinet
from conftest import labels

pyarrow = pytest.importorskip("pyarrow")

TEXTS = ["We present a parser that uses beam search.", None, "", "😀 A corpus of news."]


@pytest.fixture
def table():
    return pyarrow.table({"id": [4, 5, 6, 7], "abstract": TEXTS}, metadata={"mine": "kept"})


def read(stream) -> "pyarrow.Table":
    return pyarrow.RecordBatchReader.from_stream(stream).read_all()


def test_columns_are_kept_and_answers_added(model, table):
    answered = read(model.annotate(table, text="abstract"))
    assert answered.column_names == ["id", "abstract", "entities", "relations", "error"]
    assert answered.select(["id", "abstract"]).equals(table.replace_schema_metadata(None))
    metadata = answered.schema.metadata
    assert (metadata[b"sinet.fingerprint"].decode(), metadata[b"mine"]) == (model.fingerprint, b"kept")
    for row, text in zip(answered.to_pylist(), TEXTS):
        assert row["error"] is None
        if text is None:
            assert row["entities"] is None and row["relations"] is None
        else:
            assert labels(row) == labels(model(text).to_dict())
    units = answered.schema.field("entities").type.value_type.field("start").metadata
    assert units[b"unit"].startswith(b"Unicode code points")


def test_the_column_of_texts_is_found_or_asked_for(model, table):
    assert read(model.annotate(table)).equals(read(model.annotate(table, text="abstract")))
    two = table.append_column("title", table["abstract"])
    for given, text, words in [
        (two, None, "abstract"),
        (table, "body", "body"),
        (table, "id", "id"),
        (read(model.annotate(table)), "abstract", "entities"),
    ]:
        with pytest.raises(sinet.SinetError, match=words):
            model.annotate(given, text=text)
    with pytest.raises((TypeError, ValueError)):
        model.annotate([1, 2, 3])


@pytest.mark.parametrize("kind", [pyarrow.large_string(), pyarrow.string_view(), pyarrow.dictionary(pyarrow.int8(), pyarrow.string())])
def test_every_type_of_text_is_read(model, table, kind):
    if isinstance(kind, pyarrow.DictionaryType):
        column = table["abstract"].dictionary_encode()
    else:
        column = table["abstract"].cast(kind)
    answered = read(model.annotate(table.set_column(1, "abstract", column)))
    assert answered["entities"].equals(read(model.annotate(table))["entities"])


def test_batches_of_any_size_are_the_same_rows(model, sentences):
    table = pyarrow.table({"text": sentences[:70] * 9})
    expected = read(model.annotate(table))
    assert len(expected) == 630
    parted = pyarrow.Table.from_batches(table.to_batches(max_chunksize=7))
    assert read(model.annotate(parted)).equals(expected)
    [batch] = table.to_batches()
    assert read(model.annotate(batch)).equals(expected)
    assert len(read(model.annotate(table.slice(0, 0)))) == 0
    assert read(model.annotate(table.slice(3, 5))).equals(expected.slice(3, 5).combine_chunks())


def test_a_stream_is_read_as_it_is_wanted_and_once(model, sentences):
    taken = []
    schema = pyarrow.schema({"text": pyarrow.string()})

    def batches():
        for text in sentences[:9]:
            taken.append(text)
            yield pyarrow.record_batch({"text": [text]}, schema=schema)

    stream = model.annotate(pyarrow.RecordBatchReader.from_batches(schema, batches()))
    assert taken == []
    reader = pyarrow.RecordBatchReader.from_stream(stream)
    reader.read_next_batch()
    assert len(taken) == 1
    assert len(reader.read_all()) == 8
    with pytest.raises(sinet.SinetError, match="read already"):
        pyarrow.RecordBatchReader.from_stream(stream)


def test_an_error_of_the_input_ends_the_stream(model):
    schema = pyarrow.schema({"text": pyarrow.string()})

    def batches():
        yield pyarrow.record_batch({"text": ["A parser."]}, schema=schema)
        raise RuntimeError("the source has gone away")

    stream = model.annotate(pyarrow.RecordBatchReader.from_batches(schema, batches()))
    reader = pyarrow.RecordBatchReader.from_stream(stream)
    assert reader.read_next_batch().num_rows == 1
    with pytest.raises(Exception, match="gone away"):
        reader.read_next_batch()


def test_a_stream_that_nobody_reads_is_let_go(model, table):
    for _ in range(20):
        stream = model.annotate(table)
        pyarrow.RecordBatchReader.from_stream(stream)
    del stream
    gc.collect()
    assert read(model.annotate(table)).num_rows == 4


def test_polars(model, table):
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(table)
    answered = polars.DataFrame(model.annotate(frame, text="abstract"))
    assert answered.columns == ["id", "abstract", "entities", "relations", "error"]
    assert labels(answered.row(0, named=True)) == labels(model(TEXTS[0]).to_dict())
    assert answered["entities"].is_null().to_list() == [False, True, False, False]


def test_duckdb(model, table):
    duckdb = pytest.importorskip("duckdb")
    texts = table  # noqa: F841 (named in the query)
    given = duckdb.sql("select id, abstract from texts where id < 7")
    answered = read(model.annotate(given))  # noqa: F841 (named in the query)
    found = duckdb.sql("select id, entity.text from (select id, unnest(entities) as entity from answered) order by all").fetchall()
    assert found == sorted((4, entity.text) for entity in model(TEXTS[0]).entities)


def test_pandas(model, table):
    pandas = pytest.importorskip("pandas")
    answered = read(model.annotate(table.to_pandas(), text="abstract"))
    assert [row["entities"] for row in answered.to_pylist()] == [
        row["entities"] for row in read(model.annotate(table)).to_pylist()
    ]
    assert isinstance(answered.to_pandas(), pandas.DataFrame)
