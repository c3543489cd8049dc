"""A progress bar on stderr: tqdm's where it is installed, else a plain line now and then."""

import os
import sys

from micrograd_c._progress import quiet_bar
from micrograd_c.cli import streams


class Progress:
    """Use as a context manager; call ``advance`` once a step."""

    def __init__(self, title, total, unit):
        self.title, self.total, self.unit = title, total, unit
        self.done = 0
        self.bar = self.attempt(self.make_bar)

    def make_bar(self):
        """A bar of tqdm; None where there is no tqdm, or a terminal cannot move its cursor."""
        if sys.stderr.isatty() and os.environ.get("TERM") == "dumb":
            return None
        try:
            from tqdm import tqdm
        except ImportError:
            return None
        return quiet_bar(tqdm, total=self.total, desc=self.title, unit=f" {self.unit}")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.bar is not None:
            self.attempt(self.bar.close)

    def advance(self, text):
        """One step is done; ``text`` says how it went."""
        self.done += 1
        self.attempt(lambda: self.show(text))

    def show(self, text):
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)  # close() draws the last
            self.bar.update()
        elif self.done == self.total or self.done % max(1, self.total // 10) == 0:
            print(
                f"{self.title}: {self.unit} {self.done} of {self.total}, {text}",
                file=sys.stderr,
                flush=True,
            )

    def attempt(self, show):
        """Call ``show``. If the output fails, the work goes on."""
        try:
            return show()
        except OSError:
            if streams.flush_output():  # tqdm flushes that as well
                streams.silence(sys.stderr)
