"""The finder through which ``import micrograd`` gets micrograd_c, here and in child processes.

A program written for micrograd must find the standard library, and its own modules
of the same names, as under plain Python. So this module imports only what every
Python has imported when it starts. micrograd_c itself is imported when the program first
imports micrograd. Child processes inherit PYTHONPATH, whose first entry is ``on_path/``:
the sitecustomize there installs this finder.
"""

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OURS = ("micrograd_c", "python_ref")
STARTUP = os.path.join(ROOT, "micrograd_c", "_startup", "on_path")

# Environment variables of the child processes.
STAND_IN = "MICROGRAD_C_STAND_IN"  # the Python whose processes get the stand-in
PASSED_OVER = "MICROGRAD_C_PASSED_OVER"  # the package that was named to the user

# The files of micrograd 0.1.0, see is_micrograds_own().
MICROGRADS_OWN = {"engine.py": 35031501039674533, "nn.py": 490754830746602259}

replaced = None  # the modules that sys.modules held as micrograd; None: not installed


class StandIn:
    """Finds and loads micrograd. Finds micrograd_c in the directory of this package."""

    def find_spec(self, name, path=None, target=None):
        if name == "micrograd":
            return ModuleSpec(name, self, is_package=True)
        if name in ("micrograd.engine", "micrograd.nn"):
            return ModuleSpec(name, self)
        if name in OURS:
            return PathFinder.find_spec(name, [ROOT])
        return None

    def create_module(self, spec):
        return None  # Python makes an empty one

    def exec_module(self, module):
        if module.__name__ != "micrograd":  # the program removed it from sys.modules
            ours = module.__name__.replace("micrograd", "micrograd_c")
            sys.modules[module.__name__] = sys.modules[ours]
            return
        theirs = passed_over()
        if theirs and is_to_be_named(theirs) and sys.stderr is not None:
            print(f"micrograd_c: {what_is_passed_over(theirs)}", file=sys.stderr)
            note(theirs)
        engine, nn = import_ours()
        module.__doc__ = "micrograd_c, standing in for micrograd."
        module.engine, module.nn, module.Value = engine, nn, engine.Value
        for name in ("Module", "Neuron", "Layer", "MLP"):
            setattr(module, name, getattr(nn, name))
        # A fork's other modules are found where they are; what they import of micrograd is ours.
        module.__path__ = list(getattr(theirs, "submodule_search_locations", None) or [])
        sys.modules.update({"micrograd.engine": engine, "micrograd.nn": nn})


finder = StandIn()


def install():
    """Make ``import micrograd`` get micrograd_c, in this process and in those that it starts."""
    global replaced
    if replaced is None:
        replaced = take_out()
        sys.meta_path.insert(0, finder)
    tell_children()


def tell_children():
    """Make the processes that are started from now on call install() first."""
    path = os.environ.get("PYTHONPATH")
    if STARTUP not in (path or "").split(os.pathsep):
        # With no path there is no second entry: an empty one would be the current directory.
        os.environ["PYTHONPATH"] = f"{STARTUP}{os.pathsep}{path}" if path else STARTUP
    os.environ[STAND_IN] = this_python()


def uninstall():
    """Undo install()."""
    global replaced
    if replaced is None:
        return
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    take_out()
    sys.modules.update(replaced)
    replaced = None
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if STARTUP in path:
        path.remove(STARTUP)
        if path:
            os.environ["PYTHONPATH"] = os.pathsep.join(path)
        else:
            del os.environ["PYTHONPATH"]
    for variable in (STAND_IN, PASSED_OVER):
        os.environ.pop(variable, None)


def take_out():
    """Remove micrograd and its submodules from sys.modules and return them by name."""
    names = [name for name in sys.modules if top(name) == "micrograd"]
    return {name: sys.modules.pop(name) for name in names}


def this_python():
    """A name for this Python environment, which ``_startup/sitecustomize.py`` compares.

    A process of another environment inherits the variables too, but lacks micrograd_c.
    """
    return f"{sys.implementation.cache_tag}:{sys.prefix}"


# --- the package that would be imported without the stand-in ---


def passed_over():
    """The spec of that package; None where there is none."""
    for other in sys.meta_path:
        if other is not finder and hasattr(other, "find_spec"):
            try:
                spec = other.find_spec("micrograd", None)
            except ImportError:  # a finder that forbids it
                return None
            if spec is not None:
                return spec
    return None


def is_to_be_named(spec):
    """Whether to name the package to the user: not twice, nor if it is micrograd, installed."""
    if os.environ.get(PASSED_OVER) == where(spec):
        return False
    if spec.submodule_search_locations is None:  # a file micrograd.py
        return True
    for directory in spec.submodule_search_locations:
        is_installed = os.path.basename(os.path.dirname(directory)) in (
            "site-packages",
            "dist-packages",
        )
        files = [os.path.join(directory, name) for name in MICROGRADS_OWN]
        if any(map(os.path.exists, files)):
            return not (is_installed and all(map(is_micrograds_own, files)))
    return False  # a directory of that name with neither of micrograd's modules


def note(spec):
    """Note, for child processes too, that this package was named to the user."""
    os.environ[PASSED_OVER] = where(spec)


def is_micrograds_own(file):
    """Whether a file is that of micrograd 0.1.0, by a checksum that needs no import."""
    try:
        with open(file, "rb") as opened:
            content = opened.read().replace(b"\r\n", b"\n")
    except OSError:
        return False
    return int.from_bytes(content, "big") % (2**61 - 1) == MICROGRADS_OWN[os.path.basename(file)]


def where(spec):
    return next(iter(spec.submodule_search_locations or [spec.origin]))


def what_is_passed_over(spec, instead="run the program with plain python"):
    return (
        f"import micrograd gets micrograd_c; {where(spec)} is passed over; to use that, {instead}"
    )


# --- importing micrograd_c as if no module stood beside the program ---


def import_ours():
    """micrograd_c's engine and nn, which import the standard library's own modules.

    The program may have its own ``types.py`` or ``secrets.py``. micrograd imports nothing
    but ``random``, so such programs run. micrograd_c must not import these files in place of
    the standard library's. It must not leave the library's modules in sys.modules either,
    where the program would get them instead of its own.
    """
    if "micrograd_c.nn" not in sys.modules:
        before = set(sys.modules)
        first, library = split_path()
        hidden = {
            name: module
            for name, module in sys.modules.items()
            if place(name) in first and is_found(top(name), library)
        }
        for name in hidden:
            del sys.modules[name]
        path, sys.path[:] = sys.path[:], library + first
        try:
            import micrograd_c.nn  # noqa: F401
        finally:
            sys.path[:] = path
            new = [name for name in sys.modules if name not in before or name in hidden]
            for name in [n for n in new if place(n) not in first and is_found(top(n), first)]:
                del sys.modules[name]
            sys.modules.update(hidden)
        if is_found("random", first):  # which micrograd would use too
            import random

            sys.modules["micrograd_c.nn"].random = random
            sys.modules["python_ref.nn"].random = random
    return sys.modules["micrograd_c.engine"], sys.modules["micrograd_c.nn"]


def split_path():
    """The absolute entries of sys.path before the standard library, and the other entries."""
    path = [entry for entry in sys.path if isinstance(entry, str)]
    archive = "python{}{}.zip".format(*sys.version_info)
    for index, entry in enumerate(path):
        if entry == os.path.dirname(os.__file__) or os.path.basename(entry) == archive:
            return [absolute(entry) for entry in path[:index]], path[index:]
    return [], path


def absolute(path):
    try:
        return os.path.abspath(path)
    except OSError:  # the current directory was removed
        return path


def top(name):
    return name.partition(".")[0]


def place(name):
    """The directory in which the top module or package of a loaded module was found."""
    spec = getattr(sys.modules.get(top(name)), "__spec__", None)
    if spec is None or not isinstance(spec.origin, str):
        return None
    is_package = spec.submodule_search_locations is not None
    return os.path.dirname(os.path.dirname(spec.origin) if is_package else spec.origin)


def is_found(name, path):
    if not path or name in sys.builtin_module_names or name in OURS:
        return False
    spec = PathFinder.find_spec(name, path)
    return spec is not None and spec.loader is not None  # a mere directory hides nothing
