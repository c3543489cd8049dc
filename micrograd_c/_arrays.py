"""The arrays that a jitted function is called with: checked, and known again the next time."""

import weakref


class Matrices(list):
    """Contiguous float64 arrays, all with as many rows."""

    pointers = None  # to their data, for C, once it has asked


def as_matrices(arrays):
    """The arguments as Matrices; raises what jit's docstring says."""
    import numpy as np

    if not arrays:
        raise TypeError("expected at least one array of examples, got none")
    result = Matrices()
    for i, given in enumerate(arrays):
        if type(given) is np.ndarray and given.dtype == np.float64 and given.flags.c_contiguous:
            array = given
        else:
            try:
                array = np.asarray(given)
            except ValueError as error:  # a ragged list
                raise ValueError(
                    f"argument {i}: expected an array of shape (n,) or (n, k): {error}"
                ) from None
            if array.dtype == object or array.dtype.kind not in "biuf":
                raise TypeError(
                    f"argument {i}: expected an array of real numbers, got {array.dtype} "
                    f"of shape {array.shape}"
                )
            array = np.ascontiguousarray(array, dtype=np.float64)
            if np.ndim(given) == 0:
                array = array.reshape(())
        if array.ndim not in (1, 2):
            raise ValueError(
                f"argument {i}: expected an array of shape (n,) or (n, k), got {array.shape}"
            )
        result.append(array)
        if len(array) != len(result[0]):
            raise ValueError(
                f"argument {i}: expected as many rows as argument 0 of shape "
                f"{result[0].shape}, got shape {array.shape}"
            )
    if len(result[0]) == 0:
        raise ValueError(f"argument 0: expected at least one row, got shape {result[0].shape}")
    return result


class Remembered:
    """The arrays of a call that needed no conversion, held weakly, and the program for them."""

    def __init__(self, program, arrays):
        self.program = program
        self.refs = [weakref.ref(array) for array in arrays]
        self.shapes = [array.shape for array in arrays]
        self.pointers = program.pointers(arrays)

    def has(self, given):
        """Whether these are the same arrays, alive since then and not reshaped."""
        if len(given) != len(self.refs):
            return False
        for array, ref, shape in zip(given, self.refs, self.shapes):
            if ref() is not array or array.shape != shape:
                return False
        return True

    def again(self, given):
        arrays = Matrices(given)
        arrays.pointers = self.pointers
        return arrays


def remembered(program, given, arrays):
    """What to know of a call; None where an argument is no array that C can read as it is."""
    if any(mine is not theirs for mine, theirs in zip(arrays, given)):
        return None
    return Remembered(program, arrays)
