"""``BoundCall``: what ``jit.bind`` returns, a call whose arrays were given before."""

from math import isfinite, nan
from numbers import Real

from micrograd_c._backend import backend
from micrograd_c.jit.errors import inner_backward_error
from micrograd_c.jit.outputs import views_from
from python_ref.core.number_arrays import refuse_masked
from python_ref.core.numbers import describe
from python_ref.core.tracing import current_trace

if backend == "c":
    from micrograd_c._c.bound_call import RunsInC
    from micrograd_c._native import ffi, lib
else:
    RunsInC = object

set_field = object.__setattr__  # past BoundCall.__setattr__


class BoundCall(RunsInC):
    """``run = f.bind(X, Y)``: ``run()`` computes f for the numbers that X and Y hold by then.

    - ``run.value``: what ``f(X, Y)`` returns, but always arrays: a single number is one of
      shape (). NaN before the first run.
    - ``run.grad``: the gradient that ``f.value_and_grad(X, Y)`` returns, of shape (p,), if f
      returns a single Value; NaN before the first run.

    Each run writes into these same arrays: copy what must outlive the next run. The bound call
    keeps the program, X, Y and ``params`` alive, and its memory is freed with it. An array that
    is bound must keep its memory: NumPy's ``resize(refcheck=False)`` and ``__setstate__`` take
    it away, and a run would then read freed memory.

    A bound call belongs to one thread at a time: bind once for each thread. After a fork, parent
    and child each have a bound call of their own. It cannot be pickled or copied.

    Raises:
        RuntimeError: From a run that finds another thread in a run of the same bound call; it
            does nothing.
    """

    __slots__ = ("value", "grad", "_call", "_memory")

    def __init__(self, call):
        """``call``: a Binding."""
        set_field(self, "_call", call)
        set_field(self, "value", views_from(call.program.layout, call.shown_outputs))
        if call.gradient is not None:
            set_field(self, "grad", call.gradient)

    def _run_in_c(self, bound, keeps_gil, returns_value):
        """Make calls run ``bound``, an mg_bound, which is freed with this bound call."""
        set_field(self, "_memory", bound)
        self._mg_prepare(int(ffi.cast("uintptr_t", bound)), keeps_gil, returns_value)

    def _mg_failed(self, status):
        """Raise the error for a status of C. C calls this, and _c/bound_call.py."""
        if status == lib.MG_IS_RUNNING:
            raise RuntimeError(
                "this bound call is running in another thread, or was when the process was "
                "forked: bind once for each thread"
            )
        if status == lib.MG_NOT_FINITE:
            raise self._call.not_finite_error()
        raise inner_backward_error("a bound call")

    def __getattr__(self, name):  # called for what is not found
        if name == "grad":
            raise AttributeError(
                "this bound call has no gradient: bind(grad=False) leaves it out, and only a "
                "function that returns a single Value has one"
            )
        raise AttributeError(f"a bound call has no attribute {name!r}")

    def __setattr__(self, name, x):
        if x is not getattr(self, name, None):  # run.grad *= 2 sets what is there already
            raise AttributeError(
                f"{name} of a bound call cannot be set: change the elements of the arrays "
                "that were bound, or bind others"
            )

    def __delattr__(self, name):
        raise AttributeError(f"{name} of a bound call cannot be deleted")

    def __reduce__(self):
        raise TypeError("a bound call cannot be pickled or copied: bind again")

    def __repr__(self):
        call = self._call
        name = getattr(call.program.function, "__name__", repr(call.program.function))
        rows = f"{call.arrays.n} rows" if call.arrays.has_rows else "no rows"
        return f"<bound call of {name}: {rows}, {call.program.describe()}>"


class CheckedCall(BoundCall):
    """A bound call in C with checks of the arguments or the outputs, in Python."""

    __slots__ = ()

    def __call__(self):
        self._call.check_arguments()
        result = RunsInC.__call__(self)
        if self._call.gradient is None:  # C checks the mean and the gradient
            self._call.check_outputs()
        return result


class CallInPython(BoundCall):
    """A bound call of any program."""

    __slots__ = ()

    def __call__(self):
        call, program = self._call, self._call.program
        if current_trace():
            raise inner_backward_error("a bound call")
        call.check_arguments()
        params = call.program_params()
        call.outputs[...] = program.forward(call.arrays, params)
        if call.gradient is None:
            call.check_outputs()
            return self.value
        mean, gradient = program.value_and_grad(call.arrays, params)
        call.gradient[...] = call.order.from_program(gradient)
        if call.check_finite and not (isfinite(mean) and all(map(isfinite, gradient.tolist()))):
            raise call.not_finite_error()
        return mean


class Binding:
    """What a bound call reads and writes.

    - ``arrays``: CheckedArrays, views of the caller's.
    - ``order``: the program's ParameterOrder.
    - ``params``: a view of the caller's array, or None.
    - ``outputs``: of shape (n, n_outputs). ``shown_outputs``: the same, without the axis of rows
      if there are none.
    - ``gradient``: in the user's order, of shape (p,); None if there is none.
    """

    def __init__(self, program, arrays, order, params, wants_grad, check_finite):
        import numpy as np

        self.program, self.arrays, self.order = program, arrays, order
        self.params = None if params is None else order.checked(params).view()
        self.check_finite = check_finite
        self.outputs = np.full((arrays.n, program.n_outputs), nan)
        self.shown_outputs = self.outputs if arrays.has_rows else self.outputs[0]
        self.gradient = np.full(len(order.parameters), nan) if wants_grad else None

    def program_params(self):
        """Return the present parameters' data in the program's order; None: read the Values."""
        return self.order.to_program(self.params)

    def check_arguments(self):
        self.program.argument_rules.check(self.arrays)

    def check_outputs(self):
        if self.check_finite:
            self.program.require_finite(self.arrays, self.outputs, self.program_params())

    def not_finite_error(self):
        return self.program.not_finite_error(
            self.arrays, range(self.arrays.n), self.program_params()
        )


# --- what can be bound ------------------------------------------------------------


def require_bindable(arrays, params):
    """Raise TypeError unless each array can be read where it is, without a copy.

    Numbers are accepted as arguments, since they do not change. ``params`` may be None.
    """
    import numpy as np

    for i, x in enumerate(arrays):
        if not isinstance(x, (Real, np.generic)):
            require_in_place(x, f"argument {i}")
    if params is not None:
        require_in_place(params, "params")


def require_in_place(x, name):
    import numpy as np

    refuse_masked(x, name)
    if not isinstance(x, np.ndarray):
        found, fix = describe(x), "pass an array, such as X = numpy.array(x, dtype=float)"
    elif x.dtype != np.float64:
        found, fix = f"{x.dtype} of shape {x.shape}", "pass X = x.astype(float)"
    elif not (x.flags.c_contiguous and x.flags.aligned):
        found = f"an array of shape {x.shape} with gaps, or in another order"
        fix = "pass X = numpy.array(x, order='C')"
    else:
        return
    raise TypeError(
        f"{name}: bind needs a NumPy array of float64 in C order, which each run reads where it "
        f"is, got {found}: {fix}, and write later numbers into X"
    )
