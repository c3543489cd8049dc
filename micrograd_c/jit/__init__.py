"""jit: trace a function of Values once, run it over batches at the speed of C.

The function is written for *one* example. Traced, it becomes a program: see
csrc/jit/program.h. On the Python engine the same calls run it row by row.

What is fixed at the trace: the graph's shape, every number that is no Value, every Value
that the function makes of a number, random draws, and everything else that the function
does but computing with Values. What is read anew in each run: the data of the
*parameters*, the Values that the function reached but was not given. A Value that was
computed from parameters before, outside of the function, is computed again from their
data of now, and its own ``data`` and ``grad`` are left alone. Assigning a new Value to a
place that the function reads (``neuron.w[0] = Value(1.0)``) is not seen: jit it again.
``detach()`` is traced; ``no_grad()`` inside of the function is a TraceError.
"""

from micrograd_c.jit.api import jit
from micrograd_c.jit.errors import TraceError
from micrograd_c.jit.traced_value import where

__all__ = ["jit", "where", "TraceError"]
