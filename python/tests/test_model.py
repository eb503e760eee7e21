"""Models, their answers, and what happens to them between processes and threads."""

import doctest
import inspect
import io
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
import zipfile

import pytest

import sinet
from conftest import ROOT, labels

TEXT = "We present a parser that uses beam search."


def test_a_text_is_read_as_the_program_reads_it(model, predict):
    for text in [TEXT, "", " ", "😀 é\u0301 We use a parser.", "A parser.\n\nA corpus uses it.\r\n"]:
        assert model(text).to_json() == json.dumps(json.loads(predict(text)), ensure_ascii=False, separators=(",", ":"))


def test_positions_are_those_of_python(model):
    found = model("😀 We use beam search in a parser 😀.")
    assert found.entities
    for entity in found.entities:
        assert found.text[entity.start : entity.end] == entity.text
        first, last = found.words[entity.first_word], found.words[entity.end_word - 1]
        assert (first[0], last[1]) == (entity.start, entity.end)


def test_pipe_keeps_order_and_reads_no_further_than_it_must(model, sentences):
    taken = []

    def texts():
        for text in sentences[:50]:
            taken.append(text)
            yield text

    answers = model.pipe(texts(), batch_size=10)
    assert next(answers).text == sentences[0]
    assert len(taken) == 10
    assert [found.text for found in answers] == sentences[1:50]
    assert list(model.pipe([])) == []


def test_threads_change_no_bit(folder, sentences):
    one, three = (list(sinet.Model(folder, threads=threads).pipe(sentences[:60])) for threads in (1, 3))
    assert one == three == list(map(sinet.Model(folder), sentences[:60]))


def test_sources(folder, tmp_path, model):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for file in folder.iterdir():
            written.write(file, f"scierc/{file.name}")
    path = tmp_path / "model.zip"
    path.write_bytes(archive.getvalue())
    model.to_disk(tmp_path / "copy")
    for source in [str(folder), path, archive.getvalue(), tmp_path / "copy"]:
        assert sinet.Model(source).fingerprint == model.fingerprint
        assert sinet.Model(source)(TEXT) == model(TEXT)


def test_an_installed_model_goes_by_its_name(tmp_path):
    pytest.importorskip("sinet_model_scierc", reason="the package of a model is not installed")
    script = "import sinet; print(sinet.Model('scierc')('A parser uses beam search.').triples)"
    printed = subprocess.check_output([sys.executable, "-c", script], text=True, cwd=tmp_path)
    assert printed == "[('beam search', 'Used-for', 'parser')]\n"
    with pytest.raises(sinet.SinetError, match="installed are conll04, scierc"):
        sinet.Model("ace05")


def test_a_source_that_is_none_is_said_in_a_sentence(folder, tmp_path):
    for source, words in [
        (tmp_path / "nowhere", "there is no model"),
        (tmp_path, "manifest.json"),
        (b"no zip", "the archive cannot be used"),
    ]:
        with pytest.raises(sinet.SinetError, match=words):
            sinet.Model(source)
    with pytest.raises(sinet.SinetError, match="0 threads"):
        sinet.Model(folder, threads=0)


def test_another_hash_is_refused_with_the_name_of_the_file(folder, tmp_path):
    damaged = tmp_path / "damaged"
    sinet.Model(folder).to_disk(damaged)
    config = damaged / "config.json"
    # Another manifest, too: the model that is in memory must not stand in.
    config.write_text(config.read_text().replace("scierc", "SCIERC"))
    manifest = damaged / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(sinet.SinetError, match="damaged: config.json is not the file that manifest.json names"):
        sinet.Model(damaged)


def test_what_is_no_text_is_refused(model):
    for text in [None, b"bytes", 3]:
        with pytest.raises(TypeError):
            model(text)
    with pytest.raises(UnicodeEncodeError):
        model("half of a pair: \ud83d")


def test_a_model_pickles_and_a_process_reads_it_once(model, monkeypatch):
    content = pickle.dumps(model)
    again = pickle.loads(content)
    assert again._model is model._model and again.threads == 2
    monkeypatch.setattr(sinet.model, "_loaded", {})
    fresh = pickle.loads(content)
    assert fresh._model is not model._model and fresh(TEXT) == model(TEXT)
    assert pickle.loads(content)._model is fresh._model
    assert pickle.loads(pickle.dumps(model(TEXT))) == model(TEXT)


def test_many_models_do_not_stay(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sinet.model, "_loaded", {})
    monkeypatch.setattr(sinet.model, "_MOST_LOADED", 1)
    sinet.Model(folder), sinet.Model(ROOT / "models/conll04")
    assert [model.name for model in sinet.model._loaded.values()] == ["conll04"]


def test_a_fork_after_use_reads_on(model, sentences):
    expected = list(model.pipe(sentences[:20]))
    with multiprocessing.get_context("fork").Pool(2) as pool:
        answers = pool.map_async(read_all, [(model, sentences[:20])] * 4)
        assert all(answer == expected for answer in answers.get(timeout=60))
    assert list(model.pipe(sentences[:20])) == expected


def read_all(given):
    model, texts = given
    return list(model.pipe(texts))


def test_a_child_of_a_child_reads_on(model):
    expected = model(TEXT)
    child = os.fork()
    if child == 0:
        grandchild = os.fork()
        if grandchild == 0:
            os._exit(0 if list(model.pipe([TEXT] * 4)) == [expected] * 4 else 1)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_other_threads_go_on_while_a_model_reads(model, sentences):
    count = 0
    is_done = False

    def go_on():
        nonlocal count
        while not is_done:
            count += 1
            time.sleep(0)

    other = threading.Thread(target=go_on)
    other.start()
    before = count
    model(" ".join(sentences[:40]))
    counted = count - before
    is_done = True
    other.join()
    # Under the lock it would be called after the reading only, that is hardly ever.
    assert counted > 100


def test_threads_of_python_may_share_a_model(model, sentences):
    expected = list(model.pipe(sentences[:16]))
    answers = [None] * 4

    def read(place):
        answers[place] = list(model.pipe(sentences[:16], batch_size=3))

    threads = [threading.Thread(target=read, args=[place]) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers == [expected] * 4


def test_one_thread_starts_none(folder):
    script = f"import sinet, os; list(sinet.Model({str(folder)!r}, threads=1).pipe(['A parser uses beam search.'] * 9)); "
    printed = subprocess.check_output([sys.executable, "-c", script + "print(len(os.listdir('/proc/self/task')))"])
    assert int(printed) == 1


def test_relations_between_entities_of_somebody_else(model):
    found = model(TEXT)
    again = model.relate(found.text, found.entities)
    assert again == found
    # Boundaries that no word has, in any order, of code points.
    text = "😀 the HK-7strain uses beam search"
    given = [(22, 33, "Method"), (6, 10, "Method")]
    related = model.relate(text, given, threshold=0.0)
    assert [(entity.text, entity.score) for entity in related.entities] == [("HK-7", 1.0), ("beam search", 1.0)]
    assert {relation.type for relation in related.relations} <= set(model.relation_types)
    assert len(related.relations) >= len(model.relation_types)
    for wrong, words in [
        ((0, 99, "Method"), "no stretch of this text"),
        ((3, 2, "Method"), "no stretch of this text"),
        ((1, 2, "Method"), "there is no word"),
        ((2, 5, "Drug"), "no entity type of this model"),
    ]:
        with pytest.raises(sinet.SinetError, match=words):
            model.relate(text, [wrong])


def test_reasons_agree_with_what_is_found(model, sentences):
    for found in model.pipe(sentences[:20]):
        for entity in found.entities:
            reason = model.explain(found, entity)
            assert (reason.decision, reason.type) == ("reported", entity.type)
            assert reason.scores[entity.type] == pytest.approx(entity.score, abs=1e-6)
            assert set(reason.scores) == {None, *model.entity_types}
        for relation in found.relations:
            reason = model.explain(found, found.entities[relation.head], found.entities[relation.tail])
            assert reason.barrier is None
            assert relation.type in {score.type for score in reason.forward if score.decision == "reported"}
    found = model(TEXT)
    assert model.explain(TEXT, (0, 2)).decision == "no_entity"
    assert model.explain(found, (0, 2), (13, 19)).barrier == "head_is_no_entity"
    assert model.explain(TEXT, (0, 2), (13, 19)).barrier is None


def test_a_picture_is_the_pages(model, predict, tmp_path):
    found = model("Beam <b>search</b> & a parser: we use beam search in a parser.")
    picture = found._repr_html_()
    assert picture.startswith('<figure class="sinet">') and "<b>" not in picture and "<script" not in picture
    path = tmp_path / "picture.svg"
    predict(found.text, "--output", path)
    assert found.to_svg() == path.read_text()
    assert found.to_svg(dark=True) != found.to_svg()
    assert "beam search" in str(found) and "Used-for" in str(model(TEXT))


def test_an_annotation_that_somebody_has_changed_is_no_crash(model):
    from dataclasses import replace

    found = model(TEXT)
    for odd in [
        replace(found, entities=(replace(found.entities[0], end=10**6),)),
        replace(found, entities=(replace(found.entities[0], score=7.0),)),
        replace(found, relations=(sinet.Relation("Used-for", 7, 9, 0.5),)),
        replace(found, _types="no JSON"),
    ]:
        with pytest.raises(sinet.SinetError):
            odd.to_html()
    # The words of its entities are not asked for.
    assert replace(found, entities=(replace(found.entities[0], end_word=99),), relations=()).to_html()


def test_an_annotation_comes_back_from_its_json(model):
    found = model(TEXT)
    assert sinet.Annotation.from_dict(json.loads(found.to_json())) == found
    assert labels(found.to_dict()) == labels(json.loads(found.to_json()))


def test_scores_are_those_of_the_program(model, folder, program, tmp_path):
    found = list(model.pipe([TEXT, "A corpus uses it."]))
    sentences = [
        {
            "tokens": [annotation.text[start:end] for start, end in annotation.words],
            "entities": [
                {"type": entity.type, "start": entity.first_word, "end": entity.end_word}
                for entity in annotation.entities[:1]
            ],
            "relations": [],
        }
        for annotation in found
    ]
    data = tmp_path / "dev.json"
    data.write_text(json.dumps(sentences))
    for rule in ["text-order", "doubled"]:
        theirs = json.loads(program("evaluate", "--model", folder, "--data", data, "--json", "--symmetric", rule))
        del theirs["calibration"]
        assert sinet.evaluate(model, data, symmetric=rule) == theirs
    with pytest.raises(sinet.SinetError, match="there is no rule"):
        sinet.evaluate(model, data, symmetric="none")
    with pytest.raises(sinet.SinetError, match="nowhere.json"):
        sinet.evaluate(model, "nowhere.json")


def test_examples_in_the_documentation_are_right(monkeypatch, model):
    monkeypatch.chdir(ROOT)
    for module in [sinet, sinet.model]:
        outcome = doctest.testmod(module, extraglobs={"model": model, "sinet": sinet})
        assert outcome.failed == 0 and outcome.attempted > 0


def test_everything_public_is_documented():
    for name in sinet.__all__:
        thing = getattr(sinet, name)
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                    assert inspect.getdoc(value), f"{name}.{member}"
        assert isinstance(thing, str) or inspect.getdoc(thing), name


def test_an_import_needs_nothing_else():
    script = "import sinet, sys; print([name for name in ('numpy', 'pyarrow', 'spacy', 'pyspark') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "[]\n"
