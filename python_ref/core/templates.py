"""Functions that are written once and copied for each row of the operator table.

A template is a function in whose body NAME and LABEL stand for the row's. A copy runs the same
bytecode as a function that is written out for its row: it has no closure and looks up no row.
"""

import sys
from types import FunctionType

from python_ref.core.ops import UNARY


def copy_for(op, template, doc, second=None):
    """Return the copy of a template for a row.

    ``second`` is the name of its second parameter, unless the row is UNARY and it has none.
    """
    code = template.__code__
    own = {"NAME": op.name, "LABEL": op.label}
    first = code.co_varnames[0]
    code = code.replace(
        co_name=op.name,
        co_consts=tuple(map(own.get, code.co_consts, code.co_consts)),  # others stay
        co_names=tuple(map(own.get, code.co_names, code.co_names)),
        co_varnames=(first,) if op.kind == UNARY else (first, second),
    )
    defaults = None if op.default is None else (op.default,)
    function = FunctionType(code, template.__globals__, op.name, defaults)
    function.__qualname__ = op.name
    function.__doc__ = None if sys.flags.optimize >= 2 else doc  # as -OO does elsewhere
    return function
