"""Finds the columns that the user names: --target, --features and --drop."""

import csv
from difflib import get_close_matches

from micrograd_c.cli.csv_models.cells import listed
from micrograd_c.cli.errors import CommandError


def find_column(table, name, option):
    """Return ``name`` if the table has such a column. Raises CommandError, with a guess, if not."""
    if name in table.columns:
        return name
    has = f"has {', '.join(table.columns)}"
    if name is None:
        raise CommandError(f"{option} COLUMN is needed, the column to predict: {table.name} {has}")
    by_small_letters = {column.lower(): column for column in reversed(table.columns)}
    close = get_close_matches(name.lower(), by_small_letters, n=1)
    meant = f"; did you mean {by_small_letters[close[0]]!r}?" if close else ""
    raise CommandError(f"{option}: {table.name} has no column {name!r}; it {has}{meant}")


def choose_columns(table, target, features=None, drop=None):
    """Return the names of the columns to learn from, in the table's order.

    ``features`` and ``drop`` are lists of texts. Each is a name, or names with commas between
    them; at most one of the two is given. Raises CommandError for names that the table lacks.
    """
    if features:
        chosen = find_columns(table, features, "--features")
        if target in chosen:
            raise CommandError(f"--features has {target!r}, which is the --target")
        return [name for name in table.columns if name in chosen]
    dropped = find_columns(table, drop or [], "--drop")
    if target in dropped:
        raise CommandError(f"--drop has {target!r}, which is the --target")
    chosen = [name for name in table.columns if name != target and name not in dropped]
    if dropped and not chosen:
        raise CommandError(f"--drop leaves no column to learn from: {listed(dropped)}")
    return chosen


def find_columns(table, texts, option):
    names = []
    for text in texts:
        split = [text] if text in table.columns else next(csv.reader([text], skipinitialspace=True))
        names += [find_column(table, name.strip(), option) for name in split if name.strip()]
    return names
