"""The workloads that are timed, a file for each: a loss and its gradients.

A workload has two functions. ``make_data(size)`` is called once; its result goes to every peer
as JSON, so that all compute with the same data. ``make_task(data)`` is called in each peer's
process. Outside of ``make_data`` a workload imports nothing that PyPy might lack.
"""

from importlib import import_module
from typing import Callable, NamedTuple, Optional

# Workloads by name; a size may follow after a colon, as in ``chain:20000``.
SUITE = (
    "demo_step", "readme_expression", "chain", "digits:1", "digits:32", "digits:256",
    "deep_tanh", "wide_net", "ode", "black_scholes",
)  # fmt: skip
MOST = {"digits": 1797, "readme_expression": 1}  # the largest size of workloads that have one
QUICK = ("demo_step", "readme_expression", "digits:1", "ode")


class Task(NamedTuple):
    """A loss to differentiate. A step computes it and the gradients of all inputs.

    ``program(inputs, ops)`` computes the loss of a list of scalars, one scalar operator after
    the other, with ``ops`` as in ``scalar_math``. If lr is not 0, a step then subtracts
    lr * gradient from the inputs. ``net`` or ``rows`` describe the same loss for peers that
    compute with arrays.
    """

    title: str
    inputs: list  # floats
    program: Callable
    operators: int  # about how many operators the program has
    lr: float = 0.0
    net: Optional[tuple] = None
    rows: Optional[tuple] = None
    sizes: dict = {}  # the macros with which its file in limits/ is compiled, if it is no net


class Rows(NamedTuple):
    """A loss that is a sum over n rows. The inputs are its columns, one after the other."""

    n: int
    function: Callable  # function(*columns, *constants, ops) returns the terms of the sum
    constants: list  # further columns, which are no inputs


def checked(name):
    """Return the name. Raises ValueError if there is no such workload, or it lacks the size."""
    module, colon, size = name.partition(":")
    if module not in {task.partition(":")[0] for task in (*SUITE, "square_net")}:
        raise ValueError(f"no workload {name!r}")
    if not colon:
        return name
    most = MOST.get(module, 10**8)
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= most):
        raise ValueError(f"{module} takes a size from 1 to {most:,}, not {size!r}")
    return name


def workload(name):
    """Return the module and the size (None if not given) of a workload's name."""
    module, _, size = name.partition(":")
    return import_module(f"benchmarks.tasks.{module}"), int(size) if size else None


def make_data(name):
    module, size = workload(name)
    return module.make_data(size)


def make_task(name, data):
    module, _ = workload(name)
    return module.make_task(data)
