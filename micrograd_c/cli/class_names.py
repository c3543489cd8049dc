"""Which spellings in a column are the same class.

The spelling is the class: 01 is not 1, and 12e4 is not 120000. There is one exception, as
programs write whole numbers as 1.0 once a cell of their column is empty: where all names
of classes are plain numbers, 1.0 is 1. That depends on a model's names of classes alone, so
that a file is read the same way in training and in scoring.
"""

import re

PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
WHOLE_NUMBER = re.compile(r"(-?(0|[1-9][0-9]*))\.0+")


def key_function(names):
    """A function of a name, which is equal for the spellings of one class."""
    if all(map(PLAIN_NUMBER.fullmatch, names)):
        return without_point_zero
    return str


def without_point_zero(name):
    match = WHOLE_NUMBER.fullmatch(name)
    return match[1] if match else name


def merge(texts):
    """The cells of a column with one spelling a class, the shortest that is among them."""
    key = key_function(texts)
    names = {}
    for text in sorted(set(texts), key=len):
        names.setdefault(key(text), text)
    return [names[key(text)] for text in texts]


def match(texts, known):
    """The cells of a column, as classes of a model that knows the names ``known``."""
    key = key_function(known)
    names = {key(name): name for name in known}
    return [names.get(key(text), text) for text in texts]
