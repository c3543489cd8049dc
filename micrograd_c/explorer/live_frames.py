"""Recording: the losses of a training run, and frames with scores and gradients."""

import math

from micrograd_c.grad_mode import no_grad
from micrograd_c.plotting import checked_data, score_row
from python_ref.core.numbers import describe, to_float

MOST_LOSSES = 2000  # points of the curve that are kept
MARGIN = 0.1  # of the data's range, on each side
DEFAULT_BOUNDS = (-3.0, 3.0, -3.0, 3.0)
MOST_CLASSES = 8


class Recording:
    """Attributes:

    - ``losses``: (step, loss) of at most MOST_LOSSES steps, evenly spaced, and the last one.
    - ``frames``: a Frame for some steps.
    - ``bounds``: (x_min, x_max, y_min, y_max), or None if there is no boundary to draw.
    - ``points``: (x, y, class) of each row of the data; the class is None without labels.
    """

    def __init__(self, model, loss, X, y, bounds, resolution, max_frames):
        if not callable(model):
            raise TypeError(f"expected a module or a function as model, got {describe(model)}")
        if loss is not None and not callable(loss):
            raise TypeError(f"expected a jitted function as loss, got {describe(loss)}")
        for name, x in (("resolution", resolution), ("max_frames", max_frames)):
            if isinstance(x, bool) or not hasattr(x, "__index__"):
                raise TypeError(f"expected an int as {name}, got {describe(x)}")
            if x < 2:
                raise ValueError(f"expected {name} >= 2, got {x}")
        self.model, self.loss = model, loss
        self.resolution, self.max_frames = resolution, max_frames
        self.points = points_of(X, y)
        self.bounds = self.bounds_of(bounds)
        self.losses, self.frames = [], []
        self.n_steps, self.stride = 0, 1  # every stride-th step has its loss in losses
        self.next_step = self.offset = 0

    def bounds_of(self, given):
        if given is not None:
            return checked_bounds(given)
        if self.points:
            return around(self.points)
        layers = getattr(self.model, "layers", None) or [self.model]
        neurons = getattr(layers[0], "neurons", None) or [layers[0]]
        return DEFAULT_BOUNDS if len(getattr(neurons[0], "w", ())) == 2 else None

    def parameters(self):
        """Return the Values whose gradients are shown."""
        if callable(getattr(self.model, "parameters", None)):
            return self.model.parameters()
        return getattr(self.loss, "parameters", ())

    def add_loss(self, step, loss):
        """Note the loss of a step. Where there are too many, every second one is dropped.

        A second run, whose steps begin at 0 again, continues the first.
        """
        self.offset = max(self.offset, self.next_step - step)
        step += self.offset
        if self.losses and (self.n_steps - 1) % self.stride:
            self.losses.pop()  # the last one was kept only because it was the last
        self.losses.append((step, loss))
        self.n_steps += 1
        self.next_step = step + 1
        if len(self.losses) > MOST_LOSSES:
            self.losses = self.losses[::2]
            self.stride *= 2

    def add_frame(self, seconds):
        """Take a frame of the last step. Where there are too many, every second is dropped."""
        step, loss = self.losses[-1]
        self.frames.append(
            Frame(step, loss, seconds, self.scores(), signed_decades(self.parameters()))
        )
        if len(self.frames) > self.max_frames:
            self.frames = self.frames[::-2][::-1]  # with the last one

    def scores(self):
        """Return the scores at the grid's points: rows from y_min on, each a list of lists."""
        if self.bounds is None:
            return None
        x_min, x_max, y_min, y_max = self.bounds
        n = self.resolution
        xs = [x_min + (x_max - x_min) * (i + 0.5) / n for i in range(n)]
        ys = [y_min + (y_max - y_min) * (i + 0.5) / n for i in range(n)]
        with no_grad():
            return [[score_row(self.model, [x, y]) for x in xs] for y in ys]


class Frame:
    def __init__(self, step, loss, seconds, scores, gradients):
        self.step, self.loss, self.seconds = step, loss, seconds
        self.scores, self.gradients = scores, gradients


def signed_decades(parameters):
    """Return how many gradients are how large: a dict with counts.

    The keys are (sign, half decade): (1, -3) counts the gradients from 10**-1.5 to 10**-1.
    Zeros are under "zero", NaN and infinities under "not finite".
    """
    counts = {}
    for p in parameters:
        g = p.grad
        if g - g != 0.0:
            key = "not finite"
        elif g == 0.0:
            key = "zero"
        else:
            key = (1 if g > 0.0 else -1), math.floor(2.0 * math.log10(abs(g)))
        counts[key] = counts.get(key, 0) + 1
    return counts


def checked_bounds(given):
    try:
        x_min, x_max, y_min, y_max = bounds = tuple(map(to_float, given))
    except (TypeError, ValueError):
        raise TypeError(
            f"expected bounds as (x_min, x_max, y_min, y_max), got {describe(given)}"
        ) from None
    if not (x_min < x_max and y_min < y_max and all(map(math.isfinite, bounds))):
        raise ValueError(
            f"expected finite bounds with x_min < x_max and y_min < y_max, got {given}"
        )
    return bounds


def points_of(X, y):
    """Return (x, y, class) for each row; the class is None without labels, or with too many."""
    if X is None and y is None:
        return []
    if X is None:
        raise ValueError("expected X too, the rows that the labels y belong to")
    X, labels = checked_data(X, [0.0] * len(X) if y is None else y)
    classes = sorted(set(labels.tolist()))
    has_classes = y is not None and len(classes) <= MOST_CLASSES
    return [
        (u, v, classes.index(label) if has_classes else None)
        for (u, v), label in zip(X.tolist(), labels.tolist())
    ]


def around(points):
    bounds = []
    for axis in (0, 1):
        low, high = min(p[axis] for p in points), max(p[axis] for p in points)
        margin = MARGIN * (high - low) or 1.0
        bounds += [low - margin, high + margin]
    return tuple(bounds)
