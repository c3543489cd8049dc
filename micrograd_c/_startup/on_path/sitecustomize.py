"""Installs the stand-in for micrograd in a new process, before its program runs.

The process is one that ``python -m micrograd_c run``, or a program after ``install()``, has
started. Python's ``site`` imports a module named sitecustomize when Python starts. This one
removes its directory from sys.path, installs the stand-in, and then imports the sitecustomize
that Python would have imported without it. It must not import the standard library, because the
program may have files of the same names, which would come first. Any Python may import this
module, even Python 2.
"""

import os
import sys


def same_place(path, directory):
    return os.path.normcase(os.path.abspath(path)) == os.path.normcase(directory)


def load(spec):
    """Load the module of a spec and put it into sys.modules, in place of one of the same name."""
    from _frozen_importlib import module_from_spec

    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start():
    from _frozen_importlib_external import PathFinder, spec_from_file_location

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if not same_place(path, here)]
    # The variable names the Python that should install the stand-in: see finder.this_python().
    this_python = "%s:%s" % (sys.implementation.cache_tag, sys.prefix)  # noqa: UP031
    if os.environ.get("MICROGRAD_C_STAND_IN") == this_python:
        finder = os.path.join(os.path.dirname(here), "finder.py")
        # Loads the file alone, because importing the package takes much longer.
        load(spec_from_file_location("micrograd_c._startup.finder", finder)).install()

    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("No module named 'sitecustomize'", name="sitecustomize")
    load(spec)


if __name__ == "sitecustomize":
    start()
