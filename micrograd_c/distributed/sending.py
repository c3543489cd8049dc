"""Jitted functions on workers: sent by value, traced once in each process, and kept there."""

import hashlib
import threading
from collections import OrderedDict
from importlib import import_module

from micrograd_c._backend import backend
from micrograd_c._version import __version__
from micrograd_c.distributed.gradients import Programs
from micrograd_c.jit import jit
from micrograd_c.jit.pickling import pickled_by_value
from python_ref.core.numbers import describe

BUILD = (__version__, backend)  # what must be the same on all workers
MOST_KEPT = 16  # functions that a process keeps

kept = OrderedDict()  # by digest; the function that was used last is the last one
lock = threading.Lock()


def by_value(function):
    """Return a copy of a jitted function that pickles carry with all that it closes over.

    The copy has the parameters' present data. It is called as the function is, and has
    ``value_and_grad``. A pickle of it can be loaded where the function's module cannot be
    imported, and has the numbers of this process, not those that an import would make. Each
    process that loads it traces it once and keeps it, as long as it is among the last
    16; so it is what to give to ``dask.array.map_blocks`` and ``dask.delayed``.

    Raises:
        TypeError: If the function is not jitted, or refers to something that cannot be pickled.
        ImportError: Without cloudpickle, which Dask brings along.
        RuntimeError: In a process with another version of micrograd_c, or with another engine; it
            names both.
    """
    if not isinstance(function, jit):
        raise not_jitted_error(function, "by_value")
    return load(*packed(function))


def packed(function):
    """Return the arguments of ``load`` for a jitted function."""
    try:
        content = pickled_by_value(function)
    except ImportError as error:
        raise ImportError(NO_DASK) from error
    except Exception as error:  # pickling calls code of the user's
        raise TypeError(
            f"{function!r} cannot be sent to workers, because something that it refers to cannot "
            f"be pickled: {error}"
        ) from error
    return content, hashlib.sha256(content).hexdigest(), BUILD


def load(content, digest, build):
    """Return the SentFunction that ``packed`` gave these arguments for."""
    if build != BUILD:
        raise build_error({"this worker": BUILD}, build)
    with lock:
        found = kept.get(digest)
        if found is None:
            found = kept[digest] = SentFunction(content, digest, build)
        kept.move_to_end(digest)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return found


class SentFunction:
    """What ``by_value`` returns: a jitted function that is pickled by value.

    ``jitted`` is this process's copy of the function.
    """

    def __init__(self, content, digest, build):
        import cloudpickle

        self._packed = content, digest, build
        self.jitted = cloudpickle.loads(content)
        self._programs = Programs(self.jitted)

    def __call__(self, *arrays, params=None, check_finite=False):
        return self.jitted(*arrays, params=params, check_finite=check_finite)

    def value_and_grad(self, *arrays, params=None, check_finite=False):
        """Return the mean over the examples and its gradient; see ``jit.value_and_grad``."""
        return self.jitted.value_and_grad(*arrays, params=params, check_finite=check_finite)

    def program_for(self, arrays):
        """Do what ``Programs.program_for`` does."""
        return self._programs.program_for(arrays)

    def __reduce__(self):
        return load, self._packed

    def __dask_tokenize__(self):
        return "micrograd_c", self._packed[1:]

    def __repr__(self):
        return f"<by value: {self.jitted!r}>"


def not_jitted_error(function, name):
    given = getattr(function, "__name__", None) or describe(function)
    return TypeError(f"{name}: expected a jitted function, got {given}: write jit({given})")


# --- versions ---


def require_same_build(client):
    """Raise RuntimeError if a worker has another micrograd_c, another engine, or none."""
    found = client.run(build_getter())
    others = {address: build for address, build in found.items() if build != BUILD}
    if others:
        raise build_error(others, BUILD)


def build_getter():
    """Return a function that is pickled by value: the worker may have no such module."""

    def build(load=import_module):
        try:
            micrograd_c = load("micrograd_c")
        except ImportError:
            return None
        return micrograd_c.__version__, micrograd_c.backend

    build.__module__ = "__main__"  # cloudpickle takes functions of it by value
    return build


def build_error(others, here):
    found = ", ".join(f"{address} has {name_of(x)}" for address, x in sorted(others.items()))
    return RuntimeError(
        f"the client has {name_of(here)}, but {found}: install and set up the same everywhere, "
        "because another version or engine may give other last bits"
    )


def name_of(build):
    if build is None:
        return "no micrograd_c"
    version, engine = build
    return f"micrograd_c {version} with the {'C' if engine == 'c' else 'Python'} engine"


NO_DASK = "micrograd_c.distributed needs Dask: pip install 'micrograd_c[distributed]'"
