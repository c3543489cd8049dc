"""plot_decision_boundary and plot_history: what they draw, and what they refuse."""

import sys

import numpy as np
import pytest

from micrograd_c.plotting import plot_decision_boundary, plot_history

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

X = [[-1.0, 0.0], [1.0, 0.5], [0.5, -0.5]]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def colour_at(ax, u, v):
    """Return the fill colour at a point of the plane."""
    filled = ax.collections[0]
    for path, colour in zip(filled.get_paths(), filled.get_facecolor()):
        if len(path.vertices) and path.contains_point((u, v)):
            return tuple(colour)
    return None


def test_one_score_splits_the_plane_where_it_is_zero(engine):
    def model(row):
        assert [type(x) for x in row] == [float, float]
        return engine.Value(row[0]) - 0.3

    ax = plot_decision_boundary(model, X, [-1, 1, 1], resolution=41)
    left, right = colour_at(ax, 0.1, 0.1), colour_at(ax, 0.5, 0.1)
    assert None not in (left, right)
    assert left != right
    assert colour_at(ax, -1.5, 1.0) == left
    assert colour_at(ax, 1.5, -1.0) == right


@pytest.mark.parametrize(
    "scores",
    [
        lambda u, v: [u + 0.3 * v - 0.29],
        lambda u, v: [0.1 - u, u + v],
        lambda u, v: [u, v, 0.21 - u - v],
        lambda u, v: [-v - 2 * u, 0.3, u - v, 2 * v],
    ],
)
def test_boundaries_are_where_the_scores_say(engine, scores):
    """Linear scores have exact boundaries, however coarse the grid."""

    def model(row):
        values = [engine.Value(score) for score in scores(*row)]
        return values if len(values) > 1 else values[0]

    ax = plot_decision_boundary(model, X, [0, 1, 1], resolution=5)
    n_classes = max(2, len(scores(0.0, 0.0)))
    colours = [{} for _ in range(n_classes)]
    rng = np.random.default_rng(3)
    for u, v in rng.uniform([-1.9, -1.4], [1.9, 1.4], (300, 2)):
        found = scores(u, v)
        ordered = sorted(found) if len(found) > 1 else sorted([found[0], 0.0])
        if ordered[-1] - ordered[-2] > 0.1:  # gaps where three classes meet are smaller than this
            k = found.index(max(found)) if len(found) > 1 else int(found[0] > 0)
            colours[k][colour_at(ax, u, v)] = True
    assert [len(found) for found in colours] == [1] * n_classes
    assert len({colour for found in colours for colour in found}) == n_classes


def test_classes_0_and_2_have_no_class_1_between_them(engine):
    ax = plot_decision_boundary(
        lambda row: [engine.Value(-row[0]), engine.Value(-9.0), engine.Value(row[0])], X, [0, 1, 2]
    )
    colours = {colour_at(ax, u, 0.1) for u in np.linspace(-1.9, 1.9, 191)} - {None}
    assert len(colours) == 2


@pytest.mark.parametrize("n_scores", [1, 2, 3])
@pytest.mark.parametrize("number", [0.0, 1e308, float("inf"), float("nan")])
def test_ties_infinities_and_nan_can_be_drawn(engine, number, n_scores):
    """In a tie the first class wins, as everywhere."""

    def model(row):
        values = [engine.Value(-number if row[0] < 0 else number) for _ in range(n_scores)]
        return values if n_scores > 1 else values[0]

    ax = plot_decision_boundary(model, X, [0, 1, 1], resolution=11)
    ax.figure.canvas.draw()
    spectral = plt.get_cmap("Spectral")
    expected = 1 if n_scores == 1 and number > 0 else 0
    assert colour_at(ax, 1.5, 0.1)[:3] == spectral(expected * 1.0)[:3]


def test_points_have_the_colour_of_their_class(engine):
    ax = plot_decision_boundary(lambda row: engine.Value(row[0]), X, [0, 1, 1])
    points = ax.collections[1]
    assert points.get_offsets().tolist() == X
    assert list(points.get_array()) == [0, 1, 1]


def test_several_scores_colour_by_the_largest(engine):
    def model(row):
        return [engine.Value(-row[0]), engine.Value(row[0]), engine.Value(row[0]) * 0 + 0.5]

    ax = plot_decision_boundary(model, X, [0, 1, 2], resolution=41)
    colours = {colour_at(ax, u, 0.1) for u in (-1.2, 0.1, 1.2)}
    assert len(colours) == 3
    assert None not in colours


def test_a_net_can_be_drawn(engine):
    ax = plot_decision_boundary(engine.nn.MLP(2, [3, 1]), np.array(X), np.array([1, -1, 1]))
    assert ax.get_xlim() == (-2.0, 2.0)
    assert ax.get_ylim() == (-1.5, 1.5)


def test_draws_on_the_axes_it_is_given(engine):
    _, ax = plt.subplots()
    assert plot_decision_boundary(lambda row: engine.Value(1), X, [1, 1, 1], ax=ax) is ax
    assert plot_history([1.0], ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    "bad_X, y, message",
    [
        ([1.0, 2.0], [1, 1], r"X of shape \(n, 2\).*got \(2,\)"),
        ([[1.0, 2.0, 3.0]], [1], r"X of shape \(n, 2\).*got \(1, 3\)"),
        (np.zeros((0, 2)), [], r"n at least 1, got \(0, 2\)"),
        (X, [1, -1], r"y of shape \(3,\).*got \(2,\)"),
        (X, [[1], [1], [1]], r"y of shape \(3,\).*got \(3, 1\)"),
        ([[0.0, float("nan")]], [1], "finite numbers in X"),
        (X, [1, -1, float("inf")], "finite numbers in y"),
        (X, [1, 2, 1], "labels -1 and 1, or 0 and 1, .* got 1, 2"),
    ],
)
def test_refuses_data_that_does_not_fit(engine, bad_X, y, message):
    with pytest.raises(ValueError, match=message):
        plot_decision_boundary(lambda row: engine.Value(row[0]), bad_X, y)
    assert plt.get_fignums() == []  # no figure was begun


def test_refuses_labels_beyond_the_scores(engine):
    with pytest.raises(ValueError, match="labels 0 to 1 for a model with 2 scores, got 0, 1, 2"):
        plot_decision_boundary(lambda row: [engine.Value(0), engine.Value(1)], X, [0, 1, 2])


@pytest.mark.parametrize("out", [None, [], "high", [None]])
def test_refuses_a_model_that_returns_no_scores(out):
    with pytest.raises(TypeError, match="returns a Value or a list of Values for a row, got"):
        plot_decision_boundary(lambda row: out, X, [1, 1, 1])


def test_refuses_a_resolution_of_one(engine):
    with pytest.raises(ValueError, match="at least 2, got 1"):
        plot_decision_boundary(lambda row: engine.Value(0), X, [1, 1, 1], resolution=1)


def test_history_of_numbers_or_values_is_one_curve(engine):
    ax = plot_history([3.0, engine.Value(2.0), np.float64(1.5)])
    (line,) = ax.get_lines()
    assert line.get_xydata().tolist() == [[1, 3.0], [2, 2.0], [3, 1.5]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss")


def test_history_of_several_quantities_has_a_legend():
    ax = plot_history({"loss": [2.0, 1.0], "accuracy": [0.5, 0.75]})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loss", "accuracy"]
    assert [list(line.get_ydata()) for line in ax.get_lines()] == [[2.0, 1.0], [0.5, 0.75]]


@pytest.mark.parametrize("history", [[], {}, {"loss": [1.0], "accuracy": []}])
def test_refuses_an_empty_history(history):
    with pytest.raises(ValueError, match="expected at least one"):
        plot_history(history)


def test_refuses_a_history_of_anything_but_numbers():
    with pytest.raises(TypeError):
        plot_history([1.0, None])


@pytest.mark.parametrize(
    "call", [lambda: plot_history([1.0]), lambda: plot_decision_boundary(len, X, [1, 1, 1])]
)
def test_without_matplotlib(monkeypatch, call):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="needs matplotlib: pip install matplotlib"):
        call()
