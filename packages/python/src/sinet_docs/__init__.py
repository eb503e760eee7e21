"""Annotated sentences in documentation, drawn by the program ``sinet-docs``.

:func:`show` is for notebooks, :func:`fence` and :func:`words` for the superfences of Material and Zensical, and ``sinet_docs.sphinx`` is an
extension of Sphinx. All of them ask :class:`Painter`, which has the program draw.
"""

from .painter import Drawn, Painter, SinetError
from .fences import fence, words
from .notebook import Figure, show

__all__ = ["Drawn", "Figure", "Painter", "SinetError", "fence", "show", "words"]
