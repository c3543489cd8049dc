"""``BoundJit``, which stands in for ``jit`` where a workload's calls are to be bound calls."""

import functools

import numpy as np

from benchmarks.peers import CannotDo
from micrograd_c import jit


class BoundJit:
    """A jitted function whose first call binds copies of its arrays; later calls run that.

    Each call must get the arrays of the first one, as those of a workload do. Raises CannotDo for
    methods other than ``value_and_grad``, which ``bind`` has no counterpart of.
    """

    def __new__(cls, function=..., **options):
        if function is ...:  # @jit(in_axes=None)
            return functools.partial(cls, **options)
        return super().__new__(cls)

    def __init__(self, function=..., **options):
        self._jitted, self._run, self._given = jit(function, **options), None, None

    def __call__(self, *arrays, **params):
        return self._bound(arrays, params, grad=False)()

    def value_and_grad(self, *arrays, **params):
        run = self._bound(arrays, params, grad=True)
        return run(), run.grad

    def _bound(self, arrays, params, grad):
        given = (*arrays, *params.values())
        if self._run is None:
            doubles = [np.array(array, dtype=float) for array in arrays]  # labels are integers
            self._run, self._given = self._jitted.bind(*doubles, **params, grad=grad), given
        if len(given) != len(self._given) or any(a is not b for a, b in zip(given, self._given)):
            raise CannotDo("its arrays change from call to call")
        return self._run

    def __getattr__(self, name):
        raise CannotDo(f"{name} cannot be bound")
