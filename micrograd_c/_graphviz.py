"""The Digraph that ``draw_dot`` returns. To import this module needs the graphviz package."""

import graphviz

HOW_TO_GET_DOT = (
    "a picture of a graph needs graphviz's program dot, which is not on the PATH: install it with "
    "`apt install graphviz` or `brew install graphviz`, or see https://graphviz.org/download "
    "(.source has the graph as text)"
)


class DotNotFound(graphviz.ExecutableNotFound):
    def __init__(self):
        RuntimeError.__init__(self, HOW_TO_GET_DOT)


class Digraph(graphviz.Digraph):
    """graphviz's Digraph, with errors that say how to get the program ``dot``."""

    def pipe(self, *args, **kwargs):
        try:
            return super().pipe(*args, **kwargs)
        except graphviz.ExecutableNotFound:
            raise DotNotFound from None

    def render(self, *args, **kwargs):
        try:
            return super().render(*args, **kwargs)
        except graphviz.ExecutableNotFound:
            raise DotNotFound from None

    def _repr_mimebundle_(self, *args, **kwargs):
        """Return what a notebook displays: the picture, or a sentence instead of a traceback."""
        try:
            if hasattr(super(), "_repr_mimebundle_"):
                return super()._repr_mimebundle_(*args, **kwargs)
            return {"image/svg+xml": self.pipe(format="svg").decode()}  # before graphviz 0.19
        except graphviz.ExecutableNotFound:
            return {"text/plain": HOW_TO_GET_DOT}
