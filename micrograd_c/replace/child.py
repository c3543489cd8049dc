"""A replaced program in processes that multiprocessing starts by spawn or forkserver.

Such a process imports the program's main module again, from its file or, if ``__main__`` has a
``__spec__``, by that name. So ``__main__`` gets a ``__spec__`` with the name of ``child_main``,
which runs the program's file as this process does: with our Value in place of its class.
"""

import os
from importlib.machinery import ModuleSpec

from micrograd_c.replace import swap
from micrograd_c.replace.source import compile_with_ours

PROGRAM = "MICROGRAD_C_REPLACED_PROGRAM"  # the environment variable with the program's file


def tell_children(main):
    """Let processes that this one spawns replace the class too. ``main`` is the program."""
    os.environ[PROGRAM] = main.__file__
    main.__spec__ = ModuleSpec("micrograd_c.replace.child_main", None, origin=main.__file__)


def run_program(variables):
    """Run the program in the variables of ``child_main``, as the module ``__mp_main__``."""
    path = os.environ[PROGRAM]
    swap.is_quiet = True
    with open(path, "rb") as file:
        code = compile_with_ours(file.read(), path)
    variables.update(__file__=path, __cached__=None)
    exec(code, variables)
