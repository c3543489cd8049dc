"""RaggedProgram: the programs of one function for rows of several lengths, as one program."""

from functools import cached_property
from math import isfinite

from micrograd_c.jit.axes import size_of
from micrograd_c.jit.base_program import BaseProgram, NotFinite
from micrograd_c.jit.outputs import arrays_from


class RaggedProgram(BaseProgram):
    """Runs each example by the program for its length, and adds gradients in their order.

    ``arrays``, in every method: RaggedArrays, with no lengths but those of ``programs``.
    ``parameters`` and ``parameters_by_use`` are those of the program for the longest examples, then
    those that only shorter ones have. In a batch, the gradient of a parameter that its programs do
    not have is 0.

    This class runs the programs in Python, and needs the methods of InterpretedProgram.
    """

    def __init__(self, programs):
        """``programs``: one for each length, of the same function and kind."""
        self.programs = sorted(programs, key=longest_first)
        first = self.programs[0]
        self.function, self.widths, self.math = first.function, first.widths, first.math
        self.number_of = {program.widths: i for i, program in enumerate(self.programs)}
        self.is_single = all(program.is_single for program in self.programs)
        self.argument_rules = RulesOfBuckets(self)
        self.order = None  # as in BaseProgram
        self.size = max(program.size for program in self.programs)

    def program_for(self, bucket):
        """Return the program for a bucket of RaggedArrays."""
        return self.programs[self.number_of[bucket.widths]]

    @cached_property
    def parameters(self):
        return list(united(program.parameters for program in self.programs))

    @cached_property
    def parameters_by_use(self):
        return united(program.parameters_by_use for program in self.programs)

    @cached_property
    def places(self):
        """For each program, the places of its parameters among ``parameters``."""
        place = {id(p): i for i, p in enumerate(self.parameters)}
        return [[place[id(p)] for p in program.parameters] for program in self.programs]

    # --- calls ---

    def results(self, arrays, params, check_finite):
        """Return what a call returns: see ``jit.__call__``."""
        import numpy as np

        outputs = [self._outputs(bucket, params) for bucket in arrays.buckets]
        if check_finite:
            bad = [
                example
                for bucket, out in zip(arrays.buckets, outputs)
                for example in bucket.examples[~np.isfinite(out).all(axis=1)].tolist()
            ]
            if bad:
                raise self.not_finite_error(arrays, [min(bad)], params)
        layouts = [self.program_for(bucket).layout for bucket in arrays.buckets]
        if any(layout != layouts[0] for layout in layouts):
            places = zip(arrays.bucket_of.tolist(), arrays.row_of.tolist())
            return [arrays_from(layouts[bucket], outputs[bucket][row]) for bucket, row in places]
        out = np.empty((arrays.n, outputs[0].shape[1]))
        for bucket, rows in zip(arrays.buckets, outputs):
            out[bucket.examples] = rows
        return arrays_from(layouts[0], out)

    def _outputs(self, bucket, params):
        program, number = self.program_for(bucket), self.number_of[bucket.widths]
        if params is not None:
            params = params[self.places[number]]
        return program.forward(bucket, params)

    # --- gradients ---

    def backward(self, arrays, check_finite=False):
        mean, gradient = self._mean_and_gradient(arrays, None, check_finite)
        for p, g in zip(self.parameters, gradient):
            p.grad += g
        return mean

    def value_and_grad(self, arrays, params, check_finite=False):
        import numpy as np

        mean, gradient = self._mean_and_gradient(arrays, params, check_finite)
        return mean, np.array(gradient, dtype=np.float64)

    def _mean_and_gradient(self, arrays, params, check_finite):
        total, sums = 0.0, [0.0] * len(self.parameters)
        if len(arrays.buckets) == 1:  # the program may have a quicker way
            (bucket,) = arrays.buckets
            program, places = self.program_for(bucket), self.places[self.number_of[bucket.widths]]
            some = None if params is None else params[places].tolist()
            mean, gradient = program.mean_and_sums(bucket, some, check_finite)
            for place, g in zip(places, gradient):
                sums[place] += g
            return mean, sums
        for i in range(arrays.n):
            bucket, row = arrays.place_of(i)
            program, places = self.program_for(bucket), self.places[self.number_of[bucket.widths]]
            some = None if params is None else params[places].tolist()
            value, gradient = program.value_and_gradient(bucket, row, some, 1.0 / arrays.n)
            total += value
            for place, g in zip(places, gradient):
                sums[place] += g
        if check_finite and not all(map(isfinite, (total, *sums))):
            raise NotFinite(range(arrays.n))
        return total / arrays.n, sums

    # --- messages ---

    def interpreted(self):
        return RaggedProgram([program.interpreted() for program in self.programs])

    def what_is_not_finite(self, arrays, rows, params=None):
        data = None if params is None else dict(zip(map(id, self.parameters), params.tolist()))
        interpreted = {}  # by bucket, because most batches have few buckets
        for method in "output_not_finite", "gradient_not_finite":
            for i in rows:
                bucket, row = arrays.place_of(i)
                if id(bucket) not in interpreted:
                    interpreted[id(bucket)] = self.program_for(bucket).interpreted()
                program = interpreted[id(bucket)]
                some = data and [data.get(id(p), p.data) for p in program.parameters]
                found = getattr(program, method)(bucket, row, some, 1.0 / len(rows))
                if found:
                    return f"example {i}: {found}"
        return sum_not_finite(len(rows))

    def listing(self, parameters):
        raise ValueError(
            "to_c: expected one program, but the last call was with rows of several lengths: call "
            "the function with rows of one length first"
        )

    def describe(self):
        return f"{len(self.programs)} programs for rows of several lengths"

    def explain(self):
        lines = [f"{self.describe()}; a call with rows of one length shows that one:"]
        for program in self.programs:
            lines.append(f"    {name_of(program.widths)}: {program.describe()}")
        return lines


class RulesOfBuckets:
    """The ArgumentRules of all programs."""

    def __init__(self, ragged):
        self._ragged = ragged

    def __bool__(self):
        return any(program.argument_rules for program in self._ragged.programs)

    def check(self, arrays):
        for bucket in arrays.buckets:
            self._ragged.program_for(bucket).argument_rules.check(bucket)


def longest_first(program):
    return [-size_of(width) for width in program.widths]


def united(lists):
    """Return the different Values of the lists, in order: a tuple."""
    return tuple({id(x): x for some in lists for x in some}.values())


def name_of(widths):
    """Return what a message calls examples whose arguments have these widths."""
    return "examples of lengths " + ", ".join(str(size_of(width)) for width in widths)


def sum_not_finite(n):
    return f"the loss or a gradient, summed over {n} examples, is not finite"


def with_programs_for(arrays, known, program_of):
    """Return a RaggedProgram for all lengths in RaggedArrays and those of ``known``.

    ``known`` is a RaggedProgram or None, and is returned if it has all. ``program_of(bucket)``
    returns a bucket's program. An error that it raises is completed by the example.
    """
    programs = {} if known is None else {p.widths: p for p in known.programs}
    for bucket in arrays.buckets:
        try:
            programs[bucket.widths] = program_of(bucket)
        except Exception as error:
            name_example(error, bucket)
            raise
    if known is not None and len(programs) == len(known.programs):
        return known
    return programs[bucket.widths].together(programs.values())


def name_example(error, bucket):
    """Add to an error's text that it was raised for examples of this length."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        where = f"{name_of(bucket.widths)}, such as example {bucket.examples[0]}"
        error.args = (f"{error.args[0]} (in {where})",)
