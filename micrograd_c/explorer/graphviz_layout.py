"""The columns and orders of ``layering.layered``, as Graphviz's program dot finds them."""

import shutil
import subprocess

from micrograd_c.explorer.layering import forward_edges

SECONDS = 10  # for all graphs; they take less than one


def layered_by_dot(graphs):
    """Return ``layered(count, edges)`` of each of the ``graphs``, a list of (count, edges), by dot.

    None where there is no dot on the PATH, or where it fails or takes too long.
    """
    program = shutil.which("dot")
    if program is None or not graphs:
        return None
    graphs = [(count, forward_edges(count + 2, edges)) for count, edges in graphs]
    source = "".join(dot_source(count, edges) for count, edges in graphs)
    try:
        done = subprocess.run(
            [program, "-Tplain"],
            input=source,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows
        )
        pictures = pictures_of(done.stdout)
        if done.returncode or len(pictures) != len(graphs):
            return None
        return [columns_of(count, *picture) for (count, _), picture in zip(graphs, pictures)]
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def dot_source(count, edges):
    """Return a graph in dot's language. What is outside pulls no node to its side: weight 0."""
    lines = [f"{i};" for i in range(count)]
    lines += [f"{a}->{b};" if a < count and b < count else f"{a}->{b}[weight=0];" for a, b in edges]
    # Invisible edges keep what is outside before, or after, all nodes.
    if any(a == count for a, _ in edges):
        firsts = set(range(count)).difference(b for _, b in edges)
        lines += [f"{count}->{b}[weight=0 style=invis];" for b in sorted(firsts)]
    if any(b == count + 1 for _, b in edges):
        lasts = set(range(count)).difference(a for a, _ in edges)
        lines += [f"{a}->{count + 1}[weight=0 style=invis];" for a in sorted(lasts)]
    # All nodes of a column have the same x because they have the same size.
    look = 'graph [rankdir=LR] node [shape=box fixedsize=true width=1 height=1 label=""]'
    return f"digraph {{{look} {''.join(lines)}}}\n"


def pictures_of(plain):
    """Return (places, ways) of each graph in dot's plain text.

    ``places`` are (x, y, node), and ``ways`` (node, node, points of a piecewise Bezier curve).
    """
    pictures = []
    for line in plain.splitlines():
        word, *rest = line.split()
        if word == "graph":
            pictures.append(([], []))
        elif word == "node":
            pictures[-1][0].append((float(rest[1]), float(rest[2]), int(rest[0])))
        elif word == "edge" and "invis" not in rest:
            numbers = [float(x) for x in rest[3 : 3 + 2 * int(rest[2])]]
            points = list(zip(numbers[::2], numbers[1::2]))
            pictures[-1][1].append((int(rest[0]), int(rest[1]), points))
    return pictures


def columns_of(count, places, ways):
    xs = sorted({x for x, _, node in places if node < count})
    column_of = {node: xs.index(x) for x, _, node in places if node < count}
    column_of[count], column_of[count + 1] = -1, len(xs)
    columns = [[] for _ in xs]
    for _, y, node in places:
        if node < count:
            columns[column_of[node]].append((-y, node))  # y grows upwards
    bends = []
    for a, b, points in sorted(ways):
        passed = range(column_of[a] + 1, column_of[b])
        if not passed:
            continue
        for column in passed:
            columns[column].append((-height_at(points, xs[column]), -1 - len(bends)))
        bends.append((a, b))
    return [[cell for _, cell in sorted(column)] for column in columns], bends


def height_at(points, x):
    """Return the y at which a piecewise Bezier curve, whose x grows, passes ``x``."""
    start = 0
    while start + 6 < len(points) and points[start + 3][0] < x:
        start += 3
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if on_curve(points[start : start + 4], middle, 0) < x:
            low = middle
        else:
            high = middle
    return on_curve(points[start : start + 4], low, 1)


def on_curve(points, t, axis):
    p0, p1, p2, p3 = (point[axis] for point in points)
    s = 1 - t
    return s**3 * p0 + 3 * s**2 * t * p1 + 3 * s * t**2 * p2 + t**3 * p3
