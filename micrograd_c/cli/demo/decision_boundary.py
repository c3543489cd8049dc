"""Pictures of a two-class net's decision boundary, in the terminal and as a PNG."""

import os
import sys

from micrograd_c.cli import streams
from micrograd_c.cli.output_files import drawing_into_files, save_figure
from micrograd_c.cli.streams import one_line

WIDTH, HEIGHT = 68, 22  # in characters, each about twice as high as it is wide; at most
MARGIN = 0.4  # space around the outermost points, in the data's units
COLORS = {"o": "\033[91m", "x": "\033[94m", ".": "\033[34m"}  # red, blue, dark blue
RESET = "\033[0m"


class Plane:
    """The plane in which rows of d numbers are drawn.

    Two columns are drawn as they are. Of more columns it is the plane through their mean
    along the two directions in which the rows spread most (their principal components).
    """

    def __init__(self, X):
        import numpy as np

        X = np.asarray(X)
        n_columns = X.shape[1]
        if n_columns <= 2:
            self.center, self.axes = np.zeros(n_columns), np.eye(2, n_columns)
        else:
            self.center = X.mean(axis=0)
            spread = (X - self.center).T @ (X - self.center)
            self.axes = np.linalg.eigh(spread)[1].T[::-1][:2]
        self.points = (X - self.center) @ self.axes.T

    def row(self, point):
        """Return the d floats of a point (u, v) of the plane."""
        u, v = point
        return (self.center + u * self.axes[0] + v * self.axes[1]).tolist()


def draw_in_terminal(model, data, color):
    """Return the plane as text with a legend below. ``color`` says whether to use colors."""
    import numpy as np

    width = min(WIDTH, streams.columns() - 2)
    height = max(2, round(HEIGHT * width / WIDTH))
    plane = Plane(data.X)
    low, high = plane.points.min(axis=0) - MARGIN, plane.points.max(axis=0) + MARGIN
    us, vs = np.linspace(low[0], high[0], width), np.linspace(high[1], low[1], height)
    cells = [["." if is_positive(model, plane.row((u, v))) else " " for u in us] for v in vs]
    for row, y, point in zip(data.X, data.y, plane.points):
        column, line = (point - low) / (high - low) * (width - 1, height - 1)
        letter = "x" if y > 0 else "o"
        is_right = is_positive(model, row) == (y > 0)
        cells[height - 1 - round(line)][round(column)] = letter if is_right else letter.upper()
    edge = "+" + "-" * width + "+"
    body = ["|" + "".join(paint(cell) if color else cell for cell in line) + "|" for line in cells]
    return "\n".join([edge, *body, edge, *map(streams.wrapped, legend(data))])


def legend(data):
    negative, positive = map(one_line, data.class_names)
    yield f" o {negative}   x {positive}   capitals: the net is wrong   dots: it says {positive}"
    if len(data.X[0]) > 2:
        yield " drawn along the two directions in which the rows spread most (principal components)"


def is_positive(model, row):
    """True if the net gives the row class 1."""
    return model(row).data > 0


def paint(cell):
    return cell if cell == " " else f"{COLORS[cell.lower()]}{cell}{RESET}"


def draw_png(model, data, path):
    """Draw the same plane with matplotlib, which must be installed, and save it."""
    plane = Plane(data.X)
    with drawing_into_files():
        from micrograd_c.plotting import plot_decision_boundary

        axes = plot_decision_boundary(
            lambda point: model(plane.row(point)), plane.points, data.y, padding=MARGIN
        )
        save_figure(axes.figure, path)


def terminal_has_color():
    """True if stdout shows colors. See https://no-color.org: an empty NO_COLOR is no NO_COLOR."""
    is_dumb = os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not is_dumb and not os.environ.get("NO_COLOR")
