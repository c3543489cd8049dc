"""micrograd on a C engine: the same programs, the same numbers, hundreds of times faster.

>>> from micrograd_c.engine import Value
>>> a, b = Value(-4.0), Value(2.0)
>>> c = (a * b + b**3).relu()
>>> c.backward()
>>> c.data, a.grad, b.grad
(0.0, 0.0, 0.0)
"""

import sys

if getattr(sys, "argv", [])[:1] == ["-m"]:  # while Python looks for the module to run
    from micrograd_c._startup import start  # first: the current directory may hide modules

    start.start()

from importlib import import_module

import micrograd_c._startup.interrupted  # noqa: F401 - first: others may be interrupted
from micrograd_c import functional
from micrograd_c._backend import backend
from micrograd_c._version import __version__
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
from micrograd_c.functional import abs  # noqa: F401 - micrograd_c.abs, in no star import
from micrograd_c.grad_mode import enable_grad, is_grad_enabled, no_grad

# Not lazily: gradcheck and jit are their modules' names too.
from micrograd_c.gradcheck import gradcheck
from micrograd_c.jit import TraceError, jit, where

if "IPython" in sys.modules:  # a notebook, maybe: show Values there as tables
    from micrograd_c.notebook import show_in_notebooks

    show_in_notebooks(Value)

# Imported when first asked for, so that `import micrograd_c` stays quick.
MODULES = ("engine", "functional", "losses", "lr_scheduler", "nn", "optim", "state")
LAZY = {
    "draw_dot": "drawing",
    "install": "standin",
    "load_ipython_extension": "notebook",
    "plot_decision_boundary": "plotting",
    "plot_history": "plotting",
    "uninstall": "standin",
    "unload_ipython_extension": "notebook",
}

__all__ = [
    "TraceError", "Value", "__version__", "backend", "enable_grad", "grad", "gradcheck",
    "gradients", "hessian", "hvp", "is_grad_enabled", "jacobian", "jit", "jvp", "no_grad",
    "value_and_grad", "vjp", "where", *functional.__all__, *LAZY,
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
    return sorted({*__all__, *MODULES})
