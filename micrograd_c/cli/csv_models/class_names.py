"""Decides which spellings in a column name the same class.

Different spellings are different classes: 01 is not 1, and 12e4 is not 120000. There is one
exception: where all class names are plain numbers, 1.0 is 1, because some programs write whole
numbers as 1.0 when a cell of the column is empty. The rule depends only on the class names of
the model, so a file is read the same way in training and in scoring.
"""

import re

PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
WHOLE_NUMBER = re.compile(r"(-?(0|[1-9][0-9]*))\.0+")


def key_function(names):
    """Return a function that gives all spellings of a class the same key."""
    if all(map(PLAIN_NUMBER.fullmatch, names)):
        return without_point_zero
    return str


def without_point_zero(name):
    match = WHOLE_NUMBER.fullmatch(name)
    return match[1] if match else name


def merge(texts):
    """Return the cells of a column, each class in its shortest spelling."""
    key = key_function(texts)
    names = {}
    for text in sorted(set(texts), key=len):
        names.setdefault(key(text), text)
    return [names[key(text)] for text in texts]


def match(texts, known):
    """Return the cells of a column in the spellings of the model's class names, ``known``.

    A cell of no known class stays as it is.
    """
    key = key_function(known)
    names = {key(name): name for name in known}
    return [names.get(key(text), text) for text in texts]
