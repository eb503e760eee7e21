"""Fences of Python-Markdown: a formatter for pymdownx.superfences, which Material for MkDocs and Zensical use."""

from .painter import SinetError, painter


def fence(source, language, css_class, options, md, **kwargs):
    """Draws a fence ``sinet``. The docs folder is that of the program that builds.

    Raises ``SuperFencesException``, which ends the build, if there is no such figure.
    """
    attributes = dict(options or {})
    attributes.update(kwargs.get("attrs") or {})
    words = " ".join(name if value in (None, "", name) else f'{name}="{value}"' for name, value in attributes.items())
    classes = [name for name in kwargs.get("classes") or [] if name != css_class]
    try:
        return painter().draw("html", " ".join([*classes, words]).strip(), source).figure
    except SinetError as error:
        from pymdownx.superfences import SuperFencesException

        raise SuperFencesException(str(error)) from error
