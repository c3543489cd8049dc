"""What a worker computes: sums of the gradients of the rows that a batch has in one shard."""

import threading

from micrograd_c.distributed.chunks import TreeSum
from micrograd_c.jit.argument_arrays import checked_arrays
from micrograd_c.jit.base_program import NotFinite
from micrograd_c.jit.parameters import ParameterOrder


class Programs:
    """The programs of a jitted function. Threads that need one at once trace it once."""

    def __init__(self, jitted):
        self.jitted, self._lock, self._orders = jitted, threading.Lock(), {}

    def program_for(self, arrays):
        """Return the program for CheckedArrays, and its parameters as a ParameterOrder.

        They are in the order in which the graph uses them, which is the same everywhere.
        """
        with self._lock:
            program = self.jitted._program_of(arrays)
            if program not in self._orders:
                self._orders[program] = ParameterOrder(program, program.parameters_by_use)
        return program, self._orders[program]


class GradientJob:
    """All that is needed to compute gradients, and stays the same from step to step.

    - ``programs``: a Programs, or a SentFunction.
    - ``in_axes``: that of the jitted function. ``shared``: for each argument, its array if all
      rows share it, else None.
    - ``graph``: what ``graph_of`` returned on the client.
    """

    def __init__(self, programs, in_axes, shared, chunk_rows, check_finite, graph):
        self.programs, self.in_axes, self.shared = programs, in_axes, shared
        self.chunk_rows, self.check_finite, self.graph = chunk_rows, check_finite, graph

    def sums(self, shard, part, rows, params):
        """Return the nodes of a TreeSum over the chunks of a Part, or the error that one raised.

        Each node is a float64 array of shape (p + 1,): a sum over chunks of the gradient of the
        chunk's mean and of that mean, both times the share of the batch that the chunk is.
        So a batch of a single chunk has the bits of ``value_and_grad``.

        ``shard``: the arrays that have rows, or the error that making them raised. ``rows``: how
        many the batch has. ``params``: the parameters' data, shape (p,). The errors are
        IndexError, ValueError and FloatingPointError of ``value_and_grad``.
        """
        import numpy as np

        if isinstance(shard, Exception):
            return shard
        sums = TreeSum()
        for chunk, start in enumerate(
            range(part.start, part.stop, self.chunk_rows), part.first_chunk
        ):
            stop = min(start + self.chunk_rows, part.stop)
            columns = iter(shard)
            arrays = checked_arrays(
                [next(columns)[start:stop] if x is None else x for x in self.shared], self.in_axes
            )
            program, order = self.programs.program_for(arrays)
            require_same_graph(program, self.graph)
            first_row = part.first_row + start - part.start
            try:
                mean, gradient = value_and_grad(
                    program, arrays, order.to_program(params), self.check_finite, first_row
                )
            except (IndexError, ValueError, FloatingPointError) as error:
                return error  # not raised: the client raises that of the batch's first chunk
            node = np.append(order.from_program(gradient), mean)
            with np.errstate(all="ignore"):  # infinities and NaN flow on, as in jit's fit
                node *= (stop - start) / rows
                sums.add(0, chunk, node)
        return sums.nodes


def value_and_grad(program, arrays, params, check_finite, first_row):
    """Return the mean and its gradient. Errors tell which of the caller's rows are meant."""
    rows = f"in rows {first_row} to {first_row + arrays.n - 1}, numbered from {first_row} as 0"
    try:
        program.argument_rules.check(arrays)
        return program.value_and_grad(arrays, params, check_finite)
    except NotFinite as found:
        error = program.not_finite_error(arrays, found.rows, params)
        raise FloatingPointError(f"{rows}: {error}") from None
    except (IndexError, ValueError) as error:
        raise type(error)(f"{rows}: {error}") from None


def merged(results):
    """Return the nodes of all these results of ``GradientJob.sums``, or the first error.

    ``results``: a list, in the order of their chunks.
    """
    import numpy as np

    for x in results:
        if isinstance(x, Exception):
            return x
    with np.errstate(all="ignore"):
        return TreeSum(*results).nodes


def graph_of(program):
    """Return what a program must have in common with that of the same function elsewhere."""
    return len(program.parameters), program.size


def require_same_graph(program, expected):
    """Raise RuntimeError unless ``program`` has the graph that it has on the client."""
    here = graph_of(program)
    if here != expected:
        raise RuntimeError(
            "the function has another graph on a worker than on the client, with "
            "{} parameters in {} nodes, not {} in {}: does it read a module that is another one "
            "there, or draw random numbers?".format(*here, *expected)
        )
