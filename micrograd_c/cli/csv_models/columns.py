"""What a net learns from each column: its number, true or false, or which category it holds.

A category has an input of its own, 1 where the cell holds it and 0 elsewhere (one-hot).
"""

from typing import NamedTuple

from micrograd_c.cli.csv_models.cells import (
    DECIMAL_COMMA,
    FALSE,
    TRUE,
    as_boolean,
    as_number,
    in_order,
    is_date,
    listed,
    short,
)
from micrograd_c.cli.errors import CommandError

KINDS = ("number", "boolean", "category")
MOST_CATEGORIES = 100


class Column(NamedTuple):
    name: str
    kind: str  # one of KINDS
    categories: list = []  # the spellings of a category column, sorted

    @property
    def n_inputs(self):
        return len(self.categories) if self.kind == "category" else 1


class Refusal(NamedTuple):
    """Why a column cannot be learnt from."""

    name: str
    why: str
    instead: str  # what the user can do, beside leaving the column out


def make_columns(table, names, na=()):
    """Return a Column for each name. Raises CommandError that names all that cannot be used."""
    found = [make_column(table, name, na) for name in names]
    refusals = [refusal for refusal in found if isinstance(refusal, Refusal)]
    if not refusals:
        return found
    whys = "; ".join(f"column {r.name!r} {r.why}" for r in refusals)
    options = " ".join(f"--drop {quoted(r.name)}" for r in refusals)
    instead = list(dict.fromkeys(r.instead for r in refusals if r.instead))
    it = "it" if len(refusals) == 1 else "them"
    raise CommandError(
        f"{table.name}: {whys}: " + ", or ".join([f"leave {it} out with {options}", *instead])
    )


def quoted(name):
    """Return a name as a shell takes it."""
    return f'"{name}"' if any(c in name for c in " ,;&|<>()$'*?!#") else name


def make_column(table, name, na):
    """Return the Column, or the Refusal, that fits a column's cells."""
    present = [
        (row, text) for row, text in zip(table.rows, table.cells(name, na)) if text is not None
    ]
    if not present:
        return Refusal(name, "is empty", "")
    texts = {text for _, text in present}
    others = {text for text in texts if as_number(text, table.decimal) is None}
    if not others:
        table.numbers(name, na)  # raises for infinity
        return Column(name, "number")
    if all(text.lower() in TRUE | FALSE for text in texts):
        return Column(name, "boolean")
    row, first = next((row, text) for row, text in present if text in others)
    n_others = sum(text in others for _, text in present)
    if all(map(DECIMAL_COMMA.fullmatch, others)):
        return Refusal(name, f"holds numbers such as {short(first)}", "write --decimal ,")
    if n_others < len(present) / 2:
        raise table.mistake(
            row,
            name,
            f"expected a number, got {short(first)}: correct it, write --na {quoted(first)} if it "
            f"stands for an empty cell, or leave the column out with --drop {quoted(name)}",
        )
    if all(map(is_date, others)):
        instead = "write what matters of it, such as the year or the month, into number columns"
        return Refusal(name, f"holds dates or times, such as {short(first)}", instead)
    if are_too_many(len(texts), len(present)):
        return Refusal(name, f"holds {len(texts)} different texts in {len(present)} rows", "")
    return Column(name, "category", in_order(texts))


def are_too_many(n_distinct, n_rows):
    """True if there is too little to learn about each of ``n_distinct`` texts, such as names."""
    return n_distinct > MOST_CATEGORIES or (n_distinct > 10 and n_distinct > n_rows / 2)


def encode(columns, table, na=()):
    """Return what a net is given for the rows of a table, and remarks for the user.

    The array has the shape (n, d), where d is the number of inputs of all columns. It has NaN
    where a cell is empty. Raises CommandError for a cell that does not fit its column.
    """
    import numpy as np

    X = np.empty((len(table.rows), sum(column.n_inputs for column in columns)))
    remarks, place = [], 0
    for column in columns:
        if column.kind == "number":
            numbers = table.numbers(column.name, na)
            X[:, place] = [np.nan if number is None else number for number in numbers]
        elif column.kind == "boolean":
            X[:, place] = list(booleans(table, column.name, na))
        else:
            cells = np.array(table.cells(column.name, na), dtype=object)[:, None]
            part = (cells == np.array(column.categories, dtype=object)).astype(float)
            part[[cell is None for cell in cells[:, 0]]] = np.nan
            X[:, place : place + column.n_inputs] = part
            unknown = cells[part.sum(axis=1) == 0, 0].tolist()
            if unknown:
                remarks.append(unknown_categories(column, unknown))
        place += column.n_inputs
    return X, remarks


def booleans(table, name, na):
    for row, text in zip(table.rows, table.cells(name, na)):
        number = float("nan") if text is None else as_boolean(text)
        if number is None:
            raise table.mistake(row, name, f"expected true or false, got {short(text)}")
        yield number


def unknown_categories(column, cells):
    return (
        f"rows with a category in {column.name!r} that the model does not know: {len(cells)}, "
        f"such as {short(cells[0])}; it knows {listed(list(map(short, column.categories)))}"
    )
