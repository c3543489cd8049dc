"""train and predict on tables that packages ship: each trains, or is refused with what to do.

Each table is one that a newcomer tries: with an index, dates, blanks, names, true and false, cells
separated by tabs or blanks, quotes of both kinds. Missing packages skip.
"""

import importlib.util
import json
import os
import shutil

import pytest
from cli_tools import write_csv, write_sklearn_csv

from micrograd_c.cli import main

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")
pytestmark = pytest.mark.usefixtures("in_own_directory", "without_curve")

SMALL = ["--epochs", "2", "--hidden", "4"]


@pytest.fixture
def without_curve(monkeypatch):
    """Draws no learning curve, which would take longer than everything else."""
    monkeypatch.setattr("micrograd_c.cli.commands.train.save_picture", lambda path, draw: "none")


def find(package, path):
    """Return the path of a file in a package, or skip the test where that is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        pytest.skip(f"{package} is not installed")
    return os.path.join(os.path.dirname(spec.origin), *path.split("/"))


def titanic():
    """Write a table with the difficulties of the Titanic's list of passengers."""
    header = ["PassengerId", "Survived", "Pclass", "Name", "Sex", "Age", "Fare", "Cabin", "Alone"]
    rows = [
        [
            i,
            int(i % 3 == 0),
            1 + i % 3,
            f'Doe, Mrs. "Jo" {i}',
            ["male", "female"][i % 3 == 0],
            "" if i % 5 == 0 else 20 + i % 40,
            round(7.25 * (1 + i % 4), 2),
            f"C{i}" if i % 4 == 0 else "",
            ["True", "False"][i % 2],
        ]
        for i in range(1, 81)
    ]
    return write_csv("titanic.csv", header, rows)


def sklearn_table(name):
    datasets = pytest.importorskip("sklearn.datasets")
    return write_sklearn_csv(f"{name}.csv", getattr(datasets, f"load_{name}")())


def statsmodels(name):
    return lambda: find("statsmodels", f"datasets/{name}/{name}.csv")


# name: where it is, its target, and what ``train`` is called with in turn: each call but the last
# is refused with the text beside it; the last one trains, and says the text.
TABLES = {
    "penguins": (
        lambda: find("palmerpenguins", "data/penguins.csv"),
        "species",
        [([], "333 rows, 7 columns; 'species' is one of 3 classes: Adelie, Chinstrap, Gentoo")],
    ),
    "raw penguins": (
        lambda: find("palmerpenguins", "data/penguins-raw.csv"),
        "Species",
        [
            ([], """'Date Egg' holds dates or times, such as '2007-11-11': leave them out with """
                 """--drop "Individual ID" --drop "Date Egg", or write what matters"""),
            (["--drop", "Individual ID,Date Egg"], "rows have empty cells and would be left out"),
            (["--drop", "Individual ID,Date Egg,Comments"], "Left out 20 rows with empty cells"),
        ],
    ),
    "seattle-weather": (
        lambda: find("vega_datasets", "_data/seattle-weather.csv"),
        "weather",
        [
            ([], "column 'date' holds dates or times, such as '2012/01/01': leave it out with "
                 "--drop date, or write what matters of it, such as the year or the month"),
            (["--drop", "date"], "one of 5 classes: drizzle, fog, rain, snow, sun"),
        ],
    ),
    "statecrime": (
        statsmodels("statecrime"),
        "murder",
        [
            ([], "column 'state' holds 51 different texts in 51 rows: leave it out with --drop st"),
            (["--drop", "state"], "'murder' is a number (38 different numbers in 51 rows"),
        ],
    ),
    "anes96": (statsmodels("anes96"), "vote", [([], "The cells are separated by tabs")]),
    "spector": (statsmodels("spector"), "GRADE", [([], "The cells are separated by blanks")]),
    "longley": (
        statsmodels("longley"),
        "TOTEMP",
        [([], "'TOTEMP' is a number (16 different whole numbers in 16 rows")],
    ),
    "fair": (statsmodels("fair"), "affairs", [(["--test-fraction", "0.9"], "'affairs' is a num")]),
    "star98": (statsmodels("star98"), "MATHTOT", [([], "'MATHTOT' is a number")]),
    "ccard": (statsmodels("ccard"), "AVGEXP", [([], "'AVGEXP' is a number")]),
    "iris": (lambda: sklearn_table("iris"), "target", [([], "one of 3 classes: setosa, versico")]),
    "digits": (
        lambda: sklearn_table("digits"),
        "target",
        [([], "one of 10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 (10 different whole numbers in")],
    ),
    "titanic": (
        titanic,
        "Survived",
        [
            ([], "column 'Name' holds 80 different texts in 80 rows; column 'Cabin' holds 20 "
                 "different texts in 20 rows: leave them out with --drop Name --drop Cabin"),
            (["--drop", "Name,Cabin"], "Left out 16 rows with empty cells, in 'Age' (16)"),
            (["--drop", "Name,Cabin", "--missing", "mean"], "'Sex' (2 categories), 'Alone' (true"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_trains_or_is_refused_with_what_to_do(name, capsys):
    make, target, calls = TABLES[name]
    path = make()
    for options, expected in calls[:-1]:
        status = main(["train", path, "--target", target, *SMALL, *options])
        captured = capsys.readouterr()
        if status == 0:
            assert expected in captured.out
            continue
        assert status == 2 and expected in captured.err
        assert len(captured.err.splitlines()) == 1 and captured.err.startswith("python -m")
        assert "--drop" in captured.err and not os.path.exists("model.npz")
    options, expected = calls[-1]
    assert main(["train", path, "--target", target, *SMALL, *options]) == 0
    assert expected in capsys.readouterr().out

    assert main(["predict", "model.npz", path, "--append"]) == 0
    captured = capsys.readouterr()
    with open("appended.csv", "w", encoding="utf-8", newline="") as file:
        file.write(captured.out)
    sep = {"anes96": "\t", "spector": " "}.get(name, ",")
    quote = {"anes96": "'", "spector": "'"}.get(name, '"')
    before = pandas.read_csv(path, sep=sep, quotechar=quote)
    after = pandas.read_csv("appended.csv", sep=sep)
    assert after.iloc[:, : before.shape[1]].equals(before)
    assert f"{target}_predicted" in after.columns[before.shape[1] :]
    n_scored = after[[target, f"{target}_predicted"]].dropna().shape[0]
    assert f"{n_scored} rows: " in captured.err


@pytest.mark.parametrize("table", ["penguins", "titanic"])
def test_a_model_applies_its_categories_and_means(table, capsys):
    """The prediction of a row alone is that of the row in the whole table."""
    make, target, calls = TABLES[table]
    path = make()
    options = ["--target", target, *SMALL, "--missing", "mean", *calls[-1][0][:2]]
    assert main(["train", path, *options]) == 0
    whole = predicted(capsys, path)
    frame = pandas.read_csv(path, dtype=object, keep_default_na=False)
    for row in (3, 0, 4):
        frame.iloc[row : row + 1].drop(columns=target).to_csv("one.csv", index=False)
        (alone,) = predicted(capsys, "one.csv")
        assert alone == {**whole[row], "row": 2}
    shuffled = frame[frame.columns[::-1]]
    shuffled.to_csv("shuffled.csv.gz", index=True)
    assert predicted(capsys, "shuffled.csv.gz") == whole


def predicted(capsys, path):
    capsys.readouterr()
    assert main(["predict", "model.npz", path, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["predictions"]


def test_the_file_of_another_name_and_encoding(capsys, monkeypatch):
    shutil.copy(find("palmerpenguins", "data/penguins.csv"), "penguins.csv")
    with open("penguins.csv", encoding="utf-8") as file:
        text = file.read().replace("Gentoo", "Ésel").replace(",", ";").replace(".", ",")
    with open("penguins.csv", "w", encoding="utf-16") as file:
        file.write(text)
    options = ["--target", "species", *SMALL]
    assert main(["train", "penguins.csv", *options]) == 2
    assert "name its encoding, such as --encoding utf-16" in capsys.readouterr().err
    options += ["--encoding", "utf-16"]
    assert main(["train", "penguins.csv", *options]) == 2
    assert "column 'bill_length_mm' holds numbers such as '39,1'" in capsys.readouterr().err
    assert main(["train", "penguins.csv", *options, "--decimal", ","]) == 0
    assert "3 classes: Adelie, Chinstrap, Ésel" in capsys.readouterr().out
