"""A CSV file as a table of texts. Mistakes in a file are reported with their row and column.

Rows are counted as a spreadsheet counts them: row 1 is the header. pandas reads the file; every
cell stays the text that it is, because only the commands know which columns hold numbers.
"""

import math
from typing import NamedTuple

from micrograd_c.cli.csv_models import class_names
from micrograd_c.cli.csv_models.cells import as_number, is_missing, short
from micrograd_c.cli.errors import CommandError

LARGEST = 1e100  # the squares of such numbers, and their sums, are still finite


class Table(NamedTuple):
    name: str  # the path, or "standard input", for messages
    frame: object  # a pandas.DataFrame of texts; its index has the numbers of the rows
    columns: list  # the names of the columns that can be used
    sep: str  # what separates the cells: one character
    decimal: str = "."  # the decimal point
    remarks: list = []  # what the reader noticed: sentences for the user

    @property
    def rows(self):
        """The numbers of the rows."""
        return self.frame.index.tolist()

    def cells(self, column, na=()):
        """Return the cells of a column, without blanks around them; None where one is empty.

        ``na`` has further texts that stand for an empty cell.
        """
        texts = self.frame[column].tolist()
        meant = {
            text: None if is_missing(text.strip(), na) else text.strip() for text in set(texts)
        }
        return [meant[text] for text in texts]

    def texts(self, column):
        """Return the cells of a column. Raises CommandError if one is empty."""
        cells = self.cells(column)
        if None in cells:
            row = self.rows[cells.index(None)]
            raise self.mistake(row, column, "the cell is empty")
        return cells

    def numbers(self, column, na=()):
        """Return the cells of a column as floats, None where one is empty.

        The numbers are finite, and their squares too.
        """
        cells = self.cells(column, na)
        numbers = {None: None}
        for row, text in zip(self.rows, cells):
            if text in numbers:
                continue
            number = numbers[text] = as_number(text, self.decimal)
            if number is None:
                raise self.mistake(row, column, f"expected a number, got {short(text)}")
            if not math.isfinite(number):
                raise self.mistake(row, column, f"expected a finite number, got {short(text)}")
            if abs(number) > LARGEST:
                raise self.mistake(row, column, f"expected a number up to 1e100, got {short(text)}")
        return [numbers[text] for text in cells]

    def classes(self, column, known=None, na=()):
        """Return the cells of a column as class names, None where one is empty.

        ``known``: the class names of a model, whose spellings the result then has.
        """
        cells = self.cells(column, na)
        present = [text for text in cells if text is not None]
        if known is None:
            spelled = class_names.merge(present)
        else:
            spelled = class_names.match(present, known)
        names = iter(spelled)
        return [None if text is None else next(names) for text in cells]

    def without(self, dropped):
        """Return the table without the rows at the places where ``dropped`` is true."""
        return self._replace(frame=self.frame[[not is_dropped for is_dropped in dropped]])

    def mistake(self, row, column, what):
        """Return a CommandError that says where in the file ``what`` is wrong."""
        return CommandError(f"{self.name}: row {row}, column {column!r}: {what}")
