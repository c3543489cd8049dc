"""A command's progress on stderr: a tqdm bar, or a plain line now and then without one."""

import os
import sys

from micrograd_c._progress import ProgressBar
from micrograd_c.cli import streams


class Progress:
    """The progress of a loop of ``total`` steps, to be used in a ``with`` statement.

    Call ``advance`` after each step. There is a bar where tqdm is installed and the terminal
    can move its cursor. Otherwise every tenth of the way prints a line. ``quiet`` shows nothing.
    """

    def __init__(self, title, total, unit, quiet=False):
        self.title, self.total, self.unit, self.quiet = title, total, unit, quiet
        self.done = 0
        self.bar = None if quiet else self._survive_lost_output(self._make_bar)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.bar is not None:
            self._survive_lost_output(self.bar.close)

    def advance(self, text):
        """Count one step as done. ``text`` describes its result, such as its loss."""
        self.done += 1
        if self.quiet:
            return
        self._survive_lost_output(lambda: self._show(text))

    def _make_bar(self):
        if sys.stderr.isatty() and os.environ.get("TERM") == "dumb":
            return None
        try:
            return ProgressBar("tqdm", self.total, unit=f" {self.unit}", title=self.title)
        except ImportError:
            return None

    def _show(self, text):
        if self.bar is not None:
            self.bar.advance_with_text(text)
        elif self.done == self.total or self.done % max(1, self.total // 10) == 0:
            print(
                f"{self.title}: {self.unit} {self.done} of {self.total}{text and f', {text}'}",
                file=sys.stderr,
                flush=True,
            )

    def _survive_lost_output(self, write):
        """Return ``write()``. If stderr cannot be written, silence it, and the work goes on."""
        try:
            return write()
        except OSError:
            if streams.flush_output():  # tqdm flushes stdout as well
                streams.silence(sys.stderr)
