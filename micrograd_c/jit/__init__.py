"""``jit``: trace a function of Values once, then run it over batches at the speed of C.

The function is written for *one* example. The trace turns it into a program, which computes
all rows of a batch (``csrc/jit/program.h``). On the Python engine, the same calls run the
traced graph row by row.

The trace fixes the graph's shape, every number that is not a Value, every Value that the
function makes from a number, random draws, and all else that the function does apart from
computing with Values.
Each run reads the data of the *parameters* anew: the leaf Values that the function uses and
that are not its arguments. A Value that was computed from parameters before the trace, outside
of the function, is computed again from their current data; its own ``data`` and ``grad`` stay
as they are. A new Value in a place that the function reads, as in
``neuron.w[0] = Value(1.0)``, has no effect: apply ``jit`` again.
A function may call ``detach()``; ``no_grad()`` inside of it is a TraceError.

The class and the package share the name ``jit``. ``micrograd_c.jit`` is the class, because
``micrograd_c/__init__.py`` imports it over the package; ``from micrograd_c.jit import ...``
still imports from the package.

A call such as ``loss(X, Y)`` or ``loss.fit(X, Y, ...)`` goes through the files in this order:

- ``api.py``: the class ``jit``. Each of its methods prepares the arrays and a program, and runs it.
  ``programs.py``: its programs, one for each shape of the arguments.
- ``methods.py``: gives each instance a jitted method of its own. ``pickling.py``: pickles of
  jitted functions and methods.
- ``direct.py``: skips all that follows, in C, for arrays that need no conversion, from the third
  call on.
- ``argument_arrays.py``: checks the arrays and keeps their memory in place during the call.
- ``ragged_arrays.py``: sorts rows of several lengths into arrays of one length each.
  ``ragged_program.py``, ``ragged_compiled.py``: the programs for these lengths, used as one.
- ``axes.py``: ``in_axes``, which arguments all rows share, and what the function gets of each.
- ``value_calls.py``: a call with Values instead of arrays calls the function itself.
- ``trace.py``: on the first call, calls the function with ``TracedValue`` arguments and so
  records its graph.
- ``outputs.py``: what the function returned, and the arrays that a call makes of it.
- ``parameters.py``: the order of the parameters in arrays of their data and gradients.
- ``traced_sums.py``: sums and dot products in one call of C.
- ``traced_value.py``: the Values of a trace, whose data is unknown. ``branches.py``: ``where``.
- ``patched_operators.py``: traces also follow operators that a program assigned to ``Value``.
- ``errors.py``, ``user_code.py``: the TraceErrors, and the user's line that they name.
- ``base_program.py``: what the two kinds of program share.
- ``compiled.py``: ``CompiledProgram``, the traced graph compiled by the C library.
- ``interpreted.py``: ``InterpretedProgram``, the traced graph evaluated node by node in Python.
- ``native/``: programs as C code, for ``to_c`` and ``native=True``.
- ``fit.py``: the training loop: epochs, batches, shuffling, progress and Ctrl-C.
  ``training_in_c.py``: many batches in one call of C, and a scheduler's rates for them.
- ``jacobian.py``: ``loss.jacobian(X, Y)``.
- ``bound.py``: ``run = loss.bind(X, Y)``, calls that read and write the same arrays.
- ``check.py``: ``loss.check(X, Y)`` compares a program with eager Values.
"""

from micrograd_c.jit.api import jit
from micrograd_c.jit.bound import BoundCall
from micrograd_c.jit.branches import where
from micrograd_c.jit.errors import TraceError

__all__ = ["jit", "where", "BoundCall", "TraceError"]
