"""The program ``sinet-docs``, which draws figures for whoever asks."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from typing import NamedTuple, Optional


class SinetError(Exception):
    """A figure that cannot be drawn; one sentence with file and line."""


class Drawn(NamedTuple):
    """A figure."""

    #: The figure in the form that was asked for.
    figure: str
    #: Whether the page also needs the element's script.
    live: bool


class Painter:
    """A running ``sinet-docs draw`` for one folder of docs. It draws many figures; threads take turns."""

    def __init__(self, docs="."):
        self.docs = Path(docs)
        self._lock = threading.Lock()
        self._process = None
        self._owner = None

    def draw(self, form: str, words: str, text: str, file: Optional[str] = None, line: Optional[int] = None) -> Drawn:
        """Draws the figure of a fence: ``words`` stand after its ``sinet``, ``text`` is within.

        ``form`` is html, vue, mdx, svg, latex or text. Raises :class:`SinetError` if there is no such figure.
        """
        asked = {"for": form, "words": words, "text": text, "file": file, "line": line}
        asked = {name: value for name, value in asked.items() if value is not None}
        with self._lock:
            answer = self._ask(json.dumps(asked))
        if "error" in answer:
            raise SinetError(answer["error"])
        return Drawn(answer["figure"], answer["live"])

    def _ask(self, line: str) -> dict:
        # A process that was forked must not share its parent's pipes.
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            command = [program(), "draw", "--docs", str(self.docs)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self._owner = os.getpid()
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            said = self._process.stderr.read().decode(errors="replace").strip()
            self._process = None
            raise SinetError(said or "sinet-docs has ended without a word")
        return json.loads(answer)


def program() -> str:
    """The path of ``sinet-docs``: the one of this package, else the first on ``PATH``."""
    name = "sinet-docs" + (sysconfig.get_config_var("EXE") or "")
    for folder in (sysconfig.get_path("scripts"), Path(sys.executable).parent):
        if folder and (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise SinetError("sinet-docs is not installed: pip install sinet-docs")
    return found


_painters = {}


def painter(docs=".") -> Painter:
    """The painter of a folder of docs; one a folder."""
    folder = Path(docs).resolve()
    return _painters.setdefault(folder, Painter(folder))


def style() -> str:
    """The style sheet that stills can do without; it gives each figure the room that there really is."""
    return subprocess.run([program(), "style"], check=True, capture_output=True, text=True, encoding="utf-8").stdout
