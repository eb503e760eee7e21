"""Models."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from . import _sinet
from ._sinet import AnnotatedBatches, SinetError
from .annotation import Annotation, Entity
from .explanation import PairExplanation, SpanExplanation

#: Texts that :meth:`Model.pipe` reads together, for each thread.
_TEXTS_A_THREAD = 32

#: Models of this process by fingerprint, the one used last at the end: whoever opens or unpickles one again does not read it again.
_loaded: dict[str, _sinet.Model] = {}
_MOST_LOADED = 4


class Model:
    """A model.

    ``source`` is a model folder, a zip archive of one, its bytes, or the name of an installed package of a model, such as ``"scierc"``.
    ``threads`` are those that read many texts; without a number, one for each core.

    A model pickles with all of its files, and a process keeps those it has read: a worker that is given one again and again reads it once.
    It may be used by several threads, and in a child after a fork.

    >>> model = sinet.Model("models/scierc")
    >>> model.name, model.entity_types[:3]
    ('scierc', ('Task', 'Method', 'Material'))
    """

    __slots__ = ("_model", "_threads", "_types")

    def __init__(self, source: str | os.PathLike[str] | bytes, *, threads: int | None = None):
        if threads is not None and threads < 1:
            raise SinetError(f"{threads} threads cannot read; name at least one, or none for one each core")
        self._take(_kept(_read(source)), threads)

    def _take(self, model: _sinet.Model, threads: int | None) -> None:
        self._model, self._threads = model, threads
        # Once, and not with each annotation, all of which hold it.
        self._types = model.types

    @classmethod
    def _of_files(cls, files: dict[str, bytes], *, threads: int | None) -> Model:
        return _restored(_kept(_sinet.Model.of_files(files)), threads)

    @property
    def name(self) -> str:
        """Its name."""
        return self._model.name

    @property
    def fingerprint(self) -> str:
        """The name of its files: the beginning of the hash of their manifest."""
        return self._model.fingerprint

    @property
    def entity_types(self) -> tuple[str, ...]:
        """The types of its entities."""
        return tuple(self._model.entity_types)

    @property
    def relation_types(self) -> tuple[str, ...]:
        """The types of its relations."""
        return tuple(self._model.relation_types)

    @property
    def threads(self) -> int:
        """The threads that read many texts."""
        if self._threads is not None:
            return self._threads
        # Those that this process may use, where the system says.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def with_threads(self, threads: int | None) -> Model:
        """The same model with another number of threads."""
        return _restored(self._model, threads)

    def __call__(self, text: str) -> Annotation:
        """Reads a text of any length, sentence by sentence.

        >>> found = model("We present a parser that uses beam search.")
        >>> [(entity.text, entity.type) for entity in found.entities]
        [('parser', 'Method'), ('beam search', 'Method')]
        """
        return self._annotation(self._model.read([text], 1)[0])

    def pipe(self, texts: Iterable[str], *, batch_size: int | None = None) -> Iterator[Annotation]:
        """Reads many texts with all threads, and gives the annotations in their order, while only some texts are in memory.

        ``batch_size`` is how many are read together; without a number, 32 for each thread.

        >>> [len(found.entities) for found in model.pipe(["A parser uses beam search.", ""])]
        [2, 0]
        """
        texts = iter(texts)
        threads = self.threads
        while batch := list(islice(texts, batch_size or _TEXTS_A_THREAD * threads)):
            yield from map(self._annotation, self._model.read(batch, threads))

    def pipe_words(
        self, texts: Sequence[tuple[str, Sequence[tuple[int, int]], Sequence[int] | None]]
    ) -> list[Annotation]:
        """Reads texts whose words are known: of each the text, its words (first character and that after the last) and the words that
        begin sentences, or ``None`` for those that the model finds.

        >>> [found] = model.pipe_words([("Beam search helps.", [(0, 4), (5, 11), (12, 17), (17, 18)], [0])])
        >>> found.words == ((0, 4), (5, 11), (12, 17), (17, 18))
        True
        """
        return list(map(self._annotation, self._model.read_words(texts, self.threads)))

    def annotate(self, data: Any, *, text: str | None = None) -> AnnotatedBatches:
        """Reads a table, a batch or a stream of Arrow: of pyarrow, polars, DuckDB, pandas, or anything else with ``__arrow_c_stream__`` or
        ``__arrow_c_array__``. ``text`` names the column of texts; without a name it is ``text``, or the only one of text.

        All columns are kept, and ``entities``, ``relations`` and ``error`` come after them. A null has null lists; a text that cannot be read
        has its reason in ``error``, and ends nothing. The answer is a stream, which reads as it is read itself, once::

            polars.DataFrame(model.annotate(frame))
            pyarrow.RecordBatchReader.from_stream(model.annotate(reader))
        """
        return self._model.annotate(data, text, self.threads)

    def relate(
        self, text: str, entities: Iterable[Entity | tuple[int, int, str]], *, threshold: float | None = None
    ) -> Annotation:
        """The relations between entities that somebody else has chosen: those of an annotation, or first character, character after the last,
        and type. ``threshold`` is the lowest score that is reported; without a number, the model's own.

        >>> found = model.relate("A parser uses beam search.", [(2, 8, "Method"), (14, 25, "Method")])
        >>> found.triples
        [('beam search', 'Used-for', 'parser')]
        """
        given = [_entity(entity) for entity in entities]
        if threshold is None:
            threshold = self._model.relation_threshold
        return self._annotation((self._model.relate(text, given, threshold), None))

    def explain(
        self,
        found: Annotation | str,
        head: Entity | tuple[int, int],
        tail: Entity | tuple[int, int] | None = None,
    ) -> SpanExplanation | PairExplanation:
        """Why a stretch of text is an entity or is not, or why two entities are related or are not.

        ``found`` is an annotation, among whose entities relations are looked for, or a text, in which the two named ones are entities.

        >>> found = model("A parser uses beam search.")
        >>> model.explain(found, (9, 13)).decision
        'no_entity'
        >>> reason = model.explain(found, found.entities[1], found.entities[0])
        >>> [score.type for score in reason.forward if score.decision == "reported"]
        ['Used-for']
        """
        named = [_place(stretch) for stretch in (head, tail) if stretch is not None]
        text, entities = (found, named) if isinstance(found, str) else (found.text, map(_place, found.entities))
        answer = json.loads(self._model.explain(text, named[0], named[1] if tail else None, list(entities)))
        if tail is None:
            return SpanExplanation._of(answer["span"], self.entity_types)
        return PairExplanation._of(answer["pair"], self.relation_types)

    def to_disk(self, path: str | os.PathLike[str]) -> None:
        """Writes the model folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._model.files().items():
            (folder / name).write_bytes(content)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.fingerprint, self._threads, self._model.files())

    def __repr__(self) -> str:
        return f"<sinet.Model {self.name} {self.fingerprint}>"

    def _annotation(self, answer: tuple[str | None, str | None]) -> Annotation:
        found, reason = answer
        if found is None:
            raise SinetError(reason)
        return Annotation.from_dict(json.loads(found), self._types)


def evaluate(model: Model, data: str | os.PathLike[str], *, symmetric: str = "text-order") -> dict[str, Any]:
    """The scores of a model on labelled sentences in SpERT's JSON, as ``sinet evaluate --json`` prints them, but for the calibration.

    ``symmetric`` is the rule for relations without direction: ``text-order``, ``directed`` or ``doubled``.

    >>> scores = sinet.evaluate(model, "data/dev.json")  # doctest: +SKIP
    >>> scores["relations_strict"]["micro"]["f1"]  # doctest: +SKIP
    31.43
    """
    scores: dict[str, Any] = json.loads(model._model.evaluate(data, symmetric, model.threads))
    return scores


def _read(source: str | os.PathLike[str] | bytes) -> _sinet.Model:
    if isinstance(source, bytes):
        return _sinet.Model.of_zip(source)
    path = _found(source)
    if path.is_file():
        return _sinet.Model.of_zip(path.read_bytes())
    return _loaded.get(_sinet.fingerprint_of(path)) or _sinet.Model.of_folder(path)


def _found(source: str | os.PathLike[str]) -> Path:
    """A folder or an archive: of this path, or of the installed package of this name."""
    path = Path(source)
    if path.exists():
        return path
    # As late as possible: it takes longer than all else that an import of this package does.
    from importlib.metadata import entry_points

    packages = {package.name: package for package in entry_points(group="sinet_models")}
    if str(source) in packages:
        return Path(packages[str(source)].load()())
    installed = f"; installed are {', '.join(sorted(packages))}" if packages else ""
    raise SinetError(f"there is no model {str(source)!r}: name a folder, a zip archive or an installed model{installed}")


def _kept(model: _sinet.Model) -> _sinet.Model:
    """The model of this process with the same files, as the one that was used last."""
    model = _loaded.pop(model.fingerprint, model)
    _loaded[model.fingerprint] = model
    while len(_loaded) > _MOST_LOADED:
        _loaded.pop(next(iter(_loaded)), None)
    return model


def _restored(model: _sinet.Model, threads: int | None) -> Model:
    restored = Model.__new__(Model)
    restored._take(model, threads)
    return restored


def _unpickled(fingerprint: str, threads: int | None, files: dict[str, bytes]) -> Model:
    known = _loaded.get(fingerprint)
    return _restored(_kept(known or _sinet.Model.of_files(files)), threads)


def _place(stretch: Entity | tuple[int, int]) -> tuple[int, int]:
    return (stretch.start, stretch.end) if isinstance(stretch, Entity) else stretch


def _entity(entity: Entity | tuple[int, int, str]) -> tuple[tuple[int, int], str, float]:
    if isinstance(entity, Entity):
        return (entity.start, entity.end), entity.type, entity.score
    start, end, kind = entity
    # Whoever names it is sure.
    return (start, end), kind, 1.0
