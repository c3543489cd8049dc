"""The line of the user's code that made a Value, for the page: see ``record_lines``."""

import linecache

from micrograd_c.debugging import line_of

__all__ = ["line_of", "source_of"]


def source_of(value):
    """Return the text of the line that ``line_of`` gives, without indentation.

    None where no line was recorded, '' where the file cannot be read. Notebook cells are read too.
    """
    place = line_of(value)
    return place and linecache.getline(*place).strip()
