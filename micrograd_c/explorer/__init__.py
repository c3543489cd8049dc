"""``explore``: a graph of Values as a page for the browser, in which one sees backprop happen."""

from micrograd_c.explorer.api import Explorer, explore

__all__ = ["Explorer", "explore"]
