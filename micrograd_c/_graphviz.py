"""The Digraph that ``draw_dot`` returns. To import this module needs the graphviz package."""

import re
from pathlib import Path

import graphviz

HOW_TO_GET_DOT = (
    "a picture of a graph needs graphviz's program dot, which is not on the PATH: "
    "micrograd_c.explore needs nothing, and `apt install graphviz`, `brew install graphviz` or "
    "https://graphviz.org/download give you dot (.source has the graph as text)"
)


class DotNotFound(graphviz.ExecutableNotFound):
    def __init__(self):
        RuntimeError.__init__(self, HOW_TO_GET_DOT)


class Digraph(graphviz.Digraph):
    """graphviz's Digraph, with errors that say how to get ``dot``, and SVG that fits its page."""

    def pipe(self, format=None, *args, encoding=None, **kwargs):
        try:
            if (format or self.format) != "svg":
                return super().pipe(format, *args, encoding=encoding, **kwargs)
            svg = themed(super().pipe(format, *args, **kwargs).decode())
            return svg.encode() if encoding is None else svg
        except graphviz.ExecutableNotFound:
            raise DotNotFound from None

    def render(self, *args, **kwargs):
        try:
            path = super().render(*args, **kwargs)
        except graphviz.ExecutableNotFound:
            raise DotNotFound from None
        if str(path).endswith(".svg"):
            svg = Path(path).read_text(encoding="utf-8")
            Path(path).write_text(themed(svg), encoding="utf-8")
        return path

    def _repr_mimebundle_(self, *args, **kwargs):
        """Return what a notebook displays: the picture, or a sentence instead of a traceback."""
        try:
            svg = self.pipe(format="svg", encoding="utf-8")
        except graphviz.ExecutableNotFound:
            return {"text/plain": HOW_TO_GET_DOT}
        # JupyterLab shows image/svg+xml as an image, which does not know the theme's colours.
        return {"text/html": inline(svg), "image/svg+xml": svg}


# In a page, the picture has the colour of the text around it. svg:root is the picture alone, in a
# file of its own or in an img: it then follows what the reader prefers.
STYLE = (
    "<style>svg:root{color:black}@media (prefers-color-scheme:dark){svg:root{color:#ddd}}</style>"
)
SIZE = re.compile(r'<svg width="([\d.]+pt)" height="[\d.]+pt"')
BACKGROUND = re.compile(r'<polygon fill="white" stroke="(?:none|transparent)"')


def themed(svg):
    """Return dot's SVG as wide as its place, at most in its own size, and in the text's colour."""
    if not SIZE.search(svg):  # dot wrote something else, or it is done already
        return svg
    svg = SIZE.sub(r'<svg width="100%" style="max-width:\1;height:auto"', svg, count=1)
    svg = BACKGROUND.sub('<polygon fill="none" stroke="none"', svg, count=1)
    svg = svg.replace(' stroke="black"', ' stroke="currentColor"')
    svg = svg.replace(' fill="black"', ' fill="currentColor"')
    svg = svg.replace("<text ", '<text fill="currentColor" ')
    return re.sub(r"(<svg [^>]*>)", rf"\1{STYLE}", svg, count=1)


def inline(svg):
    """Return a ``themed`` SVG as an element of a page, where no two elements have the same id."""
    return re.sub('<g id="[^"]*"', "<g", svg[svg.index("<svg") :])
