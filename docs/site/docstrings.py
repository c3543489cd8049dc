"""An extension of Griffe, which reads the docstrings for mkdocstrings: their examples are code."""

import sys
from pathlib import Path

import griffe

sys.path.append(str(Path(__file__).resolve().parents[1]))
import make_api


class Docstrings(griffe.Extension):
    """Writes docstrings as Markdown, in which a doctest without a fence would be a quotation."""

    def on_object(self, *, obj, loader, **kwargs):
        if obj.docstring:
            obj.docstring.value = make_api.markdown(obj.docstring.value)
