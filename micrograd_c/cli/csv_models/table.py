"""CSV files as tables. Mistakes in a file are reported with their row and column.

Rows are counted as a spreadsheet counts them: row 1 is the header.
"""

import csv
import io
import math
import sys
from typing import NamedTuple

from micrograd_c.cli.csv_models import class_names
from micrograd_c.cli.errors import CommandError

DELIMITERS = ",;\t"
LARGEST = 1e100  # the squares of such numbers, and their sums, are still finite


class Table(NamedTuple):
    path: str
    columns: list  # the names in the header
    rows: dict  # each row's number -> its cells, as text

    def texts(self, column):
        """Return the cells of a column as text. Raises CommandError if one is empty."""
        place = self.columns.index(column)
        for number, cells in self.rows.items():
            if not cells[place]:
                raise self.mistake(number, column, "the cell is empty")
        return [cells[place] for cells in self.rows.values()]

    def numbers(self, column):
        """Return the cells of a column as finite floats whose squares are finite too."""
        texts = self.texts(column)
        numbers = []
        for row, text in zip(self.rows, texts):
            number = as_number(text)
            if number is None:
                raise self.mistake(row, column, f"expected a number, got {short(text)}")
            if not math.isfinite(number):
                raise self.mistake(row, column, f"expected a finite number, got {short(text)}")
            if abs(number) > LARGEST:
                raise self.mistake(row, column, f"expected a number up to 1e100, got {short(text)}")
            numbers.append(number)
        return numbers

    def classes(self, column, known=None):
        """Return the cells of a column as class names.

        ``known``: the class names of a model, whose spellings the result then has.
        """
        texts = self.texts(column)
        for row, text in zip(self.rows, texts):
            number = as_number(text)
            if number is not None and math.isnan(number):
                raise self.mistake(row, column, f"expected a class, got {short(text)}")
        return class_names.merge(texts) if known is None else class_names.match(texts, known)

    def filled(self, column):
        """Return the table without the rows whose cell in this column is empty."""
        place = self.columns.index(column)
        return self._replace(rows={n: cells for n, cells in self.rows.items() if cells[place]})

    def matrix(self, columns):
        """Return the numbers of several columns as a list of rows."""
        return [list(row) for row in zip(*(self.numbers(column) for column in columns))]

    def mistake(self, row, column, what):
        """Return a CommandError that says where in the file ``what`` is wrong."""
        return CommandError(f"{self.path}: row {row}, column {column!r}: {what}")


def read_table(path):
    """Return the Table in a CSV file in UTF-8, with a header.

    The cells are separated by commas, semicolons or tabs. ``path`` may be a pipe; "-" is standard
    input. Raises CommandError for a file that cannot be read as a table.
    """
    text, path = read_text(path)
    lines = io.StringIO(text, newline="")
    delimiter = delimiter_of(lines.readline())
    lines.seek(0)
    try:
        rows = {
            number: [cell.strip() for cell in cells]
            for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1)
            if any(cell.strip() for cell in cells)
        }
    except csv.Error as error:
        raise CommandError(f"cannot read {path}: {error}") from None
    if not rows:
        raise CommandError(f"{path} is empty: expected a header and rows of numbers")
    columns = rows.pop(min(rows))
    check_header(path, columns)
    if not rows:
        raise CommandError(f"{path} has a header but no rows below it")
    for number, cells in rows.items():
        if len(cells) != len(columns):
            raise CommandError(
                f"{path}: row {number}: expected {len(columns)} cells as in the header, "
                f"got {len(cells)}"
            )
    return Table(str(path), columns, rows)


def read_text(path):
    """Return the text of a file, and the name by which messages call the file."""
    try:
        if str(path) != "-":
            with open(path, "rb") as file:
                content = file.read()
        elif sys.stdin is None:
            raise CommandError("cannot read standard input: it is closed")
        else:
            path, content = "standard input", sys.stdin.buffer.read()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # it is binary, or in UTF-16
        raise CommandError(f"cannot read {path}: it is not a text file in UTF-8")
    return text, path


def delimiter_of(header):
    """Return the character that separates the header's cells; a comma where there is only one."""
    return next((delimiter for delimiter in DELIMITERS if delimiter in header), ",")


def check_header(path, columns):
    """Raise CommandError if the first row does not name the columns."""
    for place, name in enumerate(columns, start=1):
        if not name:
            raise CommandError(f"{path}: row 1: column {place} has no name")
        if columns.index(name) != place - 1:
            raise CommandError(f"{path}: row 1: two columns have the name {name!r}")
    if all(as_number(name) is not None for name in columns):
        raise CommandError(f"{path}: row 1: expected the names of the columns, got only numbers")


def as_number(text):
    """Return the float that a cell holds, or None if it is no number."""
    if "_" in text:  # float() takes 1_000 as Python's source does; a table hardly means that
        return None
    try:
        return float(text)
    except ValueError:
        return None


def in_order(names):
    """Return the distinct names of classes, sorted; as numbers if all of them are numbers."""
    names = sorted(set(names))
    if all(as_number(name) is not None for name in names):
        names.sort(key=float)  # stable, so the order is fixed for equal floats: 2**53, 2**53 + 1
    return names


def short(text):
    """Return the text in quotes, cut after 40 characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
