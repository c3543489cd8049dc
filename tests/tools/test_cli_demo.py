"""The demo: it learns, its check can fail, its pictures show what the net predicts."""

import math
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from cli_tools import assert_mistake, run_command, write_csv, write_sklearn_csv

import python_ref.nn
from micrograd_c.cli import main
from micrograd_c.cli.commands import demo
from micrograd_c.cli.demo import dataset, decision_boundary
from micrograd_c.cli.engines import Engine, c_engine, python_engine
from micrograd_c.cli.errors import CommandError

pytestmark = pytest.mark.usefixtures("in_own_directory")

SMALL = ["--samples", "30", "--hidden", "8", "--steps", "60"]


def accuracy_in(out):
    return float(re.search(r"^Accuracy +([0-9.]+)%", out, re.MULTILINE).group(1))


# --- the training ---


def test_the_demo_learns_two_moons_on_one_engine(engine, tmp_path):
    name = engine.backend
    options = ["--samples", "30", "--hidden", "8,8", "--steps", "60", "--engine", name]
    done = run_command(engine, "demo", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "two moons, 30 points; MLP 2-8-8-1 with 105 parameters; "
        f"{'C' if name == 'c' else 'Python'} engine\n"
    )
    assert accuracy_in(done.stdout) >= 90
    assert "Check" not in done.stdout


def test_both_engines_learn_the_same_to_the_last_bit(capsys):
    assert main(["demo", *SMALL]) == 0
    out = capsys.readouterr().out
    assert (
        "Check     loss and all 33 parameters in the first 5 steps equal the Python engine's, "
        "bit for bit\n" in out
    )
    assert re.search(r"^Speed-up  \d+x in the first 5 steps: ", out, re.MULTILINE)


def test_training_of_fewer_steps_than_the_check_compares(capsys):
    assert main(["demo", "--samples", "4", "--hidden", "2", "--steps", "2"]) == 0
    assert "in the first 2 steps equal" in capsys.readouterr().out


def test_a_difference_of_one_bit_fails_the_check(monkeypatch, capsys):
    class AlmostMLP(python_ref.nn.MLP):
        def __init__(self, *args):
            super().__init__(*args)
            self.parameters()[0].data *= 1.0 + 2**-52

    other = python_engine()._replace(MLP=AlmostMLP)
    monkeypatch.setattr(demo, "python_engine", lambda: other)
    assert main(["demo", *SMALL]) == 1
    assert "Check     FAILED: " in capsys.readouterr().out


def test_the_check_stops_when_it_takes_too_long(monkeypatch, capsys):
    monkeypatch.setattr(demo, "CHECK_SECONDS", 0.0)
    assert main(["demo", *SMALL]) == 0
    assert "in the first step equal" in capsys.readouterr().out


def test_without_the_c_engine_it_says_so_and_trains_on_python(monkeypatch, capsys):
    def missing():
        raise CommandError("the C engine is not in use: there is no compiler")

    monkeypatch.setattr(demo, "c_engine", missing)
    assert main(["demo", *SMALL]) == 0
    captured = capsys.readouterr()
    assert "nothing to check: the C engine is not in use: there is no compiler" in captured.err
    assert "on the Python engine\n" in captured.out and "Check" not in captured.out
    assert_mistake(capsys, ["demo", *SMALL, "--engine", "c"], "there is no compiler")


def test_the_c_engine_says_why_it_is_not_in_use(monkeypatch):
    import micrograd_c

    monkeypatch.setattr(micrograd_c, "backend", "python")
    monkeypatch.setattr(micrograd_c._backend, "reason", "MICROGRAD_C_BACKEND asks for it")
    with pytest.raises(CommandError, match="not in use: MICROGRAD_C_BACKEND asks for it"):
        c_engine()


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(capsys):
    def picture(seed):
        main(["demo", *SMALL, "--engine", "c", "--seed", seed])
        return capsys.readouterr().out.split("+\n")[1]

    assert picture("1") == picture("1") != picture("2")


def test_two_moons_are_those_of_scikit_learn(monkeypatch):
    datasets = pytest.importorskip("sklearn.datasets")
    monkeypatch.setattr(dataset, "NOISE", 0.0)
    moons = dataset.two_moons(25, seed=0)
    X, y = datasets.make_moons(25, shuffle=False)
    np.testing.assert_allclose(moons.X, X, rtol=0, atol=1e-15)
    assert moons.y == [2.0 * k - 1.0 for k in y]


# --- the user's own data ---


@pytest.mark.slow
def test_breast_cancer_trains_to_97_percent(capsys):
    datasets = pytest.importorskip("sklearn.datasets")
    write_sklearn_csv("cancer.csv", datasets.load_breast_cancer())
    assert main(["demo", "--data", "cancer.csv", "--hidden", "16,16", "--engine", "c"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("cancer.csv, 569 rows, 30 columns; MLP 30-16-16-1 with 785 parameters")
    assert accuracy_in(out) >= 97
    assert "o benign   x malignant" in out and "principal components" in out


def test_a_file_is_standardised_and_its_classes_are_in_order():
    write_csv("data.csv", ["a", "b", "kind"], [[1, 0, "yes"], [3, 0, "no"]])
    data = dataset.from_csv("data.csv")
    assert data.X == [[-1.0, 0.0], [1.0, 0.0]]
    assert data.y == [1.0, -1.0] and data.class_names == ("no", "yes")


@pytest.mark.parametrize("n_columns", [1, 2, 5])
def test_files_of_any_width_are_learnt_and_drawn(n_columns, capsys):
    rows = []
    for i in range(20):
        side = 1 if i % 2 else -1
        rows.append([*(side * (1 + j / 7) + i / 50 for j in range(n_columns)), side])
    write_csv("data.csv", [*(f"x{j}" for j in range(n_columns)), "y"], rows)
    assert main(["demo", "--data", "data.csv", "--hidden", "8", "--steps", "40"]) == 0
    out = capsys.readouterr().out
    assert accuracy_in(out) == 100
    assert ("principal components" in out) == (n_columns > 2)


def test_a_file_needs_exactly_two_classes(capsys):
    write_csv("data.csv", ["a", "kind"], [[1, "x"], [2, "y"], [3, "z"]])
    expected = "column 'kind', the last, must hold two classes, got 3: 'x', 'y', 'z'"
    assert_mistake(capsys, ["demo", "--data", "data.csv"], expected)


# --- the pictures ---


def right_of_zero(row):
    return SimpleNamespace(data=row[0])


@pytest.mark.parametrize("columns, width, height", [(200, 68, 22), (40, 38, 12)])
def test_the_terminal_shows_points_boundary_and_wrong_predictions(
    columns, width, height, monkeypatch
):
    monkeypatch.setenv("COLUMNS", str(columns))
    X = [[-1.0, 0.0], [1.0, 0.0], [2.0, 1.0]]
    data = dataset.Dataset("", X, [-1.0, 1.0, -1.0], ("n", "p"))
    picture = decision_boundary.draw_in_terminal(right_of_zero, data, False)
    edge, *lines, last_edge, legend = picture.split("\n")
    assert edge == last_edge and len(lines) == height
    assert {len(line) for line in lines} == {width + 2}
    text = "".join(lines)
    assert [text.count(letter) for letter in "oxOX"] == [1, 1, 1, 0]
    for line in lines:  # spaces left of the boundary, dots right of it
        left, right = line[1 : width // 3], line[width // 2 : -1]
        assert set(left) <= {" ", "o"} and set(right) <= {".", "x", "O"}
    assert next(i for i, line in enumerate(lines) if "O" in line) < height // 2
    assert legend.startswith(" o n   x p")


def test_colors_change_no_character():
    data = dataset.two_moons(20, seed=1)
    plain = decision_boundary.draw_in_terminal(right_of_zero, data, False)
    colored = decision_boundary.draw_in_terminal(right_of_zero, data, True)
    assert "\033[" in colored and re.sub(r"\033\[\d+m", "", colored) == plain


def test_the_plane_of_many_columns_is_that_of_the_largest_spread():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40, 4)) * [1, 5, 0.1, 3]
    plane = decision_boundary.Plane(X)
    spread = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[:2]
    np.testing.assert_allclose(np.sqrt((plane.points**2).sum(axis=0)), spread)
    u, v = plane.points[0]
    back = decision_boundary.Plane(np.vstack([X, plane.row((u, v))])).points[-1]
    assert math.hypot(*back) > 0
    np.testing.assert_allclose((np.array(plane.row((u, v))) - plane.center) @ plane.axes.T, (u, v))


def test_the_picture_is_saved_where_asked(capsys):
    pytest.importorskip("matplotlib")
    assert main(["demo", *SMALL, "--engine", "c", "--out", "moons.png"]) == 0
    with open("moons.png", "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert capsys.readouterr().out.endswith("Picture   moons.png\n")


def test_without_matplotlib_there_is_only_the_terminal_picture(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["demo", *SMALL, "--engine", "c"]) == 0
    assert capsys.readouterr().out.endswith("none: for a PNG, pip install matplotlib\n")
    assert list(tmp_path.iterdir()) == []
    assert_mistake(capsys, ["demo", *SMALL, "--out", "x.png"], "pip install matplotlib")


def test_without_tqdm_progress_is_a_line_now_and_then(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["demo", "--samples", "6", "--hidden", "2", "--steps", "40", "--engine", "c"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert re.fullmatch(r"C engine: step 40 of 40, loss \d\.\d{4}, accuracy \d+\.\d%", lines[-1])


def test_with_tqdm_progress_is_a_bar_with_loss_and_accuracy(capsys):
    pytest.importorskip("tqdm")
    assert main(["demo", "--samples", "6", "--hidden", "2", "--steps", "40", "--engine", "c"]) == 0
    assert re.search(r"40/40 .*loss \d\.\d{4}, accuracy \d+\.\d%", capsys.readouterr().err)


def test_names_of_the_engines():
    assert isinstance(python_engine(), Engine)
    assert [python_engine().name, c_engine().name] == ["Python engine", "C engine"]
