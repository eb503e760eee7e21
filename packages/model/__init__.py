"""A model of SINET: ``sinet.Model("NAME")``."""

from pathlib import Path


def folder() -> Path:
    """The model folder."""
    return Path(__file__).parent / "model"
