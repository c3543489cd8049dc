"""The progress bars of ``fit`` and of the commands: the only code that calls tqdm."""

import importlib
import sys


class ProgressBar:
    """A tqdm bar on stderr, to be used in a ``with`` statement or closed with ``close()``.

    ``module`` is where the class ``tqdm`` comes from: ``"tqdm"`` draws text everywhere,
    ``"tqdm.auto"`` draws a widget in a notebook. Raises ImportError where tqdm is missing.

    The bar is as wide as the terminal, so that no line wraps and the screen does not scroll.
    It is drawn at most ten times a second, because a notebook stops showing output that comes
    too often. Where stderr is a file or a pipe, it is drawn every ten seconds.
    """

    def __init__(self, module, total, unit, title=None):
        tqdm = importlib.import_module(module).tqdm
        is_watched = "ipykernel" in sys.modules or getattr(sys.stderr, "isatty", bool)()
        self._bar = tqdm(
            total=total, desc=title, unit=unit, file=sys.stderr, dynamic_ncols=True,
            mininterval=0.1 if is_watched else 10.0, disable=sys.stderr is None,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def advance(self, steps=1, **results):
        """Count ``steps`` more steps as done, and show ``results`` behind the bar."""
        self._bar.set_postfix(refresh=False, **results)  # update() or close() draws them
        self._bar.update(steps)

    def advance_with_text(self, text):
        """Count one more step as done, and show ``text`` behind the bar."""
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.update()

    def close(self):
        self._bar.close()
