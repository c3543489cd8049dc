"""The two engines, each as one object, so that a command can use them side by side."""

from typing import NamedTuple

from micrograd_c.cli.errors import CommandError


class Engine(NamedTuple):
    name: str
    Value: type
    MLP: type


def python_engine():
    from python_ref.engine import Value
    from python_ref.nn import MLP

    return Engine("Python engine", Value, MLP)


def c_engine():
    """Return the C engine. Raises CommandError, with the reason, if it is not in use."""
    import micrograd_c
    from micrograd_c import _backend

    if micrograd_c.backend != "c":
        raise CommandError(f"the C engine is not in use: {_backend.reason}")
    from micrograd_c.engine import Value
    from micrograd_c.nn import MLP

    return Engine("C engine", Value, MLP)


def chosen_engine():
    """Return the engine behind ``micrograd_c.engine``."""
    import micrograd_c

    return c_engine() if micrograd_c.backend == "c" else python_engine()
