"""The import finder by which ``import micrograd`` gets micrograd_c, also in child processes.

A program written for micrograd must find the standard library as under plain Python, and its own
modules too, even those that have the name of a standard one. So this module imports only what
every Python has imported when it starts, and micrograd_c itself is imported when the program
first imports micrograd. Child processes inherit PYTHONPATH, whose first entry is ``on_path/``;
the sitecustomize there installs this finder.
"""

import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OURS = ("micrograd_c", "python_ref")
STARTUP = os.path.join(ROOT, "micrograd_c", "_startup", "on_path")

# Environment variables that child processes inherit.
STAND_IN = "MICROGRAD_C_STAND_IN"  # names the Python whose processes install the stand-in
PASSED_OVER = "MICROGRAD_C_PASSED_OVER"  # the package that a message has already named

# The files of micrograd 0.1.0 and their fingerprints, see is_micrograds_own().
MICROGRADS_OWN = {"engine.py": 35031501039674533, "nn.py": 490754830746602259}

replaced = None  # the micrograd modules removed from sys.modules; None while not installed


class StandIn:
    """Finds and loads micrograd as micrograd_c. Finds micrograd_c where this file is installed."""

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
        if module.__name__ != "micrograd":  # the program removed a submodule from sys.modules
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
        # A fork may have more modules than micrograd. They are found in its own directory, and
        # get micrograd_c when they import micrograd.
        module.__path__ = list(getattr(theirs, "submodule_search_locations", None) or [])
        sys.modules.update({"micrograd.engine": engine, "micrograd.nn": nn})


finder = StandIn()


def install():
    """Make ``import micrograd`` get micrograd_c, in this process and its future children."""
    global replaced
    if replaced is None:
        replaced = remove_micrograd()
        sys.meta_path.insert(0, finder)
    tell_children()


def tell_children():
    """Set the environment so that child processes call install() when they start."""
    path = os.environ.get("PYTHONPATH")
    if STARTUP not in (path or "").split(os.pathsep):
        # If PYTHONPATH was empty, add no separator: an empty entry means the current directory.
        os.environ["PYTHONPATH"] = f"{STARTUP}{os.pathsep}{path}" if path else STARTUP
    os.environ[STAND_IN] = this_python()


def uninstall():
    """Undo install()."""
    global replaced
    if replaced is None:
        return
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    remove_micrograd()
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


def remove_micrograd():
    """Remove micrograd and its submodules from sys.modules and return them by name."""
    names = [name for name in sys.modules if top(name) == "micrograd"]
    return {name: sys.modules.pop(name) for name in names}


def this_python():
    """Return a name for this Python environment; ``on_path/sitecustomize.py`` compares it.

    A process of another environment inherits the variables too, but lacks micrograd_c.
    """
    return f"{sys.implementation.cache_tag}:{sys.prefix}"


# --- the micrograd that is passed over: the one that would be imported without the stand-in ---


def passed_over():
    """Return the spec of the micrograd that is passed over; None if there is none."""
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
    """True if a message should name the package that is passed over.

    It is not named twice, and not at all if it is an installed, unchanged micrograd.
    """
    if os.environ.get(PASSED_OVER) == location(spec):
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
    """Record, for child processes too, that a message has named this package."""
    os.environ[PASSED_OVER] = location(spec)


def is_micrograds_own(file):
    """True if a file is micrograd 0.1.0's, judged by a checksum that needs no import."""
    try:
        with open(file, "rb") as opened:
            content = opened.read().replace(b"\r\n", b"\n")
    except OSError:
        return False
    return int.from_bytes(content, "big") % (2**61 - 1) == MICROGRADS_OWN[os.path.basename(file)]


def location(spec):
    """Return the file of a module, or the first directory of a package."""
    return next(iter(spec.submodule_search_locations or [spec.origin]))


def what_is_passed_over(spec, instead="run the program with plain python"):
    there = location(spec)
    return f"import micrograd gets micrograd_c; {there} is passed over; to use that, {instead}"


# --- importing micrograd_c as if no module stood beside the program ---


def import_ours():
    """Import micrograd_c with the standard library's own modules. Returns its engine and its nn.

    The program may have its own ``types.py`` or ``secrets.py``. Such programs run on micrograd,
    which imports nothing but ``random``. So micrograd_c must not import these files in place of
    the standard library's. Nor must it leave the library's modules in sys.modules, where the
    program would get them instead of its own.
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
        if is_found("random", first):  # micrograd would use the program's random.py too
            import random

            sys.modules["micrograd_c.nn"].random = random
            sys.modules["python_ref.nn"].random = random
    return sys.modules["micrograd_c.engine"], sys.modules["micrograd_c.nn"]


def split_path():
    """Return the entries of sys.path before the standard library, made absolute, and the others."""
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
    """Return the first part of a module's dotted name."""
    return name.partition(".")[0]


def place(name):
    """Return the directory that holds the top module or package of a loaded module."""
    spec = getattr(sys.modules.get(top(name)), "__spec__", None)
    if spec is None or not isinstance(spec.origin, str):
        return None
    is_package = spec.submodule_search_locations is not None
    return os.path.dirname(os.path.dirname(spec.origin) if is_package else spec.origin)


def is_found(name, path):
    """True if a module or package of this name can be imported from the entries of ``path``."""
    if not path or name in sys.builtin_module_names or name in OURS:
        return False
    spec = PathFinder.find_spec(name, path)
    return spec is not None and spec.loader is not None  # a mere directory hides nothing
