"""A module's parameters by name: as a dict of arrays, and as an .npz file.

A name consists of the attributes that lead to the parameter, as in PyTorch:
"layers.0.neurons.3.w". The array of a Value has shape (), that of a list of n Values (n,). The
modules may be of either engine.

>>> from micrograd_c.nn import Layer
>>> model, other = Layer(3, 2), Layer(3, 2)
>>> {name: array.shape for name, array in model.state_dict().items()}
{'neurons.0.w': (3,), 'neurons.0.b': (), 'neurons.1.w': (3,), 'neurons.1.b': ()}
>>> other.load_state_dict(model.state_dict())
>>> other([1, 2, 3])[0].data == model([1, 2, 3])[0].data
True
"""

import io
import os
import secrets
import shutil
import stat
import zipfile
from collections.abc import Mapping
from contextlib import contextmanager

from micrograd_c.functional import get_data, set_data
from python_ref.core.number_arrays import refuse_masked
from python_ref.core.numbers import describe
from python_ref.core.operators import Operators
from python_ref.nn import Module

__all__ = ["state_dict", "load_state_dict", "save", "load"]


def named_parameters(module):
    """Return the module's parameters: a dict of names to (list of Values, shape of their array).

    Values that are not among ``module.parameters()`` are left out. A parameter that has several
    names gets the first one only. Raises ValueError if no attribute leads to a parameter.
    """
    parameters = list(module.parameters())
    unnamed = {id(p): p for p in parameters}
    named = {}
    seen = set()  # modules and lists may refer to each other

    def walk(x, name):
        if isinstance(x, Operators):
            if unnamed.pop(id(x), None) is not None:
                named[name] = [x], ()
        elif isinstance(x, (list, tuple, Module)) and id(x) not in seen:
            seen.add(id(x))
            if isinstance(x, Module):
                parts = vars(x).items()
            else:
                values = [v for v in x if unnamed.pop(id(v), None) is not None]
                if values:
                    named[name] = values, (len(values),)
                parts = enumerate(x)
            for key, part in parts:
                walk(part, f"{name}.{key}" if name else key)

    walk(module, "")
    if unnamed:
        raise ValueError(
            f"{len(unnamed)} of the {len(parameters)} parameters of {type(module).__name__} have "
            "no name: no attribute, list or tuple of Values or modules leads to them; the first "
            f"is {next(iter(unnamed.values()))!r}"
        )
    return named


def state_dict(module):
    """Return the parameters' data: a dict of names to new float64 arrays.

    Raises:
        ValueError: If no attribute, list or tuple leads to one of ``module.parameters()``.
    """
    named = named_parameters(module)
    data = get_data(flat(named))
    state, start = {}, 0
    for name, (values, shape) in named.items():
        state[name] = data[start : start + len(values)].reshape(shape).copy()
        start += len(values)
    return state


def load_state_dict(module, state, strict=True):
    """Set the parameters' data from a dict. Where it raises, no parameter has changed.

    Args:
        module: The Module, or anything with ``parameters()``.
        state: A dict of names to arrays, such as ``state_dict`` returns.
        strict: False ignores missing and unexpected names.

    Raises:
        ValueError: With the name of every parameter that is missing in ``state``, is not
            expected, or has another shape.
        TypeError: If ``state`` is not a dict or has a masked array.
    """
    import numpy as np

    if not isinstance(state, Mapping):
        raise TypeError(f"expected a dict of names to arrays, got {describe(state)}")
    named = named_parameters(module)
    known = {name: named[name] for name in named if name in state}
    for name in known:
        refuse_masked(state[name], name)
    arrays = {name: np.asarray(state[name]) for name in known}
    problems = {
        "missing": [name for name in named if name not in state] if strict else [],
        "unexpected": [name for name in state if name not in named] if strict else [],
        "not real numbers": [
            f"{name} of {x.dtype}" for name, x in arrays.items() if x.dtype.kind not in "biuf"
        ],
        "wrong size": [
            f"{name} of shape {x.shape}, expected {known[name][1]}"
            for name, x in arrays.items()
            if x.shape != known[name][1]
        ],
    }
    if any(problems.values()):
        raise ValueError(
            f"the state does not fit this {type(module).__name__}; "
            + "; ".join(f"{what}: {', '.join(map(str, x))}" for what, x in problems.items() if x)
        )
    set_data(flat(known), np.concatenate([[], *(array.ravel() for array in arrays.values())]))


def save(module, path):
    """Write the parameters to an .npz file, without pickle.

    The new file replaces an existing one in one step, when it is complete; if writing fails, the
    existing file stays.

    Args:
        module: The Module, or anything with ``parameters()``.
        path: The file's name: no suffix is added. A device or a pipe, such as ``/dev/stdout``, is
            written to.

    Raises:
        OSError: If the file cannot be written.
        ValueError: As ``state_dict`` does.
    """
    import numpy as np

    state = state_dict(module)
    # Not np.savez: it takes arrays as keywords, among which "file" has another meaning.
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in state.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def load(module, path):
    """Set the parameters from a file. Where it raises, no parameter has changed.

    Args:
        module: The Module, or anything with ``parameters()``.
        path: The name of a file that ``save`` wrote.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is damaged or not an .npz file, and as ``load_state_dict`` does.
    """
    load_state_dict(module, read(path))


def read(path):
    """Return the arrays of an .npz file by name. Raise ValueError if they cannot be read."""
    import numpy as np

    with open(path, "rb") as file:
        whole = file if file.seekable() else io.BytesIO(file.read())  # a pipe can be read only once
        try:
            with np.load(whole, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except Exception as error:  # a damaged file can make zipfile and NumPy raise anything
            raise ValueError(
                f"{os.fspath(path)} is no .npz file of parameters, or it is damaged: {error!r}"
            ) from error


@contextmanager
def replacing(path):
    """A context with a binary file to write, whose content gets to ``path`` only if complete.

    A regular file is replaced by a new one in one step. A device or a pipe is written to.
    """
    path = os.fsdecode(path)
    if is_replaceable(path):
        with replacing_file(os.path.realpath(path)) as file:  # replaces the file, not the link
            yield file
        return
    content = io.BytesIO()  # because writers of archives and pictures go back and forth
    yield content
    with open(path, "wb") as file:
        file.write(content.getbuffer())


def is_replaceable(path):
    """Return True if ``path``, after following links, does not exist or is a regular file."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return True
    # /dev/stdout can stand for a regular file that was deleted; then the real path leads nowhere.
    return stat.S_ISREG(mode) and os.path.exists(os.path.realpath(path))


@contextmanager
def replacing_file(path):
    temporary = f"{path}.{secrets.token_hex(4)}.tmp"  # beside path: a rename cannot cross disks
    try:
        with open(temporary, "xb") as file:
            yield file
        if os.path.exists(path):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def flat(named):
    return [v for values, _ in named.values() for v in values]
