"""Reads CSV files: separators, quotes, encodings, gzip, standard input, columns without a name."""

import csv
import gzip
import io
import re
import sys
import zlib

from micrograd_c.cli.csv_models.cells import as_number
from micrograd_c.cli.csv_models.packages import need_packages
from micrograd_c.cli.csv_models.table import Table
from micrograd_c.cli.errors import CommandError

SEPARATORS = ",;\t|"
NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", " ": "blanks"}  # for the user
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # the first bytes in these encodings
# The names that pandas and R give to the index where it has none.
INDEX_NAMES = ("", "Unnamed: 0")


def read_table(path, sep=None, encoding=None, decimal="."):
    """Return the Table in a CSV file with a header, which may be compressed by gzip.

    ``path`` may be a pipe; "-" is standard input. ``sep``: what separates the cells; if None it
    is found by the header. ``encoding``: if None, UTF-8. Raises CommandError for a file that
    cannot be read as a table.
    """
    name, content = read_bytes(path)
    need_packages()
    text = decode(name, uncompress(name, content), encoding)
    lines = re.split(r"\r\n?|\n", text)
    n_blank = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[n_blank:]
    if not lines:
        raise CommandError(f"{name} is empty: expected a header and rows of numbers")
    quote = "'" if lines[0].lstrip().startswith("'") else '"'
    found = sep or find_separator(lines, quote)
    frame = read_frame(name, lines, found, quote, n_blank)
    frame, columns, remarks = take_header(name, frame)
    if sep is None and found != ",":
        remarks.insert(0, f"The cells are separated by {NAMES[found]}")
    return Table(name, frame, columns, found, decimal, remarks)


def read_bytes(path):
    """Return the name by which messages call a file, and its content."""
    try:
        if str(path) != "-":
            with open(path, "rb") as file:
                return str(path), file.read()
        if sys.stdin is None:
            raise CommandError("cannot read standard input: it is closed")
        return "standard input", sys.stdin.buffer.read()
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError:  # a zero byte in the path
        raise CommandError(f"cannot read {path}: no file can have this name") from None


def uncompress(name, content):
    """Return the content of a gzip file, and any other content as it is."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise CommandError(f"cannot read {name}: damaged gzip file: {error}") from None


def decode(name, content, encoding):
    """Return the text of a file. Raises CommandError, naming encodings to try, if it is none."""
    if encoding is None and content.startswith(b"PK\x03\x04"):
        raise CommandError(
            f"cannot read {name}: not a text file in UTF-8 but a zip archive or a spreadsheet: "
            "save it as CSV"
        )
    try:
        text = content.decode(encoding or "utf-8-sig")
    except (UnicodeError, LookupError):
        text = "\0"
    if "\0" not in text:
        return text.lstrip("\ufeff")
    if encoding:
        raise CommandError(f"cannot read {name}: not a text file in {encoding}")
    likely = MARKS.get(content[:2]) or ("cp1252" if b"\0" not in content else "utf-16-le")
    raise CommandError(
        f"cannot read {name}: not a text file in UTF-8; if it is text, name its encoding, such "
        f"as --encoding {likely}"
    )


def find_separator(lines, quote):
    """Return the character that separates most cells in the header.

    That may be a blank if each of the first lines then has as many cells as the header.
    """

    def count(line, **dialect):
        return len(next(csv.reader([line], quotechar=quote, **dialect)))

    try:
        best = max(SEPARATORS, key=lambda sep: count(lines[0], delimiter=sep))
        if count(lines[0], delimiter=best) > 1:
            return best
        spaced = {
            count(line.strip(), delimiter=" ", skipinitialspace=True)
            for line in lines[:20]
            if line.strip()
        }
    except csv.Error:
        return ","
    return " " if len(spaced) == 1 and spaced != {1} else ","


def read_frame(name, lines, sep, quote, n_blank):
    """Return the cells as a pandas.DataFrame of texts, the header as its first row.

    The index has the numbers of the rows; ``n_blank`` rows are before the header. Rows without
    any text are left out.
    """
    import pandas

    if sep == " ":
        lines = [line.strip() for line in lines]
    try:
        frame = pandas.read_csv(
            io.StringIO("\n".join(lines)),
            sep=sep,
            quotechar=quote,
            skipinitialspace=sep == " ",
            header=None,
            dtype=object,
            keep_default_na=False,
            skip_blank_lines=False,
            engine="python",  # tells a row that is too short from one with empty cells
        )
    except (pandas.errors.ParserError, csv.Error) as error:
        raise CommandError(explain(name, str(error), n_blank)) from None
    frame.index = range(n_blank + 1, n_blank + 1 + len(frame))
    absent = frame.isna()
    frame = frame.where(~absent, "")
    is_blank = (frame.apply(lambda cells: cells.str.strip()) == "").all(axis=1)
    frame, n_absent = frame[~is_blank], absent[~is_blank].sum(axis=1)
    if frame.empty:
        raise CommandError(f"{name} is empty: expected a header and rows of numbers")
    if n_absent.any():
        row = n_absent.index[n_absent > 0][0]
        n = frame.shape[1]
        raise CommandError(wrong_length(name, row, n, n - n_absent[row]))
    return frame


def explain(name, error, n_blank):
    """Return what an error of pandas means for the user."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", error)
    if found:
        expected, line, got = map(int, found.groups())
        return wrong_length(name, line + n_blank, expected, got)
    if "unexpected end of data" in error:
        return f"cannot read {name}: a cell begins with a quote, and the quote is not closed"
    return f"cannot read {name}: {error}"


def wrong_length(name, row, expected, got):
    return f"{name}: row {row}: expected {expected} cells as in the header, got {got}"


def take_header(name, frame):
    """Return the frame with its first row as header, the columns to use, and remarks.

    A first column without a name is an index, and other columns without a name must be empty.
    Raises CommandError for other headers that do not name the columns.
    """
    header = [text.strip() for text in frame.iloc[0]]
    frame = frame.iloc[1:].copy()
    frame.columns = header
    columns, remarks = [], []
    for place, column in enumerate(header):
        if place == 0 and column in INDEX_NAMES and len(header) > 1:
            remarks.append("The first column has no name: it is taken for an index and left out")
        elif not column and not frame.iloc[:, place].str.strip().any():
            remarks.append(f"Column {place + 1} has no name and is empty: it is left out")
        elif not column:
            raise CommandError(f"{name}: row 1: column {place + 1} has no name")
        elif column in columns:
            raise CommandError(f"{name}: row 1: two columns have the name {column!r}")
        else:
            columns.append(column)
    if all(as_number(column) is not None for column in columns):
        raise CommandError(f"{name}: row 1: expected the names of the columns, got only numbers")
    if frame.empty:
        raise CommandError(f"{name} has a header but no rows below it")
    return frame, columns, remarks
