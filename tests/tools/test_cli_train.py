"""train: real data sets, classification and regression, targets, the learning curve."""

import csv
import io
import os
import re
import sys

import numpy as np
import pytest
from cli_tools import assert_mistake, predictions, run_command, write_csv, write_sklearn_csv

from micrograd_c.cli import main
from micrograd_c.cli.csv_models import training
from micrograd_c.cli.csv_models.dataset import guess_task, make_dataset, split_rows
from micrograd_c.cli.csv_models.metrics import describe, scores
from micrograd_c.cli.csv_models.read_csv import read_table

pytest.importorskip("pandas")
pytest.importorskip("sklearn")
pytestmark = pytest.mark.usefixtures("in_own_directory")


@pytest.fixture
def line():
    """A CSV file in which t is 100 + 20 * a - 10 * b."""
    rows = [[a / 3, b / 2, 100 + 20 * a / 3 - 10 * b / 2] for a in range(10) for b in range(6)]
    return write_csv("line.csv", ["a", "b", "t"], rows)


def score_in(out, name):
    """Return the percentage or R² that ``train`` printed for its train or test rows."""
    return float(re.search(rf"^{name} +(?:R² )?([-0-9.]+)", out, re.MULTILINE).group(1))


# --- real data sets ---


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
    assert [int(row["row"]) for row in rows] == table.rows
    if name != "diabetes":
        predicted = [row["target"] for row in rows]
        right = np.mean([p == a for p, a in zip(predicted, table.classes("target"))])
        assert score.startswith(f"{len(rows)} rows: {right:.1%} right (")
        assert right >= 0.95


# --- classification and regression, on both engines ---


def test_classes_are_learnt(engine, spots, tmp_path):
    options = ["--target", "spot", "--hidden", "6", "--epochs", "20", "--batch-size", "8"]
    done = run_command(engine, "train", spots, *options, "--lr", "0.05", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == [
        "spots.csv: 60 rows, 3 columns; 'spot' is one of 3 classes: low, right, top "
        "(3 different texts in 60 rows; --task says otherwise)",
        "48 rows to train, 12 to test, with the same shares of the classes; "
        "MLP 3-6-3 with 45 parameters; adam with lr 0.05",
    ]
    assert score_in(done.stdout, "Train") == score_in(done.stdout, "Test") == 100
    done = run_command(engine, "predict", "model.npz", spots, cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "row,spot,probability"
    assert done.stdout.splitlines()[1].startswith("2,low,0.9")
    assert done.stderr == "60 rows: 100.0% right (the most frequent class alone: 33.3%)\n"


def test_numbers_are_learnt(engine, line, tmp_path):
    options = ["--target", "t", "--hidden", "6", "--epochs", "25", "--batch-size", "8"]
    done = run_command(engine, "train", line, *options, "--lr", "0.03", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "'t' is a number (50 different numbers in 60 rows; --task says" in done.stdout
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


def test_every_epoch_takes_the_training_rows_and_the_loss_sees_the_test_rows(spots, monkeypatch):
    trained, tested = [], []

    class Loss:
        def fit(self, X, y, *, epochs, batch_size, seed, callback, **options):
            trained.extend(zip(map(tuple, X), y))
            assert (epochs, batch_size, seed) == (2, 7, 3) and options["check_finite"]
            for epoch in range(epochs):
                assert not callback(epoch, 1.0)

        def __call__(self, X, y, check_finite):
            tested.append(list(zip(map(tuple, X), y)))
            return np.ones(len(X))

    monkeypatch.setattr(training, "make_loss", lambda net, is_classification: Loss())
    options = ["--target", "spot", "--epochs", "2", "--batch-size", "7", "--seed", "3"]
    assert main(["train", spots, *options]) == 0
    assert len(trained) == 48 and [len(rows) for rows in tested] == [12, 12]
    assert not set(trained) & set(tested[0])


def test_the_same_seed_makes_the_same_model(spots):
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
    assert main(["train", line, "--target", "t", "--optimizer", "sgd", "--lr", "1e300"]) == 1
    assert "the training diverged" in capsys.readouterr().err.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["line.csv"]


@pytest.mark.parametrize("fraction", ["0", "0.2"])
@pytest.mark.parametrize("target", ["a", "spot"])
def test_a_last_step_that_diverges_is_found(target, fraction, spots, line, capsys, tmp_path):
    data = spots if target == "spot" else line
    options = ["--target", target, "--epochs", "1", "--batch-size", "100", "--optimizer", "sgd"]
    options += ["--lr", "1e200", "--test-fraction", fraction]
    assert main(["train", data, *options]) == 1
    assert "the training diverged" in capsys.readouterr().err.splitlines()[-1]
    assert not os.path.exists("model.npz")


# --- targets, and the split into training and test rows ---


@pytest.mark.parametrize(
    "texts, task",
    [
        (["a", "b", "a"], "classification"),
        (["0", "1", "1.0"], "classification"),
        (["7", "9"], "classification"),
        (["0.5", "1"], "regression"),
        (["1", "2", "3"], "regression"),  # too few rows for three classes
        (["1", "2", "3"] * 5, "classification"),
        ([str(i) for i in range(20)] * 5, "classification"),
        ([str(i) for i in range(21)] * 9, "regression"),
        (["3+", "2", "x"], "classification"),
        (["0.5", "1", "2"], "regression"),
        ([str(i) for i in range(21)], "regression"),
        (["1", "2", "x"], "regression"),  # then x is reported as no number
        (["1", "2", "nan"], "regression"),
    ],
)
def test_the_task_is_guessed_from_the_target(texts, task):
    assert guess_task(texts)[0] == task


@pytest.mark.parametrize(
    "target, task, expected",
    [
        ("height", "auto", "has no column 'height'; it has x, y, same, spot"),
        ("same", "auto", "column 'same' holds only one number, 3.5, in all rows"),
        ("same", "classification", "column 'same' holds only one class, '3.5', in all rows"),
        ("spot", "regression", "row 2, column 'spot': expected a number, got 'low'"),
        ("Spot", "auto", "has no column 'Spot'; it has x, y, same, spot; did you mean 'spot'?"),
    ],
)
def test_a_target_that_cannot_be_learnt(target, task, expected, spots, capsys):
    assert_mistake(capsys, ["train", spots, "--target", target, "--task", task], expected)


def test_a_file_of_the_target_alone(capsys):
    write_csv("alone.csv", ["y"], [[1], [2]])
    assert_mistake(capsys, ["train", "alone.csv", "--target", "y"], "no other column than 'y'")


def test_classes_are_numbered_in_order(spots):
    dataset = make_dataset(read_table(spots), "spot", "auto", names=["x", "y"])
    assert dataset.classes == ["low", "right", "top"] and dataset.y[:4] == [0, 1, 2, 0]


def test_rows_are_split_once_each():
    train, test, how = split_rows([0.5 * i for i in range(10)], False, 0.25, seed=0)
    assert sorted(train + test) == list(range(10)) and len(test) == 3 and how == "drawn at random"
    assert split_rows([1.0], False, 0.9, seed=0) == ([0], [], "")
    assert sorted(map(len, split_rows([1.0, 2.0], False, 0.9, seed=2**70)[:2])) == [1, 1]


def test_classes_have_the_same_shares_of_both_parts():
    y = [0] * 60 + [1] * 30 + [2] * 10
    train, test, how = split_rows(y, True, 0.2, seed=3)
    assert [[y[i] for i in test].count(k) for k in range(3)] == [12, 6, 2]
    assert [[y[i] for i in train].count(k) for k in range(3)] == [48, 24, 8]
    assert how == "with the same shares of the classes"
    assert split_rows(y, True, 0.2, seed=3) == (train, test, how) != split_rows(y, True, 0.2, 4)


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 1, 2, 0, 1, 2], [0] * 9 + [1, 2]])
def test_a_class_with_too_few_rows_for_that_is_said(y):
    train, test, how = split_rows(y, True, 0.2, seed=0)
    assert sorted(train + test) == list(range(len(y))) and test
    assert how == "drawn at random, since a class has too few rows to be in both"


def test_scores_of_numbers():
    assert scores([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [])["r2"] == 1.0
    assert scores([2.0, 2.0, 2.0], [1.0, 2.0, 3.0], [])["r2"] == 0.0
    assert np.isnan(scores([1.0, 2.0], [5.0, 5.0], [])["r2"])
    assert np.isnan(scores([1.0], [5.0], [])["r2"])
    found = scores([0.0, 0.0], [3.0, 4.0], [])
    assert found["rmse"] == pytest.approx(12.5**0.5) and found["mae"] == 3.5
    assert describe(found) == "R² -49.000, off by 3.536 (root mean square)"


def test_scores_of_classes():
    found = scores(["a", "a", "b", "a"], ["a", "a", "b", "b"], ["a", "b"])
    assert found["accuracy"] == 0.75 and found["most_frequent"] == 0.5
    assert found["f1_macro"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert describe(found) == "75.0% right (the most frequent class alone: 50.0%)"
    assert describe(scores([], [], ["a"])) == "no rows"


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
