"""What is timed: one file a workload, each a loss and its gradients.

A workload has ``make_data(size)``, called once, whose result goes to every peer as JSON,
so that all have the same data; and ``make_task(data)``, which a peer's process calls.
Neither imports anything that PyPy might lack, but for ``make_data``.
"""

from importlib import import_module
from typing import Callable, NamedTuple, Optional

# Workloads by name; a size may follow after a colon, as in ``chain:20000``.
SUITE = (
    "demo_step", "readme_expression", "chain", "digits:1", "digits:32", "digits:256",
    "deep_tanh", "wide_net", "ode", "black_scholes",
)  # fmt: skip
MOST = {"digits": 1797, "readme_expression": 1}  # the largest size, where there is one
QUICK = ("demo_step", "readme_expression", "digits:1", "ode")


class Task(NamedTuple):
    """A loss to differentiate; a step computes it and the gradients of all inputs.

    ``program(inputs, ops)`` is the loss, one scalar operator after the other, of a list
    of scalars, with ``ops`` as in ``scalar_math``. Where lr is not 0 a step then
    subtracts lr * gradient from the inputs. Who computes with arrays may use ``net`` or
    ``rows`` instead, the same loss in other words.
    """

    title: str
    inputs: list  # floats
    program: Callable
    operators: int  # about how many the program has
    lr: float = 0.0
    net: Optional[tuple] = None
    rows: Optional[tuple] = None
    sizes: dict = {}  # what its file in limits/ is compiled with, if it is no net


class Rows(NamedTuple):
    """The loss as a sum over n rows; ``inputs`` are its columns, one after the other."""

    n: int
    function: Callable  # of the columns, then of the constants, then ops: a row's term
    constants: list  # columns too


def checked(name):
    """The name, if there is such a workload and it takes the size; else a ValueError says why."""
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
    """The module and the size (None where not given) of a workload's name."""
    module, _, size = name.partition(":")
    return import_module(f"benchmarks.tasks.{module}"), int(size) if size else None


def make_data(name):
    module, size = workload(name)
    return module.make_data(size)


def make_task(name, data):
    module, _ = workload(name)
    return module.make_task(data)
