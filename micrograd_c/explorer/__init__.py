"""``explore``: a graph of Values as a page for the browser, in which one sees backprop happen.

``explore.live``, a training run while it goes on, is ``live`` here.
"""

from micrograd_c.explorer.api import Explorer, explore
from micrograd_c.explorer.live import live

__all__ = ["Explorer", "explore", "live"]

explore.live = live
