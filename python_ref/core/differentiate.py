"""``gradients``: the gradient of a Value as Values, which can be differentiated again.

It walks the graph as ``backward()`` does and adds in the same order, so that the data equal
``backward()``'s to the last bit. It touches no ``grad``.
"""

import math

from python_ref.core.derivatives import DERIVATIVES, add, d_take, mul
from python_ref.core.ieee import ieee
from python_ref.core.numbers import describe, is_value
from python_ref.core.tracing import current_trace
from python_ref.core.walking import topological_sort


def gradients(output, inputs):
    """d output / d input for each input, as a list of Values.

    The results are computed by operators, so they can be differentiated in turn, by ``gradients``
    or ``backward()``. No ``grad`` changes.

    Args:
        output: A Value.
        inputs: A list or tuple of Values, leaves or not.

    Returns:
        A list with a Value for each input. Its data equals the ``grad`` that
        ``output.backward()`` adds, to the last bit. An input that ``output`` does not depend on
        has the gradient 0.

    Raises:
        TypeError: If ``output`` or an input is no Value, and where a gradient of a gradient needs
            the derivative of a ``_backward`` that a program assigned.

    >>> from python_ref.engine import Value
    >>> from python_ref.core.differentiate import gradients
    >>> x, y = Value(3.0), Value(2.0)
    >>> (dx, dy) = gradients(x**2 * y, [x, y])
    >>> dx.data, dy.data
    (12.0, 9.0)
    >>> [d.data for d in gradients(dx, [x, y])]
    [4.0, 6.0]
    """
    require_value(output, "output")
    inputs = list(inputs)
    for x in inputs:
        require_value(x, "an input")
    with ieee():
        found = accumulated(output, inputs)
        return [found[id(x)] if id(x) in found else output._constant(0.0) for x in inputs]


def accumulated(output, inputs):
    """The gradients by id of the node, of inputs and of all between them and the output."""
    order = [(node, node._operands) for node in topological_sort(output)]
    needed = {id(x) for x in inputs}
    for node, operands in order:
        if any(id(operand) in needed for operand in operands):
            needed.add(id(node))
    sums = {id(output): output._constant(1.0)}
    for node, operands in reversed(order):
        g = sums.get(id(node))
        if g is None or not any(id(operand) in needed for operand in operands):
            continue
        if node._has_custom_backward():
            sums.update(sums_of_custom_backward(node, operands, g, sums))
            continue
        for operand, term in zip(operands, terms_of(node, operands, g, needed)):
            if term is not None and id(operand) in needed:
                before = sums.get(id(operand))
                sums[id(operand)] = first(term) if before is None else add(before, term)
    return sums


def tangent(output, tangents):
    """The derivative of ``output`` where ``tangents`` are those of its inputs: forward mode.

    ``tangents`` maps the id of a node to the Value that is its derivative. None if ``output``
    depends on none of these.
    """
    with ieee():
        known = dict(tangents)
        for node in topological_sort(output):
            if id(node) in known:
                continue
            total, operands = None, node._operands
            if is_take(node):
                if any(id(entry) in known for entry in operands[1:]):
                    entries = [known.get(id(entry), 0.0) for entry in operands[1:]]
                    known[id(node)] = current_trace().entry_at(operands[0], entries)
                continue
            for i, operand in enumerate(operands):
                g = known.get(id(operand))
                term = None if g is None else terms_of(node, operands, g)[i]
                if term is not None:
                    total = first(term) if total is None else add(total, term)
            if total is not None:
                known[id(node)] = total
        return known.get(id(output))


def first(term):
    """0.0 + term, as a gradient is 0.0 before the first term is added: 0.0 for -0.0."""
    is_minus_0 = not current_trace() and term.data == 0.0 and math.copysign(1.0, term.data) < 0.0
    return add(term, 0.0) if is_minus_0 else term


def is_take(node):
    """True for what ``take`` records, which only traces have."""
    return current_trace() is not None and node._recipe()[0] == "take"


def terms_of(node, operands, g, needed=None):
    """What each operand's gradient gets where ``g`` arrives at ``node``; None for 0.

    ``needed``: ids of Values; other entries of a table may have None too.
    """
    if node._has_custom_backward():
        return terms_of_custom_backward(node, operands, g)
    name, k, _ = node._recipe()
    if name == "take":
        index, *entries = operands
        return [None] + [
            d_take(index, i, g) if id(entry) in needed else None for i, entry in enumerate(entries)
        ]
    if name is None:
        return terms_of_local_gradients(node, operands, g, k) if k else [None] * len(operands)
    extra = () if k is None else (k,)
    return [derivative(*operands, *extra, node, g) for derivative in DERIVATIVES[name]]


def terms_of_local_gradients(node, operands, g, slopes):
    """Local gradients are numbers, so how they depend on the operands is not known."""
    if node._op == "+" and set(slopes) == {1.0}:
        return [mul(g, slope) for slope in slopes]  # a sum: they depend on nothing
    return [mul(g, opaque(node, operands, slope, "local gradients")) for slope in slopes]


# --- a _backward that a program assigned ---------------------------------------------


def terms_of_custom_backward(node, operands, g):
    """What the program's function adds to the operands' ``grad``, as Values of unknown origin."""
    sums = sums_of_custom_backward(node, operands, g, {})
    # The function has added all that an operand gets, however often it is an operand.
    return [sums.pop(id(operand), None) for operand in operands]


def sums_of_custom_backward(node, operands, g, sums):
    """The operands' sums, by id, after the program's function has added to them.

    It starts from ``sums``, because it may add to one operand several times: its terms have to
    be added in ``backward()``'s order. What it adds is a Value of unknown origin.
    """
    if isinstance(node._backward, OfCustomBackward):
        node._backward()
    touched = {id(value): value for value in (node, *operands)}
    before = [(value, value.grad) for value in touched.values()]
    start = {key: sums[key].data if key in sums else 0.0 for key in touched}
    try:
        for key, value in touched.items():
            value.grad = start[key]
        node.grad = g.data
        node._backward()
        after = {key: value.grad for key, value in touched.items()}
    finally:
        for value, grad in before:
            value.grad = grad
    added = {}
    for key in map(id, operands):
        term = opaque(node, (g, *operands), after[key] - start[key], "a _backward of its own")
        # Not add(): the sum's data is what the function left, whatever term.data is rounded to.
        added[key] = (
            node._plain_class(after[key], (sums[key], term), "+", local_grads=(1.0, 1.0))
            if key in sums
            else term
        )
    return added


def opaque(node, operands, data, derivatives):
    """A Value computed from the operands in a way that has no known derivative.

    ``derivatives``: what the derivatives of ``node`` are given by, for the message.
    """
    value = node._plain_class(data, operands, "custom backward")
    if value._operands:  # a graph is recorded
        value._backward = OfCustomBackward(node, derivatives)
    return value


class OfCustomBackward:
    """The ``_backward`` of what a custom backward computed, and of local gradients: it raises."""

    def __init__(self, node, derivatives):
        name = f"of {node._op!r}" if node._op else "without a name"
        self.message = (
            f"the second derivative of an operator {name} with {derivatives} is not known: build "
            "it of Values' operators"
        )

    def __call__(self):
        raise TypeError(self.message)


def require_value(x, what):
    if not is_value(x):
        raise TypeError(f"gradients: expected a Value as {what}, got {describe(x)}")
