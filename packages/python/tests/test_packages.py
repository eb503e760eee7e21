"""The package as it is installed: notebooks, fences of Python-Markdown, Sphinx.

``cargo xtask hosts`` runs this where the hosts are installed: ``python -m unittest discover --start-directory packages/python/tests``.
"""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path

import markdown
import sinet_docs
from pymdownx.superfences import SuperFencesException

#: A folder of docs with a lock file.
DOCS = Path(__file__).parents[3] / "tests/hosts/docs"
READ = "We present a parser that uses beam search."
UNREAD = "Nobody has read this."
LABELLED = {"text": "Ada lives in Paris.", "entities": [{"type": "Person", "start": 0, "end": 3}], "relations": []}


class Distribution(unittest.TestCase):
    def test_it_comes_with_its_licences(self):
        names = {file.name for file in importlib.metadata.files("sinet-docs")}
        self.assertLessEqual({"LICENSE-APACHE", "LICENSE-MIT"}, names)


class Notebook(unittest.TestCase):
    def test_a_text_is_shown_as_the_lock_file_has_it(self):
        shown = sinet_docs.show(READ, "scierc", docs=DOCS)._repr_mimebundle_()
        self.assertTrue(shown["text/html"].startswith('<figure class="sinet">'))
        self.assertIn("beam search", shown["text/html"])
        self.assertIn("beam search", shown["text/plain"])
        self.assertNotIn("<", shown["text/plain"])

    def test_an_annotation_is_shown_as_it_is(self):
        figure = sinet_docs.show(LABELLED, "list=open")
        self.assertIn("<details open", figure.html)
        self.assertIn("Person", repr(figure))

    def test_a_text_that_nobody_has_read_is_an_error(self):
        with self.assertRaisesRegex(sinet_docs.SinetError, "sinet docs update"):
            sinet_docs.show(UNREAD, "scierc", docs=DOCS)
        # The program goes on.
        self.assertIn("parser", sinet_docs.show(READ, "scierc", docs=DOCS).text)

    def test_threads_take_turns(self):
        texts = [f"Ada {number} times." for number in range(40)]
        with ThreadPoolExecutor(8) as threads:
            shown = threads.map(lambda text: sinet_docs.show({**LABELLED, "text": text}).html, texts)
        for text, html in zip(texts, shown):
            self.assertIn(f'aria-label="{text}"', html)


class Fences(unittest.TestCase):
    def render(self, source):
        fence = {"name": "sinet", "class": "sinet", "format": sinet_docs.fence, "validator": sinet_docs.words}
        config = {"pymdownx.superfences": {"custom_fences": [fence]}}
        return markdown.markdown(source, extensions=["pymdownx.superfences"], extension_configs=config)

    def test_a_fence_is_a_figure(self):
        with chdir(DOCS):
            html = self.render(f'Before.\n\n- An item\n\n    ```sinet scierc list="open"\n    {READ}\n    ```\n')
        self.assertIn('<figure class="sinet">', html)
        self.assertIn("<details open", html)
        self.assertNotIn("```", html)

    def test_a_fence_that_cannot_be_drawn_ends_the_build(self):
        with chdir(DOCS), self.assertRaisesRegex(SuperFencesException, "sinet docs update"):
            self.render(f"```sinet scierc\n{UNREAD}\n```\n")
        with self.assertRaisesRegex(SuperFencesException, "scores"):
            self.render(f"```sinet score\n{json.dumps(LABELLED)}\n```\n")


class Sphinx(unittest.TestCase):
    def build(self, builder, pages, *, config=""):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        conf = f'extensions = ["myst_parser", "sinet_docs.sphinx"]\nsinet_docs_folder = {str(DOCS)!r}\n{config}\n'
        for name, content in {"conf.py": conf, **pages}.items():
            (folder / name).write_text(content, encoding="utf-8")
        words = [sys.executable, "-m", "sphinx", "-W", "-q", "-j", "2", "-b", builder, ".", "built"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        return done, folder / "built"

    def test_a_directive_and_fences_are_figures(self):
        fences = f"# Figures\n\n```{{sinet}} scierc\n{READ}\n```\n\n```sinet\n%| scierc list=open\n{READ}\n```\n"
        directive = f"Directive\n=========\n\n.. sinet:: scierc scores\n\n   {READ}\n"
        done, built = self.build("html", {"index.md": f"{fences}\n```{{toctree}}\nother\n```\n", "other.rst": directive})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        page = (built / "index.html").read_text(encoding="utf-8")
        self.assertEqual(page.count('<figure class="sinet">'), 2)
        self.assertIn("<details open", page)
        self.assertNotIn("%|", page)
        self.assertIn("_static/sinet.css", page)
        self.assertTrue((built / "_static/sinet.css").is_file())
        self.assertIn(" scores ", (built / "other.html").read_text(encoding="utf-8"))

    def test_only_a_page_with_a_live_figure_gets_the_script(self):
        pages = {
            "index.md": f"# One\n\n```{{sinet}} scierc live\n{READ}\n```\n\n```{{toctree}}\nstill\n```\n",
            "still.md": f"# Two\n\n```{{sinet}} scierc\n{READ}\n```\n",
        }
        done, built = self.build("html", pages, config='sinet_script = "https://example.org/sinet.js"')
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        has_script = {name: "example.org/sinet.js" in (built / f"{name}.html").read_text(encoding="utf-8") for name in ("index", "still")}
        self.assertEqual(has_script, {"index": True, "still": False})

    def test_latex_gets_tikz_and_text_gets_text(self):
        page = f"# Figures\n\n```{{sinet}} scierc\n{READ}\n```\n"
        done, built = self.build("latex", {"index.md": page}, config='latex_documents = [("index", "figures.tex", "", "", "howto")]')
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        tex = (built / "figures.tex").read_text(encoding="utf-8")
        self.assertIn("\\begin{tikzpicture}", tex)
        self.assertIn("\\usepackage{tikz}", tex)
        done, built = self.build("text", {"index.md": page})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("beam search", (built / "index.txt").read_text(encoding="utf-8"))

    def test_a_figure_that_cannot_be_drawn_is_a_warning_with_its_line(self):
        done, _ = self.build("html", {"index.md": f"# Figures\n\n\n```{{sinet}} scierc\n{UNREAD}\n```\n"})
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"index\.md:4:.*sinet docs update")


if __name__ == "__main__":
    unittest.main()
