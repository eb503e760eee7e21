"""The component of spaCy."""

import subprocess
import sys

import pytest

import sinet

spacy = pytest.importorskip("spacy")

TEXT = "We present a parser that uses beam search. It wins."


@pytest.fixture
def nlp(folder):
    nlp = spacy.blank("en")
    nlp.add_pipe("sinet", config={"model": str(folder)})
    return nlp


def test_it_is_there_without_an_import(folder):
    script = (
        f"import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sinet', config={{'model': {str(folder)!r}}});"
        f"print(nlp({TEXT!r}).ents)"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "(parser, beam search)\n"


def test_what_it_sets(nlp, model):
    doc = nlp(TEXT)
    found = model(TEXT)
    spans = doc.spans["sinet"]
    assert [(span.text, span.label_) for span in spans] == [(entity.text, entity.type) for entity in found.entities]
    assert spans.attrs["scores"] == [entity.score for entity in found.entities]
    assert [ent.text for ent in doc.ents] == ["parser", "beam search"]
    [relation] = doc._.relations
    assert (relation.head.text, relation.type, relation.tail.text) == found.triples[0]
    assert relation.head._.relations == [relation] and doc[0:1]._.relations == []
    assert spacy.blank("en")("text")._.relations == []


def test_words_are_spacys(nlp, folder):
    from spacy.tokens import Doc

    # A word that no tokenizer here would make, and white space that is none.
    words = ["We", "use", "\n ", "beam search", "in", "a", "pars", "er"]
    doc = Doc(nlp.vocab, words=words, spaces=[True, True, False, True, True, True, False, False])
    doc = nlp.get_pipe("sinet")(doc)
    for span in doc.spans["sinet"]:
        assert span.text == doc.text[span.start_char : span.end_char] and not span[0].is_space
    found = sinet.Model(folder).pipe_words([(doc.text, [(0, 2), (3, 6), (9, 20), (21, 23), (24, 25), (26, 30), (30, 32)], None)])
    assert [span.text for span in doc.spans["sinet"]] == [entity.text for entity in found[0].entities]


def test_sentences_of_another_component_count(folder):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": ["that"]})
    nlp.add_pipe("sinet", config={"model": str(folder)})
    doc = nlp(TEXT)
    assert len(list(doc.sents)) > 1
    # Both entities are there, in two sentences, which no relation crosses.
    assert [ent.text for ent in doc.ents[:2]] == ["parser", "beam search"]
    assert all(relation.head.sent == relation.tail.sent for relation in doc._.relations)
    assert nlp.get_pipe("sinet").model(TEXT).triples == [("beam search", "Used-for", "parser")]


def test_odd_documents(nlp):
    for text in ["", " ", "\n\n \t", "😀", "  We use a parser .  \n"]:
        doc = nlp(text)
        assert doc.text == text
        assert len(doc.spans["sinet"]) == len(doc.spans["sinet"].attrs["scores"])


def test_overlapping_entities_stay_apart_in_ents(nlp, monkeypatch):
    component = nlp.get_pipe("sinet")
    doc = nlp.make_doc("beam search parser")
    entities = (
        sinet.Entity("Method", 0, 11, 0, 2, "beam search", 0.9),
        sinet.Entity("Task", 0, 18, 0, 3, "beam search parser", 0.8),
    )
    found = sinet.Annotation(doc.text, "m", ((0, 4), (5, 11), (12, 18)), (), entities, ())
    doc = component._set(doc, found)
    assert len(doc.spans["sinet"]) == 2 and [ent.label_ for ent in doc.ents] == ["Task"]
    component.sets_entities = False
    assert nlp.get_pipe("sinet")._set(nlp.make_doc(doc.text), found).ents == ()


def test_to_disk_and_back_where_the_model_was_not(nlp, tmp_path, folder):
    copy = tmp_path / "model"
    sinet.Model(folder).to_disk(copy)
    there = spacy.blank("en")
    there.add_pipe("sinet", config={"model": str(copy)})
    expected = there(TEXT).to_json()
    there.to_disk(tmp_path / "pipeline")
    copy.rename(tmp_path / "gone")
    assert spacy.load(tmp_path / "pipeline")(TEXT).to_json() == expected
    content = nlp.to_bytes()
    other = spacy.blank("en")
    other.add_pipe("sinet", config={"model": "not installed"})
    assert other.from_bytes(content)(TEXT).to_json() == expected
    unread = spacy.blank("en")
    unread.add_pipe("sinet", config={"model": "not installed"})
    with pytest.raises(sinet.SinetError, match="there is no model 'not installed'"):
        unread(TEXT)


def test_two_processes(nlp, sentences):
    texts = sentences[:40]
    one = [doc.to_json() for doc in nlp.pipe(texts)]
    two = list(nlp.pipe(texts, n_process=2, batch_size=10))
    assert [doc.to_json() for doc in two] == one
    assert [len(doc._.relations) for doc in two] == [len(nlp(text)._.relations) for text in texts]


def test_the_own_tokenizer(folder, model, tmp_path):
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "sinet.Tokenizer.v1"}}})
    nlp.add_pipe("sinet", config={"model": str(folder)})
    for text in ["", " a  b\n\nc. ", "It (the HK-7) works.\tYes  ", "😀😀 e\u0301"]:
        doc = nlp(text)
        assert doc.text == text
        words = tuple((token.idx, token.idx + len(token)) for token in doc if not token.is_space)
        assert words == model(text).words
    nlp.to_disk(tmp_path / "pipeline")
    assert [token.text for token in spacy.load(tmp_path / "pipeline")("a HK-7, b")] == [
        token.text for token in nlp("a HK-7, b")
    ]
