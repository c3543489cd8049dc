"""A progress bar on stderr: tqdm's where it is installed, else a plain line now and then."""

import sys

from micrograd_c._progress import quiet_bar


class Progress:
    """Use as a context manager; call ``advance`` once a step."""

    def __init__(self, title, total, unit):
        self.title, self.total, self.unit = title, total, unit
        self.done = 0
        try:
            from tqdm import tqdm
        except ImportError:
            self.bar = None
        else:
            self.bar = quiet_bar(tqdm, total=total, desc=title, unit=f" {unit}")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.bar is not None:
            self.bar.close()

    def advance(self, text):
        """One step is done; ``text`` says how it went."""
        self.done += 1
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)  # close() draws the last
            self.bar.update()
        elif self.done == self.total or self.done % max(1, self.total // 10) == 0:
            print(
                f"{self.title}: {self.unit} {self.done} of {self.total}, {text}",
                file=sys.stderr,
                flush=True,
            )
