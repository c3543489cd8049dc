"""How all progress bars are drawn with tqdm."""

import sys


def quiet_bar(tqdm, **settings):
    """A bar of the class ``tqdm`` on stderr. Pass ``refresh=False`` to its other methods.

    It is as wide as the terminal, so that no line wraps and the screen does not scroll. It
    is drawn at most ten times a second, because a notebook stops showing output that comes
    too often. In a file or a pipe it is drawn every ten seconds.
    """
    is_seen = "ipykernel" in sys.modules or getattr(sys.stderr, "isatty", bool)()
    return tqdm(
        file=sys.stderr, dynamic_ncols=True, mininterval=0.1 if is_seen else 10.0,
        disable=sys.stderr is None, **settings,
    )  # fmt: skip
