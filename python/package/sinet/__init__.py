"""Entities and the relations between them, on your own processor.

>>> import sinet
>>> model = sinet.Model("models/scierc")
>>> found = model("We present a parser that uses beam search.")
>>> for relation in found.relations:
...     print(found.entities[relation.head].text, relation.type, found.entities[relation.tail].text)
beam search Used-for parser

:class:`Model` reads a text, many (:meth:`Model.pipe`), or a table of Arrow (:meth:`Model.annotate`). :mod:`sinet.spacy` is a component of spaCy,
:mod:`sinet.spark` reads the tables of Spark.
"""

from ._sinet import SinetError, __version__
from .annotation import Annotation, Entity, Relation, Window
from .explanation import PairExplanation, RelationScore, SpanExplanation
from .model import Model, evaluate

__all__ = [
    "Annotation",
    "Entity",
    "Model",
    "PairExplanation",
    "Relation",
    "RelationScore",
    "SinetError",
    "SpanExplanation",
    "Window",
    "__version__",
    "evaluate",
]
