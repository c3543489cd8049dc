"""What the text of one cell means: a number, true or false, a date, or no value."""

import re

# A column that R, pandas, a spreadsheet or a database wrote has one of these in an empty cell.
# "None" is not among them: questionnaires have it as an answer.
NO_VALUE = frozenset(["", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL"])
NAN = re.compile(r"[+-]?nan", re.IGNORECASE)

TRUE, FALSE = frozenset(["true", "yes", "t", "y"]), frozenset(["false", "no", "f", "n"])

DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")

CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)? ?([AaPp][Mm])?"
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATE = re.compile(
    r"([0-9]{4}[-/.][0-9]{1,2}([-/.][0-9]{1,2})?"  # 2012-01-31, 2012/01
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{4}|[0-9]{2})"  # 31.1.2012, 1/31/12
    rf"|([0-9]{{1,2}}[-. ]+)?{MONTH}[- ]+[0-9]{{1,4}}(,? [0-9]{{4}})?)"  # 31 Jan 2012, Jan 31, 2012
    rf"([T ]{CLOCK}.*)?|{CLOCK}",
    re.IGNORECASE,
)


def is_missing(text, na=()):
    """True if a cell holds no value; ``na`` has further texts that mean so."""
    if text in NO_VALUE or text in na:
        return True
    return text[-1:] in "nN" and NAN.fullmatch(text) is not None  # the pattern alone is slow


def as_number(text, decimal="."):
    """Return the float that a cell holds, or None if it is no number."""
    if "_" in text:  # float() takes 1_000 as Python's source does; a table hardly means that
        return None
    if decimal == "," and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def as_boolean(text):
    """Return 1.0 or 0.0 for a cell that says true or false, in words or as 1 or 0, else None."""
    word = text.lower()
    if word in TRUE or word in FALSE:
        return float(word in TRUE)
    number = as_number(text)
    return number if number in (0.0, 1.0) else None


def is_date(text):
    """True if a cell looks like a date or a time of day."""
    return DATE.fullmatch(text) is not None


def in_order(names):
    """Return the distinct names of classes, sorted; as numbers if all of them are numbers."""
    names = sorted(set(names))
    if all(as_number(name) is not None for name in names):
        names.sort(key=float)  # stable, so the order is fixed for equal floats: 2**53, 2**53 + 1
    return names


def short(text):
    """Return the text in quotes, cut after 40 characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def listed(items, most=5):
    """Return the items with commas between them, cut after ``most`` of them."""
    return ", ".join([*items[:most], *["…"] * (len(items) > most)])
