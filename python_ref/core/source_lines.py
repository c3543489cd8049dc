"""``record_lines``: a context in which each node keeps the line of the user's code that made it.

The mode in force has a function as its ``watch`` then: ``note_line``, or, in ``detect_anomaly``,
one that calls it. The engines call it with each Value that a constructor or an operator has made.
The line is an attribute of the Value, a text, which stays with the node as a label does.
"""

from functools import lru_cache

from python_ref.core.decorating import in_mode
from python_ref.core.modes import EntersByOneCall, LeavesByOneCall, Mode, current
from python_ref.core.user_code import user_place

ATTRIBUTE = "_mg_line"


class record_lines:
    """A context or decorator in which each new node keeps the line of your code that made it.

    ``micrograd_c.explore`` shows these lines, and errors of ``detect_anomaly`` name them. The line
    is that of the innermost call outside of this package, NumPy and the standard library. So all
    nodes of ``model(x)``, ``sum(values)`` and a loss have the line that calls these. Lines of
    notebook cells are kept too. A copied or unpickled node keeps the line of the original.

    Nothing is recorded, and operators take no more time, outside of the context. Within it, each
    takes a few microseconds more, and a net is computed one operator after the other. A function
    that ``jit`` traces records no lines.

    It works with or without parentheses, and is of this thread or asyncio task, as ``no_grad`` is.

    >>> from python_ref.engine import Value
    >>> from micrograd_c import line_of, record_lines
    >>> with record_lines():
    ...     y = Value(2.0) * 3.0
    >>> line_of(y) is None, line_of(Value(2.0)) is None
    (False, True)
    """

    __slots__ = ()

    __enter__ = EntersByOneCall()
    __exit__ = LeavesByOneCall()

    def __new__(cls, function=None):
        self = object.__new__(cls)
        return self if function is None else self(function)

    def __call__(self, function):
        return in_mode(type(self), function)

    def _new_mode(self):
        now = current()
        return Mode(now, now.records, now.trace, now.raises, now.watch or note_line)


def note_line(value, with_number=False):
    """Keep the line that runs now as that of a new Value.

    ``with_number``: the operator made a leaf of a number as well, its last operand.
    """
    line = text_of(*user_place())
    vars(value)[ATTRIBUTE] = line
    if with_number:
        for operand in value._operands[1:]:  # empty in no_grad()
            vars(operand)[ATTRIBUTE] = line


@lru_cache(maxsize=10_000)
def text_of(file, line):
    """Return "file:line", the same object for the nodes of one line."""
    return f"{file}:{line}"


def line_of(value):
    """Return (file, line number) of the code that made a Value; None if it was not recorded.

    ``linecache.getline(file, line)`` is the text of the line, also of a notebook's cell.

    >>> from python_ref.engine import Value
    >>> from micrograd_c import line_of
    >>> line_of(Value(2.0)) is None
    True
    """
    text = getattr(value, ATTRIBUTE, None)
    if text is None:
        return None
    file, _, line = text.rpartition(":")
    return file, int(line)
