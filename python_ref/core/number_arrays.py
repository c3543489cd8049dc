"""Which arrays hold numbers, and their conversion to float64."""

import sys

from python_ref.core.numbers import is_number, to_float


def as_doubles(given, name, objects=False):
    """Return ``given`` as an aligned float64 array in C order that nobody else can reshape.

    The result is a view if ``given`` is such an array, else a copy. With ``objects``, an array of
    objects that are numbers is taken too. ``name`` is for error messages. Raises TypeError for
    entries that are not real numbers and for masked or sparse arrays, and ValueError for rows of
    different lengths.
    """
    import numpy as np

    if type(given) is not np.ndarray:
        refuse_masked(given, name)
        if hasattr(given, "toarray"):
            raise TypeError(
                f"{name}: expected an array of real numbers, got a sparse {type(given).__name__}: "
                "write .toarray()"
            )
    try:
        array = np.asarray(given).view(np.ndarray)
    except ValueError as error:  # a ragged list
        raise ValueError(f"{name}: expected rows of one length: {error}") from None
    if objects and array.dtype.kind == "O":
        numbers = [to_float(x) for x in array.ravel().tolist()]
        return np.array(numbers, dtype=np.float64).reshape(array.shape)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name}: expected an array of real numbers, got {array.dtype} of shape "
            f"{array.shape}{hint(array)}"
        )
    flags = array.flags
    if array.dtype == np.float64 and flags.c_contiguous and flags.aligned:
        return array
    return array.astype(np.float64, order="C")


def owner_of(array):
    """Return the array that owns the memory of ``array``."""
    kind, base = type(array), array.base
    while isinstance(base, kind):
        array, base = base, base.base
    return array


def refuse_masked(given, name):
    """Raise TypeError for a masked array or a list with one, because NumPy would drop the mask."""
    masked = getattr(sys.modules.get("numpy.ma"), "MaskedArray", None)
    if masked is None:
        return
    if isinstance(given, masked):
        raise TypeError(
            f"{name}: a masked array, whose mask would be lost: write .filled(value), or leave "
            "the masked rows out"
        )
    if isinstance(given, (list, tuple)):
        kinds = set(map(type, given))
        if any(issubclass(kind, (masked, list, tuple)) for kind in kinds):
            for x in given:
                refuse_masked(x, name)


def hint(array):
    """Return what to write instead of an array of this dtype, for an error message."""
    if array.dtype.kind == "O":
        return object_hint(array)
    if array.dtype.kind == "c":
        return ": write .real, or pass real and imaginary parts as columns"
    if array.dtype.kind in "mM":
        return ": write (t - t0) / numpy.timedelta64(1, 's') for seconds"
    if array.dtype.names:
        return ": pass the fields as columns"
    return ""


def object_hint(array):
    import numpy as np

    for place, x in np.ndenumerate(array):
        if not is_number(x):
            where = place[0] if len(place) == 1 else place
            rows = "; write list(x) for rows of several lengths" if hasattr(x, "__len__") else ""
            return f": entry {where} is of type {type(x).__name__}{rows}"
    return ": write .astype(float)"
