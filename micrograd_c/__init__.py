"""micrograd on a C engine: the same programs, the same numbers, hundreds of times faster.

>>> from micrograd_c.engine import Value
>>> a, b = Value(-4.0), Value(2.0)
>>> c = (a * b + b**3).relu()
>>> c.backward()
>>> c.data, a.grad, b.grad
(0.0, 0.0, 0.0)
"""

from micrograd_c._backend import backend
from micrograd_c._version import __version__
from micrograd_c.engine import Value

__all__ = ["Value", "__version__", "backend"]
