"""Fences of Python-Markdown: a formatter for pymdownx.superfences, which Material for MkDocs and Zensical use."""

from .painter import SinetError, painter


def words(language, inputs, options, attrs, md):
    """Takes any words after a fence's ``sinet``; ``sinet-docs`` knows which there are."""
    options.update(inputs)
    return True


def fence(source, language, css_class, options, md, **kwargs):
    """Draws a fence ``sinet``. The docs folder is that of the program that builds.

    Raises ``SuperFencesException``, which ends the build, if there is no such figure.
    """
    written = [name if value == name else f"{name}={value}" for name, value in options.items()]
    try:
        return painter().draw("html", " ".join(written), source).figure
    except SinetError as error:
        from pymdownx.superfences import SuperFencesException

        raise SuperFencesException(str(error)) from error
