"""Ragged rows: examples of several lengths, sorted into arrays of one length each."""

from micrograd_c.jit.axes import are_shared
from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import describe


class RaggedArrays:
    """The arguments of examples that are not all of one length.

    The examples with rows of the same lengths are a *bucket*. The numbers are copies, except for
    arrays that all examples share.

    - ``buckets``: for each bucket, a CheckedArrays with a row for each of its examples, whose
      ``examples`` are their numbers.
    - ``bucket_of``, ``row_of``: for each example, its bucket and its row there: int64, (n,).
    - ``n``: the number of examples.
    """

    __slots__ = ("buckets", "bucket_of", "row_of", "n")
    has_rows = True

    def __init__(self, buckets, bucket_of, row_of):
        self.buckets, self.bucket_of, self.row_of = buckets, bucket_of, row_of
        self.n = len(bucket_of)

    def place_of(self, i):
        """Return the bucket of example i, and its row there."""
        return self.buckets[self.bucket_of[i]], int(self.row_of[i])

    def rows(self, numbers):
        """Return the arguments of the examples with these numbers."""
        import numpy as np

        bucket_of, row_of = self.bucket_of[numbers], self.row_of[numbers]
        buckets, new_bucket_of, new_row_of = [], np.empty_like(bucket_of), np.empty_like(row_of)
        for number in np.unique(bucket_of).tolist():
            (found,) = np.nonzero(bucket_of == number)
            some = self.buckets[number].rows(row_of[found])
            some.examples = self.buckets[number].examples[row_of[found]]
            new_bucket_of[found], new_row_of[found] = len(buckets), np.arange(len(found))
            buckets.append(some)
        return RaggedArrays(buckets, new_bucket_of, new_row_of)


LISTS = (list, tuple)


def is_ragged(given):
    """True for a list or tuple of rows that do not all have the same length."""
    if type(given) not in LISTS or not given or not hasattr(type(given[0]), "__len__"):
        return False
    try:
        return len(set(map(len, given))) > 1
    except TypeError:  # some have no length, which ``lengths_of`` refuses
        return True


def ragged_arrays(given, in_axes, checked_arrays):
    """Return the arguments as RaggedArrays, where at least one ``is_ragged``.

    ``checked_arrays(given, in_axes)`` makes the arrays of a bucket. Raises TypeError and ValueError
    that name the argument and, for a row, the example.
    """
    is_shared = are_shared(in_axes, len(given))
    ragged, arrays = {}, {}  # by the number of the argument; all others are shared
    for i, x in enumerate(given):
        if is_shared[i]:
            continue
        if is_ragged(x):
            ragged[i] = x
        else:
            array = as_doubles(x, f"argument {i}")
            if array.ndim:
                arrays[i] = array
    n = number_of_examples({**ragged, **arrays})
    lengths = [lengths_of(i, rows) for i, rows in ragged.items()]
    members = {}
    for example, key in enumerate(zip(*lengths)):
        members.setdefault(key, []).append(example)
    return in_buckets(list(given), ragged, arrays, n, members.values(), in_axes, checked_arrays)


def number_of_examples(arguments):
    """Return how many rows the arguments have. Raises ValueError if it is not one number."""
    first = min(arguments)
    n = len(arguments[first])
    for i, x in sorted(arguments.items()):
        if len(x) != n:
            raise ValueError(
                f"argument {i}: expected {n} examples, as many as argument {first} has, "
                f"got {len(x)}"
            )
    return n


def lengths_of(i, rows):
    """Return the lengths of the rows of argument i. Raises unless all are > 0."""
    try:
        lengths = list(map(len, rows))
    except TypeError:
        require_rows(i, rows, range(len(rows)))
        raise
    if 0 in lengths:
        require_rows(i, rows, range(len(rows)))
    return lengths


def in_buckets(given, ragged, arrays, n, members, in_axes, checked_arrays):
    """Return the RaggedArrays. ``members``: for each bucket, the numbers of its examples."""
    import numpy as np

    buckets, bucket_of, row_of = [], np.empty(n, np.int64), np.empty(n, np.int64)
    for examples in members:
        for i, rows in ragged.items():
            given[i] = [rows[example] for example in examples]
        for i, array in arrays.items():
            given[i] = array[examples]
        try:
            bucket = checked_arrays(given, in_axes)
        except (TypeError, ValueError):
            for i in ragged:
                require_rows(i, given[i], examples)
            raise
        bucket.examples = np.array(examples)
        bucket_of[bucket.examples], row_of[bucket.examples] = len(buckets), np.arange(len(examples))
        buckets.append(bucket)
    return RaggedArrays(buckets, bucket_of, row_of)


def require_rows(i, rows, examples):
    """Raise the error for the first row of argument i that is not one-dimensional numbers.

    ``examples``: the numbers of the rows' examples.
    """
    for row, example in zip(rows, examples):
        name = f"argument {i}, example {example}"
        array = as_doubles(row, name)
        if array.ndim != 1:
            found = f"an array of shape {array.shape}" if array.ndim else describe(row)
            raise ValueError(f"{name}: expected a one-dimensional row of numbers, got {found}")
        if not len(array):
            raise ValueError(f"{name}: expected at least one number, got an empty row")
