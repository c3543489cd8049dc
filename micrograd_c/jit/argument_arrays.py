"""The arrays that a jitted function is called with: checked once, then held during the call."""

from weakref import ref

from micrograd_c.jit.axes import Shared, are_shared
from micrograd_c.jit.ragged_arrays import is_ragged, ragged_arrays
from python_ref.core.number_arrays import as_doubles, owner_of


class CheckedArrays(list):
    """Aligned float64 arrays in C order: with the same number of rows, or shared by all rows.

    They are views of the caller's arrays that nobody else refers to. So if a callback or
    another thread gives an array a new shape, dtype or strides, nothing changes here.

    - ``guards``: weak references to the arrays that own the memory; NumPy does not resize an
      array that has a weak reference.
    - ``widths``: for each array, its number of columns k, None for shape (n,), or a Shared.
    - ``n``: the number of rows; 1 if all arrays are shared, or none is given.
    - ``has_rows``: False if all arrays are shared.
    - ``examples``: the numbers of the rows in RaggedArrays; not set elsewhere.
    """

    __slots__ = ("guards", "widths", "n", "has_rows", "examples")

    def row(self, i):
        """Return, for each argument, the list of the numbers that example i has."""
        return [
            (array if isinstance(width, Shared) else array[i : i + 1]).ravel().tolist()
            for array, width in zip(self, self.widths)
        ]

    def rows(self, numbers):
        """Return the arrays of the rows with these numbers."""
        some = CheckedArrays(
            array if isinstance(width, Shared) else array[numbers]
            for array, width in zip(self, self.widths)
        )
        some.guards, some.widths, some.n, some.has_rows = [], self.widths, len(numbers), True
        return some


class NumPyTypes:
    """The two types that each call compares with. Loaded by the first call with arrays."""

    array = double = None

    @classmethod
    def load(cls):
        import numpy as np

        cls.array, cls.double = np.ndarray, np.dtype(np.float64)


def checked_arrays(given, in_axes=0):
    """Return the arguments as CheckedArrays, or as RaggedArrays if there are rows of several
    lengths. Raises TypeError and ValueError as ``jit`` says.
    """
    if NumPyTypes.array is None:
        NumPyTypes.load()
    kind, double = NumPyTypes.array, NumPyTypes.double
    result, guards, widths, n = CheckedArrays(), [], [], None
    shared = None if in_axes == 0 else are_shared(in_axes, len(given))
    for array in given:
        view = array.view() if type(array) is kind else None
        if view is None or view.dtype is not double or not view.flags.carray:
            if view is None and is_ragged(array) and not (shared and shared[len(result)]):
                return ragged_arrays(given, in_axes, checked_arrays)
            view = as_doubles(array if view is None else view, f"argument {len(result)}")
        shape = view.shape
        if not shape or (shared and shared[len(result)]):
            if len(shape) > 2:
                raise shared_shape_error(len(result), shape)
            widths.append(Shared(shape))
        else:
            if n is None:
                n, first = shape[0], len(result)
            if len(shape) > 2 or shape[0] != n or n == 0:
                raise shape_error(len(result), shape, result[first:], first)
            widths.append(shape[1] if len(shape) == 2 else None)
        base = view.base
        if base is not None:
            guards.append(ref(base if base.base is None else owner_of(view)))
        result.append(view)
    result.guards, result.widths = guards, tuple(widths)
    result.n, result.has_rows = (1, False) if n is None else (n, True)
    return result


def shape_error(i, shape, others, first):
    """Return the error for argument i. ``others``: the arrays from argument ``first`` on."""
    if len(shape) > 2:
        return ValueError(f"argument {i}: expected an array of shape (n,) or (n, k), got {shape}")
    if others:
        return ValueError(
            f"argument {i}: expected as many rows as argument {first} of shape "
            f"{others[0].shape}, got shape {shape}; an argument that all rows share has the "
            "entry None in jit(f, in_axes=...)"
        )
    return ValueError(f"argument {i}: expected at least one row, got shape {shape}")


def shared_shape_error(i, shape):
    return ValueError(
        f"argument {i}: expected a number, or an array of shape (k,) or (m, k) that all rows "
        f"share, got shape {shape}"
    )


def require_same_memory(arrays):
    """Raise ValueError if an array has been given other memory, as ``__setstate__`` does."""
    if hasattr(arrays, "buckets"):  # RaggedArrays: copies, except for what all buckets share
        arrays = arrays.buckets[0]
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
