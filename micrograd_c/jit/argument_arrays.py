"""The arrays that a jitted function is called with: checked once, then held during the call."""

from weakref import ref

from python_ref.core.number_arrays import as_doubles, owner_of


class CheckedArrays(list):
    """Aligned float64 arrays in C order with the same number of rows.

    They are views of the caller's arrays that nobody else refers to. So if a callback or
    another thread gives an array a new shape, dtype or strides, nothing changes here.

    - ``guards``: weak references to the arrays that own the memory; NumPy does not resize an
      array that has a weak reference.
    - ``widths``: for each array, its number of columns k, or None for shape (n,).
    """

    __slots__ = ("guards", "widths")


class NumPyTypes:
    """The two types that each call compares with. Loaded by the first call with arrays."""

    array = double = None

    @classmethod
    def load(cls):
        import numpy as np

        cls.array, cls.double = np.ndarray, np.dtype(np.float64)


def checked_arrays(given):
    """Return the arguments as CheckedArrays. Raises TypeError and ValueError as ``jit`` says."""
    if NumPyTypes.array is None:
        NumPyTypes.load()
    kind, double = NumPyTypes.array, NumPyTypes.double
    result, guards, widths, n = CheckedArrays(), [], [], None
    for array in given:
        view = array.view() if type(array) is kind else None
        if view is None or view.dtype is not double or not view.flags.carray:
            view = as_doubles(array if view is None else view, f"argument {len(result)}")
        shape = view.shape
        if n is None:
            n = shape[0] if shape else 0
        if not 1 <= len(shape) <= 2 or shape[0] != n or n == 0:
            raise shape_error(len(result), shape, result)
        base = view.base
        if base is not None:
            guards.append(ref(base if base.base is None else owner_of(view)))
        widths.append(shape[1] if len(shape) == 2 else None)
        result.append(view)
    if n is None:
        raise TypeError("expected at least one array of examples, got none")
    result.guards, result.widths = guards, tuple(widths)
    return result


def shape_error(i, shape, others):
    """Return the error for argument i. ``others``: the arrays before it."""
    if len(shape) not in (1, 2):
        return ValueError(f"argument {i}: expected an array of shape (n,) or (n, k), got {shape}")
    if others:
        return ValueError(
            f"argument {i}: expected as many rows as argument 0 of shape {others[0].shape}, "
            f"got shape {shape}"
        )
    return ValueError(f"argument {i}: expected at least one row, got shape {shape}")


def require_same_memory(arrays):
    """Raise ValueError if an array has been given other memory, as ``__setstate__`` does."""
    for i, array in enumerate(arrays):
        owner = owner_of(array)
        first, last = start_of(array), start_of(array) + array.nbytes
        if not start_of(owner) <= first <= last <= start_of(owner) + owner.nbytes:
            raise ValueError(
                f"argument {i}: the array was given other memory meanwhile: pass a copy of it"
            )


def start_of(array):
    """Return the lowest address of the array's elements."""
    address, _ = array.__array_interface__["data"]
    return address + sum(min(0, (n - 1) * step) for n, step in zip(array.shape, array.strides))
