"""predict, and the model files that it reads: their contents, damaged ones, mistakes."""

import csv
import io
import os
import random

import numpy as np
import pytest
from cli_tools import assert_mistake, predictions, write_csv

from micrograd_c.cli import main
from micrograd_c.cli.csv_models import model_file
from micrograd_c.cli.csv_models.dataset import split_rows
from micrograd_c.cli.csv_models.read_csv import read_table
from micrograd_c.cli.errors import CommandError

pytestmark = pytest.mark.usefixtures("in_own_directory")


# --- the model file ---


@pytest.fixture
def model(spots):
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--hidden", "4"]) == 0
    return "model.npz"


def test_the_model_file_contains_all_that_predict_needs(model):
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
    assert loaded[:1] == again[:1] and loaded[-2:] == again[-2:]


def test_scaling_ignores_the_test_rows(spots):
    """Means are those of the training rows alone."""
    assert main(["train", spots, "--target", "spot", "--epochs", "1", "--seed", "9"]) == 0
    table = read_table(spots)
    places, _, _ = split_rows(table.classes("spot"), True, 0.2, seed=9)
    x = table.numbers("x")
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


def test_model_files_have_the_usual_permissions(model):
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
        {"format": 1},
        {"missing": np.array("all")},
        {"kinds": np.array(["number", "number", "date"])},
        {"kinds": np.array(["number", "number", "category"])},
        {"category_counts": np.array([0, 0, 1])},
        {"categories": np.array(["a"])},
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


def test_a_truncated_model_file_is_no_model(model, spots, capsys, tmp_path):
    content = (tmp_path / model).read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: len(content) // 2])
    capsys.readouterr()
    assert_mistake(capsys, ["predict", "cut.npz", spots], "cut.npz is no model file")


def test_damage_anywhere_is_one_line(model, tmp_path):
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
    assert refused > 100  # not all: a bit in a time stamp, for instance, does no harm


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
    most = 1.0 if rows[1][3] == rows[5][3] else 0.5
    right = sum(expected[i]["spot"] == rows[i][3] for i in (1, 5))
    assert predictions(capsys, model, "new.csv") == (
        expected,
        f"2 rows: {right / 2:.1%} right (the most frequent class alone: {most:.1%})\n",
    )


@pytest.mark.parametrize(
    "names",
    [
        ("01", "02", "x"),
        ("12e4", "120000", "0"),
        ("9007199254740992", "9007199254740993", "1"),
        ("1.1", "1.10", "v"),
        ("1.0", "2.0", "3.0"),
    ],
)
def test_classes_keep_their_spelling_from_training_to_scoring(names, capsys):
    rows = [[10 * (i % 3) + i / 100, names[i % 3]] for i in range(30)]
    write_csv("data.csv", ["x", "name"], rows)
    write_csv("part.csv", ["x", "name"], [row for row in rows if row[1] != names[2]])
    options = ["--target", "name", "--task", "classification", "--test-fraction", "0"]
    options += ["--hidden", "8", "--epochs", "40", "--batch-size", "4", "--lr", "0.05"]
    assert main(["train", "data.csv", *options]) == 0
    out = capsys.readouterr().out
    assert "one of 3 classes" in out and "Train  100.0% right" in out
    predicted, score = predictions(capsys, "model.npz", "part.csv")
    assert score == "20 rows: 100.0% right (the most frequent class alone: 50.0%)\n"
    assert [row["name"] for row in predicted] == [row[1] for row in rows if row[1] != names[2]]


def test_whole_numbers_are_scored_however_written(capsys):
    """Other programs write 1.0 for 1 if a cell of the column is empty."""
    rows = [[i % 2 + i / 100, i % 2] for i in range(20)]
    write_csv("data.csv", ["x", "y"], rows)
    write_csv("new.csv", ["x", "y"], [[x, f"{y}.0" if i else ""] for i, (x, y) in enumerate(rows)])
    assert main(["train", "data.csv", "--target", "y", "--epochs", "60", "--lr", "0.1"]) == 0
    assert predictions(capsys, "model.npz", "new.csv")[1].startswith("19 rows: 100.0% right")


def test_classes_that_the_model_does_not_know_are_reported(model, spots, capsys):
    rows = csv_rows(spots)
    rows[0][3] = "Low"
    write_csv("new.csv", ["x", "y", "same", "spot"], rows)
    _, score = predictions(capsys, model, "new.csv")
    assert score.splitlines()[1:] == [
        "rows of a class that the model does not know: 1, such as 'Low'; "
        "it knows 'low', 'right', 'top'"
    ]


def test_a_bad_target_is_found_before_anything_is_printed(model, capsys):
    write_csv("numbers.csv", ["x", "t"], [[i, i / 3] for i in range(20)])
    options = ["--target", "t", "--epochs", "1", "--out", "numbers.npz"]
    assert main(["train", "numbers.csv", *options]) == 0
    write_csv("new.csv", ["x", "t"], [[1, 2.5], [1, "two"]])
    capsys.readouterr()
    assert main(["predict", "numbers.npz", "new.csv"]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and "row 3, column 't': expected a number" in printed.err


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
