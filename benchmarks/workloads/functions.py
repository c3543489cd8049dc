"""The functions with which formulas are written, of each of the libraries."""

from types import SimpleNamespace

NAMES = ("exp", "log", "sin", "cos", "sqrt", "tanh")


def ours():
    import micrograd_c

    return micrograd_c


def jax():
    from jax import numpy as jnp
    from jax.nn import relu
    from jax.scipy.special import erf

    return of(jnp, erf=erf, relu=relu, maximum=jnp.maximum)


def casadi():
    import casadi

    return of(casadi, erf=casadi.erf, relu=lambda x: casadi.fmax(x, 0.0), maximum=casadi.fmax)


def numpy():
    """NumPy's; ``relu`` and ``maximum`` also take complex numbers and compare their real parts."""
    import numpy as np
    from scipy.special import erf

    def maximum(x, y):
        return np.where(np.real(x) > y, x, y)

    return of(np, erf=erf, relu=lambda x: maximum(x, 0.0), maximum=maximum)


def of(library, **others):
    return SimpleNamespace(**{name: getattr(library, name) for name in NAMES}, **others)
