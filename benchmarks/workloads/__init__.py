"""Programs that engineers write, beside JAX, CasADi and NumPy: ``python -m benchmarks.workloads``.

Each workload is a file with a function ``make(size)``, which returns a Workload. All peers of a
workload compute the same arrays from the same data, on one thread, in float64. The other suite,
``python -m benchmarks``, compares one step of a loss with the libraries of scalars and with
PyTorch.
"""

from importlib import import_module
from typing import Callable, NamedTuple, Optional

# Workloads by name; a size may follow after a colon, as in ``net:128``.
PROGRAMS = (
    "readme_expression", "chain", "ode", "ode:64", "black_scholes", "implied_volatility",
    "heston", "garch:500", "garch:2500", "kalman", "hmm", "logistic", "poisson", "softmax",
    "mixture", "arms:1", "arms", "bundle_adjustment_loss", "factorisation", "rnn:16", "rnn:32",
    "lstm:16", "lstm:32", "attention", "attention:32", "gpt", "gpt:16", "pinn", "policy_gradient",
)  # fmt: skip
DERIVATIVES = (
    "greeks", "curve_fit", "bundle_adjustment", "arms_in_a_loop", "net:128", "net:512",
    "hessian", "hvp", "logistic_wide", "bfgs",
)  # fmt: skip
SUITE = PROGRAMS + DERIVATIVES


class Workload(NamedTuple):
    """What is computed, and for each peer a function that prepares it.

    A peer's function imports the library and compiles. It returns ``run``, which takes no
    argument, does not return before its work is done, and returns a list of float64 arrays. If
    ``run`` does the work more than once a call, its attribute ``times`` says how often.
    """

    title: str
    ours: Callable  # ours(jit)
    jax: Optional[Callable] = None  # jax(), and so on
    casadi: Optional[Callable] = None
    numpy: Optional[Callable] = None
    c: Optional[Callable] = None
    target: float = 1.0  # the ratio of our time to JAX's that is wanted
    tolerance: float = 1e-9  # of the largest number
    in_our_order: dict = {}  # by peer: what makes its arrays ours, where they differ
    sizes: dict = {}  # what a script of its own needs to know, as benchmarks/gpt.py does


def make(name):
    """Return the Workload of that name. Raises ValueError if there is none."""
    module, colon, size = name.partition(":")
    known = {workload.partition(":")[0] for workload in SUITE}
    if module not in known or (colon and not (size.isascii() and size.isdigit() and int(size))):
        raise ValueError(f"no workload {name!r}; there are {', '.join(SUITE)}")
    return import_module(f"benchmarks.workloads.{module}").make(int(size) if size else None)


def run_jax(function, *arguments):
    """Return ``run`` for a function of arrays, or trees of arrays, that returns such a tree.

    The arguments are JAX's arrays before the first call, so that no call converts them.
    """
    import jax
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    compiled, arguments = jax.jit(function), jax.tree_util.tree_map(jax.numpy.asarray, arguments)
    return lambda: [np.asarray(x) for x in jax.tree_util.tree_leaves(compiled(*arguments))]


def run_casadi(inputs, outputs, arguments, n=None, shared=(), summed=()):
    """Return ``run`` for a program of symbols, which is applied to each of n rows.

    ``inputs``: symbols, all SX or all MX; ``outputs``: what is computed from them; ``arguments``:
    for each input an array, with n rows unless its number is in ``shared``. The arrays that come
    out have the outputs' numbers of each row, column by column, or for the numbers of outputs in
    ``summed`` the sum over all rows.
    """
    import casadi
    import numpy as np

    function = casadi.Function("f", inputs, [casadi.densify(x) for x in outputs])
    if n is not None:
        function = function.map("rows", "serial", n, list(shared), list(summed))
    buffers, run = function.buffer()  # the quickest way to call it
    arguments = [np.ascontiguousarray(x, float) for x in arguments]
    results = [np.empty(function.nnz_out(i)) for i in range(len(outputs))]
    for i, array in enumerate(arguments):
        buffers.set_arg(i, memoryview(array))
    for i, array in enumerate(results):
        buffers.set_res(i, memoryview(array))

    def run_and_copy(keep=(arguments, buffers)):
        run()
        return results

    return run_and_copy


def run_complex_steps(function, at):
    """Return ``run`` for value and gradient by NumPy, from one call with complex numbers.

    ``at``: k parameters, shape (k,), or a row of them for each of n rows, shape (n, k).
    ``function(parameters)`` gets a list of k arrays of shape (k,) or (k, n): in each, the number
    at i has an imaginary part if it is the i-th parameter. The value that it returns for each may
    have further axes. The gradient has no error beyond rounding; its shape is the value's without
    the first axis, reversed, and k.
    Source: https://en.wikipedia.org/wiki/Numerical_differentiation#Complex-variable_methods.
    """
    import numpy as np

    step = 1e-30

    steps = 1j * step * np.eye(at.shape[-1])
    if at.ndim == 2:
        steps = steps[:, :, None]

    def run():
        values = function(list(at.T[:, None] + steps))
        return [values[0].real, values.imag.T / step]

    return run


def run_c(task, times):
    """Return ``run`` for a file of ``benchmarks/limits``, named as the module of the program.

    It does the work that often in one call: the way from Python takes longer than short work.
    """
    from benchmarks.peers.c_by_hand import make_runner

    runner = make_runner(task)

    def run():
        runner.steps(times)
        loss, gradients = runner.answer()
        return [loss, gradients]

    run.times = times
    return run
