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

    def on_class(self, *, cls, loader, **kwargs):
        """Show the parameters of ``__new__``: Griffe knows only those of ``__init__``."""
        new = cls.members.get("__new__")
        if new and not new.is_alias and "__init__" not in cls.members:
            cls.set_member("__init__", griffe.Function("__init__", parameters=new.parameters))
