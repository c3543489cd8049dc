"""Hand-written C of a task, the limit: ``benchmarks/limit_*.py`` where there is one."""

from importlib import import_module
from importlib.util import find_spec

from benchmarks.peers import CannotDo


def make_runner(task):
    """A ``limit_<name>.py`` has the same ``make_runner(task)``."""
    if not find_spec("benchmarks.limits"):
        raise CannotDo("not written")
    return import_module("benchmarks.limits").make_runner(task)
