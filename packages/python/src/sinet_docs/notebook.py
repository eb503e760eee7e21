"""Figures in notebooks."""

import json

from .painter import painter


class Figure:
    """A figure that Jupyter shows: as HTML, or as text where there is none."""

    def __init__(self, html: str, text: str):
        self.html = html
        self.text = text

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self):
        return self.text


def show(text, words="", docs=".") -> Figure:
    """The figure of a text, as the lock file of ``docs`` has it, or of an annotation as ``sinet predict`` prints it.

    ``words`` are those of a fence: a model, ``scores``, … Raises :class:`sinet_docs.SinetError` if there is no such figure.
    """
    content = text if isinstance(text, str) else json.dumps(text)
    draw = painter(docs).draw
    return Figure(draw("html", words, content).figure, draw("text", words, content).figure)
