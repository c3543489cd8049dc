"""``live``: a callback that shows a training run while it goes on, and saves it as a player."""

import json
import sys
import time
from html import escape
from os import fspath
from pathlib import Path

from micrograd_c.explorer.live_frames import Recording
from micrograd_c.explorer.live_svg import drawing_of, svg_of
from python_ref.core.numbers import describe, to_float

__all__ = ["live"]

LEAST_SECONDS = 0.1  # between two frames: at most ten a second
SHARE = 10  # at most a tenth of the time goes into frames

FOLDER = Path(__file__).parent


def live(
    model, loss=None, X=None, y=None, *, bounds=None, resolution=24, max_frames=300, title="",
    show=None, clock=time.monotonic,
):  # fmt: skip
    """Return a callback that shows how a model trains: loss, decision boundary, gradients.

    Give it to ``fit``, or call it once a step in a loop of your own, after ``backward()``:

        view = live(model, loss, X, y)
        loss.fit(X, y, optimizer=Adam(model.parameters()), epochs=200, callback=view)
        view.save("training.html")

        for step in range(200):
            ...
            view(total)                 # a Value or number; or view(step, total)

    In a notebook a picture below the cell follows the run. ``save(path)`` writes one HTML file
    that plays the run: with pause and a slider, in dark and light, without any network.

    A frame is taken at most ten times a second, and frames take at most a tenth of the time.

    Args:
        model: A module, or a function of one row. It is called with a list of two floats, and
            returns a Value, or a list of one for each class, as for ``plot_decision_boundary``.
        loss: The jitted function that is trained. It may be left out for a module: it is asked
            for its ``parameters`` where the model has none of its own.
        X: An array of shape (n, 2), which is drawn over the boundary, whose range is that of X
            and a tenth more.
        y: n labels.
        bounds: ``(x_min, x_max, y_min, y_max)``, by default from -3 to 3: what is drawn, without
            X and y, for a net of two inputs. Models of other inputs have no boundary.
        resolution: How many points the model is computed for along each axis.
        max_frames: How many frames are kept: where there are more, every second one is dropped.
        title: The heading of the picture and of the file.
        show: A function that is given each picture as HTML, in place of the notebook; False shows
            none.
        clock: A function that returns seconds.

    Raises:
        TypeError: For a model or loss of another kind.
        ValueError: For arrays, ``bounds`` and counts that do not fit.

    >>> from micrograd_c import explore
    >>> from micrograd_c.nn import MLP
    >>> view = explore.live(MLP(2, [4, 1]))
    >>> view(0.5)
    >>> view
    <live view: 1 steps, 1 frames, loss 0.5>
    """
    recording = Recording(model, loss, X, y, bounds, resolution, max_frames)
    return Live(recording, title, shown_by(show), clock)


class Live:
    """What ``live`` returns."""

    def __init__(self, recording, title, show, clock):
        self._recording, self._title, self._show, self._clock = recording, title, show, clock
        self._started = self._next = None  # seconds of the clock
        self._is_current = True  # False where steps have come since the last frame

    def __call__(self, *step_and_loss):
        """Note a step's loss, and take a frame if the time has come. Returns None."""
        step, loss = self._checked(step_and_loss)
        self._recording.add_loss(step, loss)
        self._is_current = False
        now = self._clock()
        if self._started is None:
            self._started = self._next = now
        if now >= self._next:
            self.update()

    def _checked(self, given):
        if not 1 <= len(given) <= 2:
            raise TypeError(f"expected (loss) or (step, loss), got {len(given)} arguments")
        loss = to_float(given[-1])
        if len(given) == 1:
            return self._recording.next_step - self._recording.offset, loss
        if not hasattr(given[0], "__index__"):
            raise TypeError(f"expected an int as step, got {describe(given[0])}")
        return given[0].__index__(), loss

    def update(self):
        """Take a frame of the last step now, and show it. Does nothing before the first step."""
        if self._is_current:
            return
        began = self._clock()
        self._recording.add_frame(began - self._started)
        self._is_current = True
        if self._show:
            self._show(self._repr_html_())
        ended = self._clock()
        self._next = ended + max(LEAST_SECONDS, (SHARE - 1) * (ended - began))

    def save(self, path):
        """Write the run as one HTML file that plays it. Returns the path as a text.

        Raises:
            RuntimeError: Before the first step.
            OSError: If the file cannot be written.
        """
        if not self._recording.losses:
            raise RuntimeError("nothing to save yet: the callback was not called for any step")
        self.update()
        text = read("live.html")
        drawing = drawing_of(self._recording)
        title = escape(str(self._title) or "Training")
        for name, part in (
            ("TITLE", title),
            ("HEADING", title),
            ("STYLE", read("live.css")),
            ("PICTURE", svg_of(drawing, len(drawing["frames"]) - 1, whole=True)),
            ("DATA", as_script(drawing)),
            ("SCRIPT", read("live.js")),
        ):
            before, after = text.split(f"<!-- {name} -->")
            text = before + part + after
        Path(path).write_text(text, encoding="utf-8")
        return fspath(path)

    def _repr_html_(self):
        """Return the picture of the last frame, as a notebook shows it."""
        if not self._recording.frames:
            return "<p>no step yet</p>"
        drawing = drawing_of(self._recording, only_last=True)
        style = f"<style>{read('live.css')}</style>"
        title = f"<p><b>{escape(str(self._title))}</b></p>" if self._title else ""
        return f'<div class="mg-live">{style}{title}{svg_of(drawing, 0)}</div>'

    def __repr__(self):
        losses, frames = self._recording.losses, self._recording.frames
        last = f", loss {losses[-1][1]:.4g}" if losses else ""
        return f"<live view: {self._recording.n_steps} steps, {len(frames)} frames{last}>"


def read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def as_script(data):
    """Return data as JSON that may stand in a script element: it contains no ``<``."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def shown_by(show):
    """Return the function that shows a picture given as HTML, or None."""
    if callable(show):
        return show
    if show is not None and show is not False:
        raise TypeError(f"expected a function, None or False as show, got {describe(show)}")
    return in_notebook() if show is None else None


def in_notebook():
    """Return a function that shows HTML below the running cell; None outside of a notebook."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import HTML, display

    if not hasattr(get_ipython(), "kernel"):
        return None
    handles = []

    def show(html):
        if handles:
            handles[0].update(HTML(html))
        else:
            handles.append(display(HTML(html), display_id=True))

    return show
