"""Why a model says something of a text, or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SpanExplanation:
    """The model's judgement of some words."""

    #: How likely each type is, 0 to 1, and ``None``, which is no entity. Empty where the model was not asked.
    scores: dict[str | None, float]
    #: The lowest score of an entity that is reported.
    threshold: float
    #: ``reported``, ``no_entity``, ``below_threshold``, ``too_wide``, ``across`` (a boundary between sentences or inputs) or ``nowhere``.
    decision: str
    #: The type that was chosen, if one was.
    type: str | None

    @classmethod
    def _of(cls, found: dict[str, Any], types: Sequence[str]) -> SpanExplanation:
        decision, detail = _named(found["decision"])
        scores = dict(zip([None, *types], found["scores"]))
        kind = detail.get("kind")
        return cls(scores, found["threshold"], decision, None if kind is None else types[kind])


@dataclass(frozen=True, slots=True)
class RelationScore:
    """One relation type between two stretches, in one direction."""

    type: str
    #: How likely it is in this direction, 0 to 1.
    score: float
    #: ``reported``, ``other_way_round`` (a type without direction counts once), ``below_threshold`` or ``barred``.
    decision: str


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """The model's judgement of two stretches, in both directions."""

    #: From head to tail, each type.
    forward: tuple[RelationScore, ...]
    #: From tail to head.
    backward: tuple[RelationScore, ...]
    #: The lowest score of a relation that is reported.
    threshold: float
    #: Why nothing is reported, whatever the scores: ``nowhere``, ``apart``, ``same``, ``head_is_no_entity``, ``tail_is_no_entity``,
    #: ``neither_is_entity``, or ``None``.
    barrier: str | None

    @classmethod
    def _of(cls, found: dict[str, Any], types: Sequence[str]) -> PairExplanation:
        def scores(direction: list[dict[str, Any]]) -> tuple[RelationScore, ...]:
            return tuple(
                RelationScore(kind, score["score"], _named(score["decision"])[0]) for kind, score in zip(types, direction)
            )

        barrier = found["barrier"] and _named(found["barrier"])[0]
        return cls(scores(found["forward"]), scores(found["backward"]), found["threshold"], barrier)


def _named(variant: str | dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of a variant, and what it holds."""
    if isinstance(variant, str):
        return variant, {}
    ((name, detail),) = variant.items()
    return name, detail
