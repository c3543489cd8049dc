"""What ``train`` learns from a table: the rows, and the class or the number of each row."""

import math
import random
from typing import NamedTuple

from micrograd_c.cli.csv_models.table import as_number, in_order
from micrograd_c.cli.errors import CommandError

MOST_CLASSES_OF_WHOLE_NUMBERS = 20  # a column with more distinct ones is a quantity


class Dataset(NamedTuple):
    columns: list  # the names of the d columns to predict from
    X: list  # n rows of d floats, as they are in the file, not standardised
    target: str  # the name of the column to predict
    y: list  # n floats; for a classification, the index of each row's class in ``classes``
    classes: list  # the names of the classes, sorted; empty for a regression


def make_dataset(table, target, task):
    """Return the Dataset in a Table; ``task`` is "classification", "regression" or "auto".

    Raises CommandError if there is nothing to learn in the table.
    """
    if target not in table.columns:
        raise CommandError(
            f"{table.path} has no column {target!r}; it has {', '.join(table.columns)}"
        )
    columns = [name for name in table.columns if name != target]
    if not columns:
        raise CommandError(f"{table.path} has no other column than {target!r} to learn from")
    if task == "auto":
        task = guess_task(table.texts(target))
    y = table.classes(target) if task == "classification" else table.numbers(target)
    if len(set(y)) == 1:
        kind = "class" if task == "classification" else "number"
        raise CommandError(
            f"{table.path}: column {target!r} holds only one {kind}, {y[0]!r}, in all rows: "
            "there is nothing to learn"
        )
    X = table.matrix(columns)
    if task == "regression":
        return Dataset(columns, X, target, y, [])
    classes = in_order(y)
    place = {name: i for i, name in enumerate(classes)}
    return Dataset(columns, X, target, [place[name] for name in y], classes)


def guess_task(texts):
    """Return the task for a target column: text and a few whole numbers are classes."""
    numbers = [as_number(text) for text in texts]
    n_texts = numbers.count(None)
    if n_texts >= len(texts) / 2:
        return "classification"
    if n_texts:  # a mistake in a column of numbers: reading the numbers will report it
        return "regression"
    distinct = set(numbers)
    is_few = len(distinct) <= MOST_CLASSES_OF_WHOLE_NUMBERS
    return "classification" if is_few and all(map(float.is_integer, distinct)) else "regression"


def split_rows(n_rows, test_fraction, seed):
    """Return the places of the training rows and those of the test rows, drawn at random."""
    places = list(range(n_rows))
    random.Random(seed).shuffle(places)
    n_test = min(n_rows - 1, math.ceil(test_fraction * n_rows))
    return places[n_test:], places[:n_test]
