"""Standing in for micrograd: after ``install()``, ``import micrograd`` gets micrograd_c.

A program written for micrograd then runs as it is, whether micrograd is installed
or not. Python looks into ``sys.modules`` before it searches the disk, so three
entries there are all it takes.
"""

import sys
import warnings
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

_replaced = None  # what sys.modules held under micrograd's names; None: not installed


def install():
    """Make ``micrograd``, ``micrograd.engine`` and ``micrograd.nn`` import as ours.

    For this process; other submodules of micrograd are not found meanwhile.
    Installing twice is installing once. If the program has imported micrograd
    already, the names it bound stay micrograd's and only later imports get ours;
    a RuntimeWarning says so.
    """
    global _replaced
    if _replaced is not None:
        return
    from micrograd_c import engine, nn  # first: if this fails, nothing is half done

    if "micrograd" in sys.modules:
        warnings.warn(
            "micrograd is already imported: names bound so far stay micrograd's, later imports "
            "get micrograd_c's (call install() before the first import of micrograd)",
            RuntimeWarning,
            stacklevel=2,
        )
    _replaced = _take_out()
    package = module_from_spec(ModuleSpec("micrograd", None, is_package=True))
    package.__doc__ = "micrograd_c, standing in for micrograd."
    package.engine, package.nn = engine, nn
    sys.modules.update({"micrograd": package, "micrograd.engine": engine, "micrograd.nn": nn})


def uninstall():
    """Undo ``install()``: ``import micrograd`` gets what it would have got without it.

    What sys.modules held under micrograd's names is put back. Names that a
    program bound in between stay ours. Does nothing if nothing is installed.
    """
    global _replaced
    if _replaced is None:
        return
    _take_out()
    sys.modules.update(_replaced)
    _replaced = None


def _take_out():
    """Remove micrograd and its submodules from sys.modules and return them by name."""
    names = [name for name in sys.modules if name.partition(".")[0] == "micrograd"]
    return {name: sys.modules.pop(name) for name in names}
