"""An extension of Sphinx: the directive ``sinet``, and with MyST also plain fences of that name.

A figure becomes HTML, TikZ or plain text, as the builder needs. With ``-W`` a figure that cannot be drawn ends the build.
"""

from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import painter as painters

logger = logging.getLogger(__name__)
STYLE = "sinet.css"


class sinet(nodes.General, nodes.Element):
    """A figure that is to be drawn: attributes ``words`` and ``text``."""


class SinetDirective(SphinxDirective):
    """``.. sinet:: scierc`` with a text below it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self):
        node = sinet("", words=" ".join(self.arguments), text="\n".join(self.content))
        self.set_source_info(node)
        return [node]


class TakeFences(SphinxPostTransform):
    """A plain fence, which MyST reads as code in the language ``sinet``, is a figure."""

    default_priority = 5

    def run(self, **kwargs):
        for code in list(self.document.findall(nodes.literal_block)):
            if code.get("language") == "sinet":
                node = sinet("", words="", text=code.astext())
                node.source, node.line = code.source, code.line
                code.replace_self(node)


class Draw(SphinxPostTransform):
    """Puts the drawn figures into their places."""

    default_priority = 6

    def run(self, **kwargs):
        form = {"html": "html", "latex": "latex"}.get(self.app.builder.format, "text")
        painter = painters.painter(self.config.sinet_docs_folder or self.app.confdir)
        for node in list(self.document.findall(sinet)):
            try:
                drawn = painter.draw(form, node["words"], node["text"], node.source, node.line)
            except painters.SinetError as error:
                logger.warning(str(error), location=node, type="sinet")
                node.replace_self(nodes.literal_block(node["text"], node["text"]))
                continue
            if form == "text":
                node.replace_self(nodes.literal_block(drawn.figure, drawn.figure))
            else:
                raw = nodes.raw("", drawn.figure, format=form)
                raw["sinet_live"] = drawn.live
                node.replace_self(raw)


def add_script(app, pagename, templatename, context, doctree):
    """Pages with a live figure get the element's script, and no other page does."""
    if doctree is not None and app.config.sinet_script:
        if any(raw.get("sinet_live") for raw in doctree.findall(nodes.raw)):
            app.add_js_file(app.config.sinet_script, type="module")


def add_style(app):
    """Names the style sheet, which the figures can do without, on every page."""
    if app.builder.format == "html":
        app.add_css_file(STYLE)


def write_style(app, exception):
    """Puts it where the pages look for it."""
    if app.builder.format == "html" and exception is None:
        folder = Path(app.outdir) / "_static"
        folder.mkdir(exist_ok=True)
        (folder / STYLE).write_text(painters.style(), encoding="utf-8")


def setup(app):
    app.add_config_value("sinet_docs_folder", None, "env", [str])
    app.add_config_value("sinet_script", None, "html", [str])
    app.add_node(sinet)
    app.add_directive("sinet", SinetDirective)
    app.add_post_transform(TakeFences)
    app.add_post_transform(Draw)
    app.add_latex_package("tikz")
    app.connect("builder-inited", add_style)
    app.connect("build-finished", write_style)
    app.connect("html-page-context", add_script)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
