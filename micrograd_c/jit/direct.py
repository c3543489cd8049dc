"""``DirectCall``: a program that C calls with arrays which it reads where they are.

Such a call skips the checks and views of ``argument_arrays.py``, which take longer than a small
program. Where it cannot be made, nothing happens, and the caller does the same in the usual way. So
all results are the same on PyPy, without the GIL and on the Python engine, which have none.
"""

from functools import partial
from operator import itemgetter

from micrograd_c._c.direct_call import RunsDirectly
from micrograd_c._c.node import IN_C
from micrograd_c._native import ffi, lib
from micrograd_c.jit.axes import Shared
from micrograd_c.jit.outputs import Columns, index_of, view_from
from micrograd_c.jit.value_calls import is_checking

# A run of fewer nodes, times the blocks of rows, keeps the GIL: it takes about 1 µs.
QUICK = 256
ROWS_OF_A_BLOCK = 16
# A run of more nodes takes so long that a direct call would save less than a hundredth. To put more
# parameters into the user's order takes longer than 50 ms, so no direct call is made for that.
MOST_NODES, MOST_PARAMETERS = 1_000_000, 20_000


class DirectCall(RunsDirectly):
    """What C has to know of a CompiledProgram's arguments and outputs.

    ``_mg_forward``, ``_mg_backward`` and ``_mg_value_and_grad`` do what a call of the jitted
    function and its methods ``backward`` and ``value_and_grad`` do. Their arguments are ``calls``,
    a tuple of DirectCalls, the jitted function, its arguments, ``params`` and ``check_finite``.
    They return None if they do nothing: because the arguments fit no program of ``calls``, or
    are not arrays of float64 in C order and floats; in a trace; or because there is an error,
    which the usual way then raises.
    """

    __slots__ = ("program", "_memory")

    def __init__(self, program, order):
        """``order``: the program's ParameterOrder."""
        import numpy as np

        widths, layout = program.widths, program.layout
        places = pointer_to_places(order)
        is_tree = not isinstance(layout, Columns) or len(layout.shape) > lib.MG_MOST_DIMENSIONS
        shape = (program.n_outputs,) if is_tree else layout.shape
        arguments = [argument(width, program.inputs.index(i)) for i, width in enumerate(widths)]
        fields = {
            "program": program._program,
            "n_arguments": len(arguments),
            "arguments": arguments,
            "places": places,
            "n_parameters": len(order.parameters),
            "has_rows": program.n_shared < len(arguments),
            "has_rules": bool(program.argument_rules),
            "is_single": program.is_single,
            "is_tree": is_tree,
            "n_dimensions": len(shape),
            "shape": shape,
            "quick_rows": QUICK // max(1, program.size) * ROWS_OF_A_BLOCK,
        }
        direct = ffi.new("mg_direct *", fields)
        tree = tree_of(layout, bool(direct.has_rows)) if is_tree else None
        self.program, self._memory = program, (direct, places, tree)
        address = int(ffi.cast("uintptr_t", direct))
        self._mg_prepare(address, program, tree, np.ndarray, np.empty, is_checking.get)

    def _mg_check(self, arrays):
        """Raise the error of the first argument rule that the arguments break."""
        import numpy as np

        self.program.argument_rules.check(list(map(np.asarray, arrays)))


def pointer_to_places(order):
    """Return the argument ``places`` of ``mg_bind``, which keeps its memory; a ParameterOrder."""
    places = order.places_in_user_order()
    return ffi.NULL if places is None else ffi.from_buffer("int64_t[]", places)


def argument(width, place):
    """Return the fields of the struct mg_direct_argument; ``place``: where C takes the array."""
    if isinstance(width, Shared):
        return 0, len(width.shape), width.shape, place
    return (1, 1, (), place) if width is None else (1, 2, (0, width), place)


def tree_of(layout, has_rows):
    """Return what ``result_tree.c`` makes a result of: the layout with other leaves.

    A leaf is the number of an output that becomes a float, or a function of the array of all
    outputs.
    """
    if isinstance(layout, Columns):
        if layout.shape == () and not has_rows:
            return layout.first
        if len(layout.shape) > 1:
            return partial(view_from, layout)
        return itemgetter(index_of(layout))  # sooner than view_from
    if isinstance(layout, dict):
        return {key: tree_of(branch, has_rows) for key, branch in layout.items()}
    return type(layout)(tree_of(branch, has_rows) for branch in layout)


def direct_call(program, jitted):
    """Return the DirectCall of a CompiledProgram, or None if there is none."""
    if not IN_C or len(program.widths) > lib.MG_MOST_ARGUMENTS or program.size > MOST_NODES:
        return None
    n_parameters = lib.mg_program_describe(program._program).parameters
    if n_parameters > MOST_PARAMETERS and program.order is None:
        return None
    return DirectCall(program, jitted._order_of(program))
