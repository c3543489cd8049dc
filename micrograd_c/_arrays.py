"""The arrays that a jitted function is called with: checked once, and held for the call."""

from weakref import ref

from python_ref.number_arrays import as_doubles


class Matrices(list):
    """Float64 arrays in C order, aligned, with as many rows each, that nobody else holds.

    What the caller gave is looked at through views: a new shape, dtype or strides of an
    array, in a callback or another thread, changes nothing here. Its memory stays: NumPy
    resizes no array that has a weak reference.
    """

    __slots__ = ("guards", "widths")  # the weak references; columns, None for shape (n,)


class Numpy:
    """What is compared with in each call; NumPy is imported when there are arrays."""

    array = double = None

    @classmethod
    def load(cls):
        import numpy as np

        cls.array, cls.double = np.ndarray, np.dtype(np.float64)


def as_matrices(given):
    """The arguments as Matrices; raises what jit's docstring says."""
    if Numpy.array is None:
        Numpy.load()
    kind, double = Numpy.array, Numpy.double
    result, guards, widths, n = Matrices(), [], [], None
    for array in given:
        view = array.view() if type(array) is kind else None
        if view is None or view.dtype is not double or not view.flags.carray:
            view = as_doubles(array if view is None else view, f"argument {len(result)}")
        shape = view.shape
        if n is None:
            n = shape[0] if shape else 0
        if not 1 <= len(shape) <= 2 or shape[0] != n or n == 0:
            raise bad_shape(len(result), shape, result)
        base = view.base
        if base is not None:
            guards.append(ref(base if base.base is None else owner_of(view)))
        widths.append(shape[1] if len(shape) == 2 else None)
        result.append(view)
    if n is None:
        raise TypeError("expected at least one array of examples, got none")
    result.guards, result.widths = guards, tuple(widths)
    return result


def bad_shape(i, shape, others):
    if len(shape) not in (1, 2):
        return ValueError(f"argument {i}: expected an array of shape (n,) or (n, k), got {shape}")
    if others:
        return ValueError(
            f"argument {i}: expected as many rows as argument 0 of shape {others[0].shape}, "
            f"got shape {shape}"
        )
    return ValueError(f"argument {i}: expected at least one row, got shape {shape}")


def owner_of(array):
    """The array whose memory it is."""
    kind, base = type(array), array.base
    while isinstance(base, kind):
        array, base = base, base.base
    return array


def require_same_memory(arrays):
    """Raise ValueError where an array got other memory, as ``__setstate__`` gives it."""
    for i, array in enumerate(arrays):
        owner = owner_of(array)
        first, last = start_of(array), start_of(array) + array.nbytes
        if not start_of(owner) <= first <= last <= start_of(owner) + owner.nbytes:
            raise ValueError(
                f"argument {i}: the array got other memory meanwhile, and its numbers are gone: "
                "pass a copy of it"
            )


def start_of(array):
    """The lowest address of its elements."""
    address, _ = array.__array_interface__["data"]
    return address + sum(min(0, (n - 1) * step) for n, step in zip(array.shape, array.strides))
