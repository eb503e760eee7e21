"""A component of spaCy: ``nlp.add_pipe("sinet", config={"model": "scierc"})``, without an import.

It sets

- ``doc.spans["sinet"]``: all entities, which may overlap; their scores are ``doc.spans["sinet"].attrs["scores"]``
- ``doc.ents``: those that do not overlap, the longest first, beside what other components have found
- ``doc._.relations``: the relations, each with ``head`` and ``tail`` (spans), ``type`` and ``score``; ``span._.relations`` those of one entity

and reads spaCy's own words, and its sentences where a component before it has found some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import filter_spans, minibatch, registry
from spacy.vocab import Vocab

from . import Annotation, Model, _sinet

#: The key of ``doc.spans``, and the beginning of all other names.
KEY = "sinet"


@dataclass(frozen=True, slots=True)
class SpanRelation:
    """A relation between two entities of a document."""

    head: Span
    tail: Span
    type: str
    #: How likely it is, 0 to 1.
    score: float


class SinetComponent:
    """The component. ``model`` is what :class:`sinet.Model` takes; it is read when the first document comes, unless it is there already."""

    def __init__(self, name: str, model: str, sets_entities: bool):
        self.name = name
        self.sets_entities = sets_entities
        self._source = model
        # Whoever loads a pipeline from a disk has the model there, and not where it was when it was saved.
        self._model: Model | None = None

    @property
    def model(self) -> Model:
        """The model."""
        if self._model is None:
            # One thread: `nlp.pipe(n_process=…)` is spaCy's own way to many.
            self._model = Model(self._source, threads=1)
        return self._model

    def __call__(self, doc: Doc) -> Doc:
        """Reads a document."""
        return self._set(doc, *self.model.pipe_words([_words(doc)]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Reads many."""
        for docs in minibatch(stream, size=batch_size):
            yield from map(self._set, docs, self.model.pipe_words(list(map(_words, docs))))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Writes the model folder."""
        self.model.to_disk(path)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SinetComponent:
        """Reads it."""
        self._model = Model(path, threads=1)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The model folder."""
        content: bytes = srsly.msgpack_dumps(self.model._model.files())
        return content

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> SinetComponent:
        """Reads it."""
        self._model = Model._of_files(srsly.msgpack_loads(data), threads=1)
        return self

    def _set(self, doc: Doc, found: Annotation) -> Doc:
        tokens = [token.i for token in doc if not token.is_space]
        entities = [
            Span(doc, tokens[entity.first_word], tokens[entity.end_word - 1] + 1, label=entity.type)
            for entity in found.entities
        ]
        group = SpanGroup(doc, name=KEY, spans=entities)
        # Plain values, which go to other processes and to the disk with the document.
        group.attrs["scores"] = [entity.score for entity in found.entities]
        group.attrs["relations"] = [
            [relation.head, relation.tail, relation.type, relation.score] for relation in found.relations
        ]
        doc.spans[KEY] = group
        if self.sets_entities:
            doc.ents = filter_spans([*doc.ents, *entities])
        return doc


class SinetTokenizer:
    """The words that ``sinet predict`` and the page read, as a tokenizer of spaCy; with it a pipeline says the same as these::

    [nlp.tokenizer]
    @tokenizers = "sinet.Tokenizer.v1"
    """

    def __init__(self, vocab: Vocab):
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Cuts a text into words. White space beyond the one space that spaCy expects becomes a token, as with its own tokenizer."""
        words: list[str] = []
        spaces: list[bool] = []
        end = 0
        for start, stop in (*_sinet.words(text), (len(text), len(text))):
            gap = text[end:start]
            if words and gap.startswith(" "):
                spaces[-1] = True
                gap = gap[1:]
            if gap:
                words.append(gap)
                spaces.append(False)
            if start < stop:
                words.append(text[start:stop])
                spaces.append(False)
            end = stop
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing: the words follow from the text."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> SinetTokenizer:
        """Nothing."""
        return self

    def to_disk(self, _path: str | Path, **_: Any) -> None:
        """Nothing."""

    def from_disk(self, _path: str | Path, **_: Any) -> SinetTokenizer:
        """Nothing."""
        return self


@Language.factory(
    "sinet",
    default_config={"model": "scierc", "sets_entities": True},
    assigns=["doc.spans", "doc.ents", "doc._.relations", "span._.relations"],
)
def make_component(nlp: Language, name: str, model: str, sets_entities: bool) -> SinetComponent:
    """The factory ``sinet``, which spaCy finds by its entry point."""
    return SinetComponent(name, model, sets_entities)


@registry.tokenizers("sinet.Tokenizer.v1")
def make_tokenizer() -> Any:
    """The tokenizer ``sinet.Tokenizer.v1``, which spaCy finds by its entry point."""

    def make(nlp: Language) -> SinetTokenizer:
        return SinetTokenizer(nlp.vocab)

    return make


def _words(doc: Doc) -> tuple[str, list[tuple[int, int]], list[int] | None]:
    """A document as the model reads it: white space is no word."""
    words = [token for token in doc if not token.is_space]
    starts = None
    if doc.has_annotation("SENT_START"):
        # The first word of each, even where white space begins it.
        sentences: dict[int, int] = {}
        for place, token in enumerate(words):
            sentences.setdefault(token.sent.start, place)
        starts = list(sentences.values())
    return doc.text, [(token.idx, token.idx + len(token)) for token in words], starts


def _of_doc(doc: Doc) -> list[SpanRelation]:
    if KEY not in doc.spans:
        return []
    group = doc.spans[KEY]
    entities = list(group)
    return [
        SpanRelation(entities[head], entities[tail], kind, score)
        for head, tail, kind, score in group.attrs.get("relations", ())
    ]


def _of_span(span: Span) -> list[SpanRelation]:
    def is_same(other: Span) -> bool:
        return (other.start, other.end) == (span.start, span.end)

    return [relation for relation in _of_doc(span.doc) if is_same(relation.head) or is_same(relation.tail)]


if not Doc.has_extension("relations"):
    Doc.set_extension("relations", getter=_of_doc)
if not Span.has_extension("relations"):
    Span.set_extension("relations", getter=_of_span)
