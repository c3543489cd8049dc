"""Derivatives as arrays, beside JAX and CasADi: ``python -m benchmarks.derivatives``.

Each workload is a file with a function ``make(size)``, which returns a Workload. All peers of a
workload compute the same arrays from the same data, on one thread, in float64.
"""

from importlib import import_module
from typing import Callable, NamedTuple

# Workloads by name; a size may follow after a colon, as in ``net:128``.
SUITE = (
    "greeks", "curve_fit", "bundle_adjustment", "arms", "arms_in_a_loop", "net:128", "net:512",
    "factorisation", "hessian", "hvp", "logistic", "hmm", "bfgs",
)  # fmt: skip
OURS, JAX, CASADI = "micrograd_c", "JAX", "CasADi"


class Workload(NamedTuple):
    """What is computed, and a function for each peer that prepares it.

    ``peers[name]()`` imports the library and compiles. It returns ``run``, which takes no
    argument, does not return before its work is done, and returns a list of float64 arrays.
    """

    title: str
    target: float  # the ratio of our time to JAX's that is wanted
    peers: dict
    tolerance: float = 1e-9  # of the largest number
    in_our_order: dict = {}  # by peer: what makes its arrays ours, where they differ


def make(name):
    """Return the Workload of that name. Raises ValueError if there is none."""
    module, colon, size = name.partition(":")
    known = {workload.partition(":")[0] for workload in SUITE}
    if module not in known or (colon and not (size.isascii() and size.isdigit() and int(size))):
        raise ValueError(f"no workload {name!r}; there are {', '.join(SUITE)}")
    return import_module(f"benchmarks.derivatives.{module}").make(int(size) if size else None)


class Ops(NamedTuple):
    """The functions with which a workload's formula is written, of one of the libraries."""

    exp: Callable
    log: Callable
    sin: Callable
    cos: Callable
    sqrt: Callable
    erf: Callable


def our_ops():
    import micrograd_c as m

    return Ops(m.exp, m.log, m.sin, m.cos, m.sqrt, m.erf)


def jax_ops():
    from jax import numpy as jnp
    from jax.scipy.special import erf

    return Ops(jnp.exp, jnp.log, jnp.sin, jnp.cos, jnp.sqrt, erf)


def casadi_ops():
    import casadi as c

    return Ops(c.exp, c.log, c.sin, c.cos, c.sqrt, c.erf)


def run_jax(function, *arguments):
    """Return ``run`` for a function of arrays, or trees of arrays, that returns such a tree.

    The arguments are JAX's arrays before the first call, so that no call converts them.
    """
    import jax
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    compiled, arguments = jax.jit(function), jax.tree_util.tree_map(jax.numpy.asarray, arguments)
    return lambda: [np.asarray(x) for x in jax.tree_util.tree_leaves(compiled(*arguments))]


def run_casadi(inputs, outputs, arguments, n=None, shared=()):
    """Return ``run`` for a program of symbols, which is applied to each of n rows.

    ``inputs``: SX symbols; ``outputs``: SX; ``arguments``: for each input an array, with n rows
    unless its number is in ``shared``. The arrays that come out have the outputs' numbers of each
    row, column by column.
    """
    import casadi
    import numpy as np

    function = casadi.Function("f", inputs, [casadi.densify(x) for x in outputs])
    if n is not None:
        function = function.map("rows", "serial", n, list(shared), [])
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
