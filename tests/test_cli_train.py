"""train and predict: real sets, what the model file holds, mistakes."""

import csv
import io
import os
import random
import re
import sys

import numpy as np
import pytest
from cli_tools import assert_mistake, run_command, write_csv, write_sklearn_csv

from micrograd_c.cli import fitting, main, model_file
from micrograd_c.cli.errors import CommandError
from micrograd_c.cli.problem import guess_task, make_problem, split_rows
from micrograd_c.cli.scores import r_squared, root_mean_square_error
from micrograd_c.cli.table import read_table
from micrograd_c.engine import Value
from micrograd_c.optim import SGD


@pytest.fixture(autouse=True)
def in_own_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def spots():
    """A file of three classes that lie apart, and one column that says nothing."""
    rows = []
    for i in range(60):
        x, y, name = ((0, 0, "low"), (8, 1, "right"), (1, 9, "top"))[i % 3]
        rows.append([x + i % 7 / 10, y - i % 5 / 10, 3.5, name])
    return write_csv("spots.csv", ["x", "y", "same", "spot"], rows)


@pytest.fixture
def line():
    """A file in which t is 100 + 20 * a - 10 * b."""
    rows = [[a / 3, b / 2, 100 + 20 * a / 3 - 10 * b / 2] for a in range(10) for b in range(6)]
    return write_csv("line.csv", ["a", "b", "t"], rows)


def score_in(out, name):
    """The percentage or R² that ``train`` printed for its train or test rows."""
    return float(re.search(rf"^{name} +(?:R² )?([-0-9.]+)", out, re.MULTILINE).group(1))


def predictions(capsys, *arguments):
    capsys.readouterr()
    assert main(["predict", *arguments]) == 0
    captured = capsys.readouterr()
    return list(csv.DictReader(io.StringIO(captured.out))), captured.err


# --- real sets ---


@pytest.mark.parametrize(
    "name, options, train_score, test_score",
    [
        ("wine", [], 99, 90),
        ("breast_cancer", ["--epochs", "20"], 98, 92),
        ("digits", ["--hidden", "32", "--epochs", "10"], 97, 90),
        ("diabetes", ["--optimizer", "sgd", "--lr", "0.01"], 0.3, 0.1),
    ],
)
@pytest.mark.slow
def test_sets_of_scikit_learn(name, options, train_score, test_score, capsys):
    datasets = pytest.importorskip("sklearn.datasets")
    write_sklearn_csv("data.csv", getattr(datasets, f"load_{name}")())
    assert main(["train", "data.csv", "--target", "target", *options]) == 0
    out = capsys.readouterr().out
    assert score_in(out, "Train") >= train_score
    assert score_in(out, "Test") >= test_score
    rows, score = predictions(capsys, "model.npz", "data.csv")
    table = read_table("data.csv")
    assert [int(row["row"]) for row in rows] == list(table.rows)
    if name != "diabetes":
        predicted = [row["target"] for row in rows]
        right = np.mean([p == a for p, a in zip(predicted, table.classes("target"))])
        assert score == f"{len(rows)} rows: {right:.1%} right\n"
        assert right >= 0.95


# --- both kinds of problem, on both engines ---


def test_classes_are_learnt(engine, spots, tmp_path):
    options = ["--target", "spot", "--hidden", "6", "--epochs", "20", "--batch-size", "8"]
    done = run_command(engine, "train", spots, *options, "--lr", "0.05", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "60 rows, 3 columns; 'spot' is one of 3 classes: low, right, top\n" in done.stdout
    assert "48 rows to train, 12 to test; MLP 3-6-3 with 45 parameters; adam" in done.stdout
    assert score_in(done.stdout, "Train") == score_in(done.stdout, "Test") == 100
    done = run_command(engine, "predict", "model.npz", spots, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "row,spot,probability"
    assert done.stdout.splitlines()[1].startswith("2,low,0.9")
    assert done.stderr == "60 rows: 100.0% right\n"


def test_numbers_are_learnt(engine, line, tmp_path):
    options = ["--target", "t", "--hidden", "6", "--epochs", "25", "--batch-size", "8"]
    done = run_command(engine, "train", line, *options, "--lr", "0.03", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "'t' is a number" in done.stdout
    assert score_in(done.stdout, "Train") > 0.9 and score_in(done.stdout, "Test") > 0.9
    done = run_command(engine, "predict", "model.npz", line, cwd=tmp_path)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    errors = [float(row["t"]) - t for row, t in zip(rows, read_table(line).numbers("t"))]
    assert np.abs(errors).mean() < 15  # in the target's own units, over a range of 85
    assert re.fullmatch(r"60 rows: R² 0\.9\d\d, off by [0-9.]+ \(root mean square\)\n", done.stderr)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
def test_every_optimizer_learns(optimizer, spots, capsys):
    options = ["--target", "spot", "--hidden", "6", "--optimizer", optimizer]
    assert main(["train", spots, *options, "--epochs", "30", "--batch-size", "4"]) == 0
    captured = capsys.readouterr()
    assert f"; {optimizer} with lr " in captured.out
    assert score_in(captured.out, "Train") >= 90


def test_an_epoch_takes_every_row_once_in_a_new_order(monkeypatch):
    batches = []

    def record(net, rows, is_classification):
        batches.append(list(rows))
        return Value(len(rows))

    monkeypatch.setattr(fitting, "loss_of", record)
    optimizer = SGD([Value(0.0)], lr=1.0)
    rows = [([float(i)], i) for i in range(7)]
    rng = random.Random(0)
    means = [fitting.train_epoch(None, optimizer, rows, 3, rng, True) for _ in range(2)]
    assert [len(batch) for batch in batches] == [3, 3, 1, 3, 3, 1]
    first, second = sum(batches[:3], []), sum(batches[3:], [])
    assert first != second and sorted(first) == sorted(second) == sorted(rows)
    assert means == [(3 * 3 + 3 * 3 + 1) / 7] * 2


def test_a_seed_makes_the_model_again(spots):
    def weights(*options):
        assert main(["train", spots, "--target", "spot", "--epochs", "2", *options]) == 0
        with np.load("model.npz") as file:
            return file["weights"].tolist()

    assert weights("--seed", "4") == weights("--seed", "4") != weights("--seed", "5")


def test_without_test_rows(spots, capsys):
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--test-fraction", "0"]) == 0
    out = capsys.readouterr().out
    assert "60 rows to train, 0 to test" in out and "Test   no rows\n" in out


def test_a_training_that_diverges_says_so_and_writes_nothing(line, capsys, tmp_path):
    assert main(["train", line, "--target", "t", "--optimizer", "sgd", "--lr", "1e300"]) == 2
    assert "the training diverged" in capsys.readouterr().err.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["line.csv"]


# --- the model file ---


@pytest.fixture
def model(spots):
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--hidden", "4"]) == 0
    return "model.npz"


def test_the_model_file_holds_all_that_predict_needs(model):
    with np.load(model, allow_pickle=False) as file:
        arrays = dict(file)
    assert arrays["columns"].tolist() == ["x", "y", "same"]
    assert arrays["classes"].tolist() == ["low", "right", "top"]
    assert str(arrays["target"]) == "spot" and arrays["sizes"].tolist() == [3, 4, 3]
    assert arrays["weights"].shape == (31,) and arrays["weights"].dtype == np.float64
    assert arrays["column_means"].shape == arrays["column_stds"].shape == (3,)


def test_a_loaded_model_is_the_saved_one(model):
    loaded = model_file.load(model)
    model_file.save(loaded, "again.npz")
    again = model_file.load("again.npz")
    X = [[0.0, 1.0, 3.5], [8.0, 0.0, 3.5]]
    assert loaded.predict(X) == again.predict(X)


def test_the_test_rows_do_not_shape_the_scaling(spots):
    """Means are those of the training rows alone."""
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--seed", "9"]) == 0
    places, _ = split_rows(60, 0.2, random.Random(9))
    x = read_table(spots).numbers("x")
    expected = np.mean([x[i] for i in places])
    assert model_file.load("model.npz").inputs.means[0] == pytest.approx(expected, rel=1e-15)


def test_a_failed_save_leaves_the_old_file(model, tmp_path, monkeypatch):
    with open(model, "rb") as file:
        before = file.read()
    loaded = model_file.load(model)

    def fill_disk(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fill_disk)
    with pytest.raises(CommandError, match="cannot write model.npz: No space left on device"):
        model_file.save(loaded, model)
    with open(model, "rb") as file:
        assert file.read() == before
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_files_are_readable_as_others_are(model):
    with open("other", "wb"):
        pass
    assert os.stat(model).st_mode == os.stat("other").st_mode


def change(model, **arrays):
    with np.load(model) as file:
        np.savez("changed.npz", **{**file, **arrays})
    return "changed.npz"


@pytest.mark.parametrize(
    "arrays",
    [
        {"sizes": np.array([3, 5, 3])},
        {"sizes": np.array([3])},
        {"sizes": np.array([3, 0, 3])},
        {"sizes": np.array(3)},
        {"columns": np.array(["x", "y"])},
        {"classes": np.array(["low"])},
        {"column_means": np.zeros(2)},
        {"weights": np.zeros(30)},
        {"weights": np.array(["x"] * 31)},
        {"weights": np.array([None] * 31)},
        {"weights": np.ones(31) * 1j},
        {"weights": np.full(31, np.nan)},
        {"column_means": np.array(["0"] * 3)},
        {"column_stds": np.array([1.0, 0.0, 1.0])},
        {"target_std": np.zeros(3)},
        {"format": 2},
    ],
)
def test_a_damaged_model_is_refused(model, spots, arrays, capsys):
    expected = "is no model file that `micrograd_c train` wrote"
    path = change(model, **arrays)
    capsys.readouterr()
    assert_mistake(capsys, ["predict", path, spots], path, expected)


NPY = io.BytesIO()
np.save(NPY, np.zeros(3))


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2\n", b"PK\x03\x04 and no more", NPY.getvalue()])
def test_another_file_is_no_model(content, spots, capsys, tmp_path):
    (tmp_path / "other.npz").write_bytes(content)
    assert_mistake(capsys, ["predict", "other.npz", spots], "other.npz is no model file")


def test_a_cut_model_file_is_no_model(model, spots, capsys, tmp_path):
    content = (tmp_path / model).read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: len(content) // 2])
    capsys.readouterr()
    assert_mistake(capsys, ["predict", "cut.npz", spots], "cut.npz is no model file")


def test_whatever_is_damaged_ends_in_one_line(model, tmp_path):
    """zipfile and NumPy raise all sorts of exceptions at bytes that they did not write."""
    content = bytearray((tmp_path / model).read_bytes())
    rng = random.Random(1)
    refused = 0
    for _ in range(500):
        damaged = content[:]
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        (tmp_path / "damaged.npz").write_bytes(damaged)
        try:
            model_file.load("damaged.npz")
        except CommandError as error:
            assert "is no model file" in str(error)
            refused += 1
    assert refused > 100  # a bit in a time stamp, say, does no harm


# --- predict ---


def test_columns_are_found_by_name(model, spots, capsys):
    rows = [[name, y, "unread", x, same] for x, y, same, name in csv_rows(spots)]
    write_csv("turned.csv", ["spot", "y", "note", "x", "same"], rows)
    assert predictions(capsys, model, spots) == predictions(capsys, model, "turned.csv")


def test_rows_without_the_target(model, spots, capsys):
    write_csv("new.csv", ["x", "y", "same"], [row[:3] for row in csv_rows(spots)])
    rows, score = predictions(capsys, model, "new.csv")
    assert rows == predictions(capsys, model, spots)[0] and score == ""
    assert all(1 / 3 <= float(row["probability"]) <= 1 for row in rows)


def test_rows_without_a_target_are_not_scored(model, spots, capsys):
    rows = csv_rows(spots)
    write_csv("new.csv", ["x", "y", "same", "spot"], [[*row[:3], ""] for row in rows])
    expected = predictions(capsys, model, spots)[0]
    assert predictions(capsys, model, "new.csv") == (expected, "")

    some = [[*row[:3], row[3] if i in (1, 5) else ""] for i, row in enumerate(rows)]
    write_csv("new.csv", ["x", "y", "same", "spot"], some)
    right = sum(expected[i]["spot"] == rows[i][3] for i in (1, 5))
    assert predictions(capsys, model, "new.csv") == (expected, f"2 rows: {right / 2:.1%} right\n")


def test_a_bad_target_is_found_before_anything_is_printed(model, capsys):
    write_csv("new.csv", ["x", "y", "same", "spot"], [[1, 2, 3, "low"], [1, 2, 3, "nan"]])
    capsys.readouterr()
    assert main(["predict", model, "new.csv"]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and "row 3, column 'spot': expected a class" in printed.err


def test_missing_columns_are_named(model, capsys):
    write_csv("new.csv", ["x", "z"], [[1, 2]])
    capsys.readouterr()
    expected = "new.csv lacks 2 of the 3 columns that the model was trained on: 'y', 'same'"
    assert_mistake(capsys, ["predict", model, "new.csv"], expected)


def test_bad_cells_are_named(model, capsys):
    write_csv("new.csv", ["x", "y", "same"], [[1, 2, 3], [1, "two", 3]])
    capsys.readouterr()
    assert_mistake(capsys, ["predict", model, "new.csv"], "row 3, column 'y'", "'two'")


def csv_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


# --- what to learn ---


@pytest.mark.parametrize(
    "texts, task",
    [
        (["a", "b", "a"], "classification"),
        (["0", "1", "1.0"], "classification"),
        (["3+", "2", "x"], "classification"),
        (["0.5", "1", "2"], "regression"),
        ([str(i) for i in range(21)], "regression"),
        (["1", "2", "x"], "regression"),  # x is then reported
        (["1", "2", "nan"], "regression"),
    ],
)
def test_the_task_is_guessed_from_the_target(texts, task):
    assert guess_task(texts) == task


@pytest.mark.parametrize(
    "target, task, expected",
    [
        ("height", "auto", "has no column 'height'; it has x, y, same, spot"),
        ("same", "auto", "column 'same' holds only one number, 3.5, in all rows"),
        ("same", "classification", "column 'same' holds only one class, '3.5', in all rows"),
        ("spot", "regression", "row 2, column 'spot': expected a number, got 'low'"),
        ("x", "auto", "row 2, column 'spot': expected a number, got 'low'"),
    ],
)
def test_a_target_that_cannot_be_learnt(target, task, expected, spots, capsys):
    assert_mistake(capsys, ["train", spots, "--target", target, "--task", task], expected)


def test_a_file_of_the_target_alone(capsys):
    write_csv("alone.csv", ["y"], [[1], [2]])
    assert_mistake(capsys, ["train", "alone.csv", "--target", "y"], "no other column than 'y'")


def test_classes_are_numbered_in_order(spots):
    problem = make_problem(read_table(spots), "spot", "auto")
    assert problem.classes == ["low", "right", "top"] and problem.y[:4] == [0, 1, 2, 0]


def test_rows_are_split_once_each():
    train, test = split_rows(10, 0.25, random.Random(0))
    assert sorted(train + test) == list(range(10)) and len(test) == 3
    assert split_rows(1, 0.9, random.Random(0)) == ([0], [])


def test_scores_of_numbers():
    assert r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 1.0
    assert r_squared([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]) == 0.0
    assert np.isnan(r_squared([1.0, 2.0], [5.0, 5.0]))
    assert root_mean_square_error([0.0, 0.0], [3.0, 4.0]) == pytest.approx(12.5**0.5)


# --- the learning curve ---


def test_the_curve_is_saved_beside_the_model(spots):
    pytest.importorskip("matplotlib")
    os.mkdir("out")
    assert main(["train", spots, "--target", "spot", "--epochs", "2", "--out", "out/m.npz"]) == 0
    assert sorted(os.listdir("out")) == ["m.npz", "m.png"]


def test_without_matplotlib_there_is_no_curve(spots, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["train", spots, "--target", "spot", "--epochs", "1"]) == 0
    assert capsys.readouterr().out.endswith("Curve  none: for a PNG, pip install matplotlib\n")
    assert not os.path.exists("model.png")
