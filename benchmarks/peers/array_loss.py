"""A task as a loss of arrays, for the libraries that differentiate arrays.

The arrays of a net are each layer's weights (nout, nin) and biases (nout,). Those of Rows are
the columns. Other programs run operator by operator on arrays of shape ().
"""

import numpy

from benchmarks.peers import CannotDo


def refuse_long_programs(task, most_operators):
    """Raise CannotDo for a program of scalars with more operators than that."""
    if not task.net and not task.rows and task.operators > most_operators:
        raise CannotDo("would take too long")


def split_inputs(task):
    """Return the inputs as a list of float64 NumPy arrays."""
    if task.net:
        arrays, start = [], 0
        for nin, nout in zip(task.net.sizes, task.net.sizes[1:]):
            end = start + nout * (nin + 1)
            layer = numpy.array(task.inputs[start:end]).reshape(nout, nin + 1)
            arrays += [layer[:, :-1].copy(), layer[:, -1].copy()]
            start = end
        return arrays
    if task.rows:
        return list(numpy.array(task.inputs).reshape(-1, task.rows.n))
    return list(map(numpy.float64, task.inputs))


def join(task, arrays):
    """Undo ``split_inputs``: return the arrays' numbers as floats in the order of the inputs."""
    arrays = list(map(numpy.asarray, arrays))
    if task.net:
        layers = zip(arrays[::2], arrays[1::2])
        arrays = [numpy.column_stack([w, b]).ravel() for w, b in layers]
    return numpy.hstack(arrays).tolist()


def array_loss(task, np, ops):
    """Return the function ``loss(arrays)``. ``np``: the library's NumPy; ``ops``: its functions."""
    if task.net:
        X, Y = np.asarray(task.net.X), np.asarray(task.net.Y)
        return lambda arrays: net_loss(task.net, X, Y, arrays, ops)
    if task.rows:
        constants = [np.asarray(column) for column in task.rows.constants]
        return lambda columns: task.rows.function(*columns, *constants, ops).sum()
    return lambda scalars: task.program(scalars, ops)


def net_loss(net, X, Y, arrays, ops):
    nonlin, x = getattr(ops, net.nonlin), X
    for i in range(0, len(arrays), 2):
        x = x @ arrays[i].T + arrays[i + 1]
        if i + 2 < len(arrays):
            x = nonlin(x)
    if net.loss == "hinge":
        loss = ops.relu(1.0 - Y * x).mean()
        return loss + net.alpha * sum((array * array).sum() for array in arrays)
    return ((x - Y) ** 2).mean()
