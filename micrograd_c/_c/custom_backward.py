"""``_backward`` functions that a program assigned, and backward() of a graph with some.

C knows which nodes have a custom backward function, and leaves the backward pass of a graph
with such a node to this module. The function itself is in a slot of the Value. The Value is
pinned, so that it lives as long as its results: see ``pinning.py``.
"""

from micrograd_c._c.custom_nodes import refuse_in_trace
from micrograd_c._c.node import (
    backward_order,
    get_known_operands,
    get_net_operands,
    set_custom_backward,
)
from micrograd_c._c.pinning import resolve_pending, value_of
from micrograd_c._native import lib
from python_ref.core.numbers import describe
from python_ref.core.walking import reachable


def assign(value, function):
    """``value._backward = function``. Raises TypeError if that cannot be called."""
    if not callable(function):
        raise TypeError(f"expected a function as _backward, got {describe(function)}")
    refuse_in_trace()
    lib.mg_set_custom_backward(value._mg_id)  # first: backward() must find the function
    set_custom_backward(value, function)


def remove(value):
    """``value._backward = None``: remove the function that was assigned."""
    refuse_in_trace()
    set_custom_backward(value, None)
    vars(value).pop("_backward", None)  # of a subclass whose _backward is a method
    if type(value)._backward is value._plain_class._backward:
        lib.mg_clear_custom_backward(value._mg_id)


def backward(root):
    """backward() of a graph with custom backward functions.

    C runs the nodes up to each node with such a function, Python calls it, and C goes on.
    """
    resolve_pending()  # now the root refers to every Value that has one
    functions = {
        value._mg_id: value._backward
        for value in reachable(root, operands_of=referred_operands)
        if value._has_custom_backward()
    }
    order, n = backward_order(root)  # it keeps the nodes alive, whatever a function does
    ids = order.at[0]
    root.grad = 1.0
    done = 0
    for i in range(n):
        function = functions.get(ids[i])
        if function is not None:
            lib.mg_backward_nodes(ids + done, i - done)
            function()
            done = i + 1
    lib.mg_backward_nodes(ids + done, n - done)


def values_in_order(root):
    """Return the Values in the order of backward(), without most leaves: see backward_order."""
    order, n = backward_order(root)
    return [value_of(order[i]) for i in range(n)]


def referred_operands(value):
    """Return the operands to which ``value`` refers. No other has a custom backward function."""
    return *(get_known_operands(value) or ()), *(get_net_operands(value) or ())
