"""What a model says of a text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from . import _sinet


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity: ``annotation.text[start:end]``."""

    type: str
    #: The first character, in code points, as Python counts.
    start: int
    #: The character after the last.
    end: int
    #: The first word, as a place in :attr:`Annotation.words`.
    first_word: int
    #: The word after the last.
    end_word: int
    text: str
    #: How likely its type is, 0 to 1.
    score: float


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two entities, which it names by their places in :attr:`Annotation.entities`."""

    type: str
    head: int
    tail: int
    #: How likely it is, 0 to 1.
    score: float


@dataclass(frozen=True, slots=True)
class Window:
    """Words that the model has read together: a sentence, or a part of one that is too long for it."""

    #: In characters of the text.
    start: int
    end: int
    #: As places in :attr:`Annotation.words`.
    first_word: int
    end_word: int
    #: Word pieces that the encoder has read.
    pieces: int
    #: Word pieces that did not fit, all of one word. Above 0 the end of that word was not read.
    dropped_pieces: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text with the entities and the relations that a model has found in it.

    Jupyter shows it as a picture; ``print`` as lines.
    """

    text: str
    #: The name of the model.
    model: str
    #: Each word's first character, and that after its last.
    words: tuple[tuple[int, int], ...]
    windows: tuple[Window, ...]
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    #: The types as pictures need them, as JSON.
    _types: str = field(default="{}", repr=False, compare=False)

    @property
    def triples(self) -> list[tuple[str, str, str]]:
        """Head, type and tail of each relation, as text."""
        return [
            (self.entities[relation.head].text, relation.type, self.entities[relation.tail].text)
            for relation in self.relations
        ]

    def to_dict(self) -> dict[str, Any]:
        """What ``sinet predict`` prints."""

        def stretch(start: int, end: int) -> dict[str, int]:
            return {"start": start, "end": end}

        return {
            "text": self.text,
            "model": self.model,
            "offset_unit": "code_points",
            "words": [stretch(*word) for word in self.words],
            "windows": [
                {
                    **stretch(window.start, window.end),
                    "words": stretch(window.first_word, window.end_word),
                    "pieces": window.pieces,
                    "dropped_pieces": window.dropped_pieces,
                }
                for window in self.windows
            ],
            "entities": [
                {
                    "type": entity.type,
                    **stretch(entity.start, entity.end),
                    "words": stretch(entity.first_word, entity.end_word),
                    "text": entity.text,
                    "score": entity.score,
                }
                for entity in self.entities
            ],
            "relations": [
                {"type": relation.type, "head": relation.head, "tail": relation.tail, "score": relation.score}
                for relation in self.relations
            ],
        }

    @classmethod
    def from_dict(cls, annotation: dict[str, Any], types: str = "{}") -> Annotation:
        """The annotation that :meth:`to_dict` has written, or ``sinet predict``."""
        return cls(
            text=annotation["text"],
            model=annotation["model"],
            words=tuple((word["start"], word["end"]) for word in annotation["words"]),
            windows=tuple(
                Window(
                    window["start"],
                    window["end"],
                    window["words"]["start"],
                    window["words"]["end"],
                    window["pieces"],
                    window.get("dropped_pieces", 0),
                )
                for window in annotation["windows"]
            ),
            entities=tuple(
                Entity(
                    entity["type"],
                    entity["start"],
                    entity["end"],
                    entity["words"]["start"],
                    entity["words"]["end"],
                    entity["text"],
                    entity["score"],
                )
                for entity in annotation["entities"]
            ),
            relations=tuple(
                Relation(relation["type"], relation["head"], relation["tail"], relation["score"])
                for relation in annotation["relations"]
            ),
            _types=types,
        )

    def to_json(self) -> str:
        """:meth:`to_dict` in one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    def to_html(self) -> str:
        """A picture as one element of HTML, in the colours of the page, which needs no script."""
        return _sinet.html(self.to_json(), self._types)

    def to_svg(self, *, dark: bool = False) -> str:
        """A picture as a file of SVG."""
        return _sinet.svg(self.to_json(), self._types, dark)

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        return _sinet.plain(self.to_json(), self._types).rstrip()
