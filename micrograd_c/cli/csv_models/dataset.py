"""What ``train`` learns from a table: the rows, and the class or the number of each row."""

import math
from typing import NamedTuple

from micrograd_c.cli.csv_models.cells import as_number, in_order, is_date, listed
from micrograd_c.cli.csv_models.columns import are_too_many, encode, make_columns, quoted
from micrograd_c.cli.errors import CommandError

MOST_CLASSES_OF_WHOLE_NUMBERS = 20  # a column with more distinct ones is a quantity …
FEWEST_ROWS_OF_A_CLASS = 5  # … and so is one with fewer rows for each of them


class Dataset(NamedTuple):
    columns: list  # the Columns to predict from
    X: object  # their inputs, of shape (n, d), not standardised, NaN where a cell is empty
    target: str  # the name of the column to predict
    y: object  # n floats; for a classification, the index of each row's class in ``classes``
    classes: list  # the names of the classes, sorted; empty for a regression
    guess: str  # what the task was guessed from; "" if it was given
    remarks: list  # which rows are left out or filled in: sentences for the user


def make_dataset(table, target, task, *, names=None, missing="drop", na=()):
    """Return the Dataset in a Table; ``task`` is "classification", "regression" or "auto".

    ``names``: the columns to learn from, all but the target if None. ``missing``: what becomes of
    rows with an empty cell, "drop", "mean" or "error". Raises CommandError if there is nothing to
    learn in the table.
    """
    if names is None:
        names = [name for name in table.columns if name != target]
    if not names:
        raise CommandError(f"{table.name} has no other column than {target!r} to learn from")
    table, remarks = drop_rows_without_target(table, target, missing, na)
    texts = table.cells(target, na)
    guess = ""
    if task == "auto":
        task, guess = guess_task(texts, table.decimal)
    y = read_target(table, target, task, na)
    columns = make_columns(table, names, na)
    X, _ = encode(columns, table, na)
    kept, more = drop_or_fill(table, names, missing, na)
    X, y = X[kept], [number for number, is_kept in zip(y, kept) if is_kept]
    if len(set(y)) == 1:
        kind = "class" if task == "classification" else "number"
        raise CommandError(
            f"{table.name}: column {target!r} holds only one {kind}, {y[0]!r}, in all rows: "
            "there is nothing to learn"
        )
    remarks += more
    if task == "regression":
        return Dataset(columns, X, target, y, [], guess, remarks)
    classes = in_order(y)
    place = {name: i for i, name in enumerate(classes)}
    return Dataset(columns, X, target, [place[name] for name in y], classes, guess, remarks)


def drop_rows_without_target(table, target, missing, na):
    """Return the table without the rows whose target is empty, and remarks."""
    empty = [cell is None for cell in table.cells(target, na)]
    if not any(empty):
        return table, []
    if all(empty):
        raise CommandError(f"{table.name}: column {target!r}, the target, is empty")
    rows = n_rows(sum(empty))
    if missing == "error":
        row = table.rows[empty.index(True)]
        raise table.mistake(row, target, f"the cell is empty, as in {rows}, and --missing is error")
    return table.without(empty), [f"Left out {rows} in which {target!r}, the target, is empty"]


def read_target(table, target, task, na):
    """Return the class names or the numbers of the target column."""
    if task == "regression":
        return table.numbers(target, na)
    names = table.classes(target, na=na)
    n_classes = len(set(names))
    if are_too_many(n_classes, len(names)):
        what = "dates or times" if all(map(is_date, names)) else f"{n_classes} different texts"
        raise CommandError(
            f"{table.name}: column {target!r} holds {what} in {len(names)} rows, too many to be "
            "learnt as classes: choose another --target"
        )
    return names


def drop_or_fill(table, names, missing, na):
    """Return which rows stay, as a list of bools, and remarks about those with empty cells."""
    empty = {name: [cell is None for cell in table.cells(name, na)] for name in names}
    n_empty = {name: sum(cells) for name, cells in empty.items() if any(cells)}
    kept = [not any(cells) for cells in zip(*empty.values())]
    if not n_empty:
        return kept, []
    most = sorted(n_empty, key=n_empty.get, reverse=True)
    where = listed([f"{name!r} ({n_empty[name]})" for name in most])
    n_dropped = len(kept) - sum(kept)
    advice = f"write --missing mean to fill them in, or leave columns out: --drop {quoted(most[0])}"
    if missing == "error":
        raise CommandError(
            f"{table.name}: {n_rows(n_dropped)} of {len(kept)} have empty cells, in {where}: "
            f"{advice}"
        )
    if missing == "mean":
        return [True] * len(kept), [
            f"Filled in {sum(n_empty.values())} empty cells, in {where}, with the column's mean; "
            "for a category, with its share of the rows"
        ]
    if n_dropped > len(kept) / 2:
        raise CommandError(
            f"{table.name}: {n_dropped} of {len(kept)} rows have empty cells and would be left "
            f"out, in {where}: {advice}"
        )
    return kept, [f"Left out {n_rows(n_dropped)} with empty cells, in {where} (--missing drop)"]


def n_rows(n):
    return "1 row" if n == 1 else f"{n} rows"


def guess_task(texts, decimal="."):
    """Return the task for a target column, and what it was guessed from.

    Text is classes, and so are whole numbers if there are few against the rows.
    """
    distinct = set(texts)
    numbers = {text: as_number(text, decimal) for text in distinct}
    n_texts = sum(numbers[text] is None for text in texts)
    if n_texts >= len(texts) / 2:
        return "classification", f"{len(distinct)} different texts in {n_rows(len(texts))}"
    if n_texts:  # a mistake in a column of numbers: reading the numbers will report it
        return "regression", ""
    n_distinct = len(set(numbers.values()))
    is_few = n_distinct == 2 or (
        n_distinct <= MOST_CLASSES_OF_WHOLE_NUMBERS
        and n_distinct * FEWEST_ROWS_OF_A_CLASS <= len(texts)
    )
    are_whole = all(map(float.is_integer, numbers.values()))
    kind = "whole numbers" if are_whole else "numbers"
    reason = f"{n_distinct} different {kind} in {n_rows(len(texts))}"
    return "classification" if is_few and are_whole else "regression", reason


def split_rows(y, is_classification, test_fraction, seed):
    """Return the places of the training rows, those of the test rows, and how they were drawn.

    scikit-learn draws them at random; of a classification, so that each class has the same share
    of both, unless a class has too few rows for that.
    """
    from sklearn.model_selection import train_test_split

    places = list(range(len(y)))
    n_test = min(len(y) - 1, math.ceil(test_fraction * len(y)))
    if not n_test:
        return places, [], ""
    counts = [y.count(label) for label in set(y)] if is_classification else []
    is_stratified = bool(counts) and min(counts) > 1
    is_stratified = is_stratified and min(n_test, len(y) - n_test) >= len(counts)
    train, test = train_test_split(
        places,
        test_size=n_test,
        random_state=seed % 2**32,
        stratify=y if is_stratified else None,
    )
    how = "with the same shares of the classes" if is_stratified else "drawn at random"
    if is_classification and not is_stratified:
        how = "drawn at random, since a class has too few rows to be in both"
    return train, test, how
