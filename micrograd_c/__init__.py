"""micrograd on a C engine: the same programs, the same numbers, hundreds of times faster.

>>> from micrograd_c.engine import Value
>>> a, b = Value(-4.0), Value(2.0)
>>> c = (a * b + b**3).relu()
>>> c.backward()
>>> c.data, a.grad, b.grad
(0.0, 0.0, 0.0)

The modules are engine (Value), nn (Neuron, Layer, MLP), functional, losses, optim, lr_scheduler
and state (saving and loading). The names that most programs need are here: Value, jit, no_grad,
gradcheck, draw_dot, the functions of functional and others. ``dir(micrograd_c)`` lists them.
"""

import sys

if getattr(sys, "argv", [])[:1] == ["-m"]:  # Python is still looking for the module to run
    from micrograd_c._startup import start  # first: files in the current directory hide modules

    start.start()

from importlib import import_module

import micrograd_c._startup.interrupted  # noqa: F401 - first: Ctrl-C may come in the next imports
from micrograd_c import functional
from micrograd_c._backend import backend
from micrograd_c._version import __version__
from micrograd_c.debugging import detect_anomaly, line_of, record_lines
from micrograd_c.differentiate import (
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from micrograd_c.engine import Value
from micrograd_c.functional import *  # noqa: F403
from micrograd_c.functional import abs  # noqa: F401 - star imports leave Python's abs as it is
from micrograd_c.grad_mode import enable_grad, is_grad_enabled, no_grad

# These two are not lazy: a later import of the modules gradcheck and jit would hide them.
from micrograd_c.gradcheck import gradcheck
from micrograd_c.jit import TraceError, jit, where

if "IPython" in sys.modules:  # this may be a notebook: show Values there as tables
    from micrograd_c.notebook import show_in_notebooks

    show_in_notebooks(Value)

# Modules, and names of modules, that are imported when they are first used, so that
# `import micrograd_c` is quick.
MODULES = (
    "distributed", "engine", "explorer", "functional", "losses", "lr_scheduler", "nn", "optim",
    "optimize", "state",
)  # fmt: skip
LAZY = {
    "draw_dot": "drawing",
    "explore": "explorer",
    "install": "standin",
    "load_ipython_extension": "notebook",
    "plot_decision_boundary": "plotting",
    "plot_history": "plotting",
    "uninstall": "standin",
    "unload_ipython_extension": "notebook",
}

__all__ = [
    "TraceError", "Value", "__version__", "backend", "detect_anomaly", "enable_grad", "grad",
    "gradcheck", "gradients", "hessian", "hvp", "is_grad_enabled", "jacobian", "jit", "jvp",
    "line_of", "no_grad", "record_lines", "value_and_grad", "vjp", "where",
    *functional.__all__, *LAZY,
]  # fmt: skip


def __getattr__(name):
    if name in MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    """Return what users use: the star import's names, ``abs`` and the modules."""
    return sorted({*__all__, "abs", *MODULES})
