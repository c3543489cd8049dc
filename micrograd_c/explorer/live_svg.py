"""The picture of a training run as SVG: what does not change, and a path for all that does.

``drawing_of`` computes texts and the ``d`` of paths, which ``svg_of`` puts into one SVG. In the
saved page, ``live.js`` sets them anew for each frame: it draws nothing itself.
"""

import math
from html import escape

SIZE = 200.0  # of a panel, in the SVG's units
GAP = 54.0
TOP = 26.0
LEFT = 50.0
LEVELS = (0.0, 0.25, 0.5, 1.0, 2.0)  # from which on a score has the next stronger colour
MOST_CLASSES = 8
MOST_POINTS = 400  # of the curve
DECADES = (-9, 3)  # of the histogram: smaller and larger gradients are in its first and last bar


def drawing_of(recording, only_last=False):
    """Return the picture as a dict of texts and numbers that JSON can hold.

    ``static``: the paths and texts that all frames share. ``frames``: for each frame, the ``d`` of
    each path by its class, and what the line above the picture says.
    """
    shown = recording.frames[-1:] if only_last else recording.frames
    curve = Curve(recording.losses)
    most = max([1, *(max(bars_of(f.gradients).values(), default=0) for f in shown)])
    frames = []
    for frame in shown:
        paths = {"mg-now": curve.mark(frame.step, frame.loss)}
        if frame.scores:
            paths.update(boundary_paths(frame.scores))
        paths.update(histogram_paths(frame.gradients, most))
        frames.append({"text": text_of(frame), "paths": paths, "note": note_of(frame.gradients)})
    return {
        "frames": frames,
        "curve": curve.path(),
        "curve_range": curve.range_text(),
        "points": points_paths(recording),
        "bounds": recording.bounds and [f"{x:.3g}" for x in recording.bounds],
        "most": most,
    }


def svg_of(drawing, i, whole=False):
    """Return frame i of a drawing as HTML. ``whole``: with the paths of all other frames too."""
    frame = drawing["frames"][i]
    panels = [loss_panel(drawing)]
    if drawing["bounds"]:
        panels.append(boundary_panel(drawing, frame, whole))
    panels.append(histogram_panel(drawing, frame))
    width = LEFT + len(panels) * (SIZE + GAP)
    parts = [
        f'<g transform="translate({LEFT + k * (SIZE + GAP):g},{TOP:g})">{panel(frame)}</g>'
        for k, panel in enumerate(panels)
    ]
    return (
        f'<p class="mg-text" role="status">{escape(frame["text"])}</p>'
        f'<svg class="mg-picture" viewBox="0 0 {width:g} {SIZE + 60:g}" role="img" '
        f'aria-label="loss, decision boundary and gradients of a training run">'
        f"{''.join(parts)}</svg>"
    )


def text_of(frame):
    return f"step {frame.step} · loss {frame.loss:.4g} · {frame.seconds:.1f} s"


def path(name, d):
    return f'<path class="{name}" d="{d}"/>'


def text(x, y, content, anchor="start", name="mg-label"):
    return f'<text class="{name}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{content}</text>'


FRAME = f'<rect class="mg-frame" width="{SIZE:g}" height="{SIZE:g}"/>'


# --- the loss ---------------------------------------------------------------------------


class Curve:
    """The losses in a panel: logarithmic if they are positive and the range is large."""

    def __init__(self, losses):
        finite = [loss for _, loss in losses if math.isfinite(loss)] or [0.0]
        self.is_log = min(finite) > 0.0 and max(finite) > 20.0 * min(finite)
        self.low, self.high = self.scaled(min(finite)), self.scaled(max(finite))
        self.losses = losses
        self.first, self.last = losses[0][0], max(step for step, _ in losses)

    def scaled(self, loss):
        return math.log10(loss) if self.is_log else loss

    def at(self, step, loss):
        """Return where a step is in the panel."""
        x = (step - self.first) / ((self.last - self.first) or 1)
        y = (self.scaled(loss) - self.low) / ((self.high - self.low) or 1.0)
        return f"{SIZE * x:.1f} {SIZE * (1.0 - y):.1f}"

    def path(self):
        """Return the curve as a ``d``, with a gap where the loss is not finite."""
        stride = max(1, len(self.losses) // MOST_POINTS)
        kept = self.losses[::stride]
        if kept[-1] is not self.losses[-1]:
            kept.append(self.losses[-1])
        d, command = [], "M"
        for step, loss in kept:
            if math.isfinite(loss):
                d.append(command + self.at(step, loss))
            command = "L" if math.isfinite(loss) else "M"
        return "".join(d)

    def mark(self, step, loss):
        if not math.isfinite(loss):
            return ""
        x, y = self.at(step, loss).split()
        return f"M{x} 0V{SIZE:g}M{x} {y}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"

    def range_text(self):
        low, high = (10.0**x if self.is_log else x for x in (self.low, self.high))
        scale = " (logarithmic)" if self.is_log else ""
        return [f"{low:.3g}", f"{high:.3g}", str(self.first), str(self.last), scale]


def loss_panel(drawing):
    low, high, first, last, scale = drawing["curve_range"]

    def panel(frame):
        return (
            text(0, -10, f"loss{scale}", name="mg-title") + FRAME
            + path("mg-curve", drawing["curve"]) + path("mg-now", frame["paths"]["mg-now"])
            + text(-6, SIZE, low, "end") + text(-6, 10, high, "end")
            + text(0, SIZE + 16, first) + text(SIZE, SIZE + 16, last, "end")
        )  # fmt: skip

    return panel


# --- the decision boundary ----------------------------------------------------------------


def boundary_paths(scores):
    """Return the ``d`` of each region's path, and of the line between classes.

    ``scores``: rows from the lowest on, each with a list of scores for each point.
    """
    n = len(scores)
    cell = SIZE / n
    kinds = [[kind_of(point) for point in row] for row in scores]
    classes = [[class_of(point) for point in row] for row in scores]
    paths = {}
    for i, row in enumerate(kinds):
        top, start = SIZE - (i + 1) * cell, 0
        for j in range(1, n + 1):
            if j == n or row[j] != row[start]:
                if row[start]:
                    d = f"M{start * cell:.5g} {top:.5g}h{(j - start) * cell:.5g}v{cell:.5g}"
                    d += f"h{(start - j) * cell:.5g}z"
                    paths[row[start]] = paths.get(row[start], "") + d
                start = j
    line = []
    for i in range(n):
        for j in range(n):
            x, top = j * cell, SIZE - (i + 1) * cell
            if j + 1 < n and classes[i][j] != classes[i][j + 1]:
                line.append(f"M{x + cell:.5g} {top:.5g}v{cell:.5g}")
            if i + 1 < n and classes[i][j] != classes[i + 1][j]:
                line.append(f"M{x:.5g} {top:.5g}h{cell:.5g}")
    return {**paths, "mg-between": "".join(line)}


def class_of(scores):
    """Return the class that a model predicts; None where a score is NaN."""
    if any(map(math.isnan, scores)):
        return None
    if len(scores) == 1:
        return int(scores[0] > 0.0)
    return scores.index(max(scores))


def kind_of(scores):
    """Return the class of a region's path: of the predicted class, and of how large its score is.

    For one score, that is its size; for several, the distance from the largest to the next.
    """
    winner = class_of(scores)
    if winner is None:
        return None
    ordered = sorted(scores)
    margin = abs(scores[0]) if len(scores) == 1 else ordered[-1] - ordered[-2]
    level = max(1, sum(margin >= least for least in LEVELS))  # 0 of NaN: both are infinite
    return f"mg-c{winner % MOST_CLASSES} mg-s{level}"


def region_names(drawing, whole):
    """Return the path classes of the regions in any frame, or with ``whole`` False in the last."""
    frames = drawing["frames"] if whole else drawing["frames"][-1:]
    names = {name for frame in frames for name in frame["paths"] if name.startswith("mg-c")}
    return sorted(names)


MARKS = ("a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "m0-3h6v6h-6z", "m3-3.5l3.5 6.5h-7z", "m0 0l3-4 3 4-3 4z")


def points_paths(recording):
    """Return the ``d`` of the data's points for each class; 8 classes share four shapes."""
    if not recording.points or not recording.bounds:
        return {}
    x_min, x_max, y_min, y_max = recording.bounds
    paths = {}
    for u, v, label in recording.points:
        x, y = SIZE * (u - x_min) / (x_max - x_min), SIZE * (y_max - v) / (y_max - y_min)
        if 0.0 <= x <= SIZE and 0.0 <= y <= SIZE:
            name = "mg-p" if label is None else f"mg-p mg-c{label}"
            mark = MARKS[(label or 0) % len(MARKS)]
            paths[name] = paths.get(name, "") + f"M{x - 3:.1f} {y:.1f}{mark}"
    return paths


def boundary_panel(drawing, frame, whole):
    x_min, x_max, y_min, y_max = drawing["bounds"]
    names = region_names(drawing, whole)

    def panel(frame):
        regions = "".join(path(name, frame["paths"].get(name, "")) for name in names)
        points = "".join(path(name, d) for name, d in drawing["points"].items())
        return (
            text(0, -10, "decision boundary", name="mg-title") + FRAME + regions
            + path("mg-between", frame["paths"].get("mg-between", "")) + points
            + text(-6, SIZE, y_min, "end") + text(-6, 10, y_max, "end")
            + text(0, SIZE + 16, x_min) + text(SIZE, SIZE + 16, x_max, "end")
        )  # fmt: skip

    return panel


# --- the gradients ------------------------------------------------------------------------


def bars_of(gradients):
    """Return the counts of (sign, bar), where what is out of DECADES is in its end bars."""
    low, high = 2 * DECADES[0], 2 * DECADES[1] - 1
    bars = {}
    for key, count in gradients.items():
        if isinstance(key, tuple):
            place = key[0], min(max(key[1], low), high)
            bars[place] = bars.get(place, 0) + count
    return bars


def histogram_paths(gradients, most):
    """Return the ``d`` of the bars: of positive gradients upwards, of negative downwards."""
    low, n = 2 * DECADES[0], 2 * (DECADES[1] - DECADES[0])
    width, middle = SIZE / n, SIZE / 2.0
    paths = {"mg-positive": "", "mg-negative": ""}
    for (sign, half), count in sorted(bars_of(gradients).items()):
        height = -sign * middle * count / most
        d = f"M{(half - low) * width + 0.5:.4g} {middle:g}v{height:.4g}h{width - 1.0:.4g}"
        paths["mg-positive" if sign > 0 else "mg-negative"] += f"{d}v{-height:.4g}z"
    return paths


def note_of(gradients):
    """Return what the histogram cannot show, as a text."""
    notes = [f"{gradients[key]} {key}" for key in ("zero", "not finite") if key in gradients]
    return ", ".join(notes)


def histogram_panel(drawing, frame):
    def panel(frame):
        middle = SIZE / 2.0
        return (
            text(0, -10, "gradients by size", name="mg-title") + FRAME
            + path("mg-positive", frame["paths"]["mg-positive"])
            + path("mg-negative", frame["paths"]["mg-negative"])
            + path("mg-axis", f"M0 {middle:g}H{SIZE:g}")
            + text(-6, 10, drawing["most"], "end") + text(-6, SIZE, drawing["most"], "end")
            + text(-6, 24, "> 0", "end") + text(-6, SIZE - 14, "< 0", "end")
            + text(0, SIZE + 16, f"1e{DECADES[0]}")
            + text(SIZE, SIZE + 16, f"1e{DECADES[1]}", "end")
            + text(SIZE / 2.0, SIZE + 16, escape(frame["note"]), "middle", "mg-note")
        )  # fmt: skip

    return panel
