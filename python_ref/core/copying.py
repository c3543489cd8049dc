"""Copying and pickling a Value with the graph below it, without recursion.

A leaf reduces to its data and gradient. Any other Value reduces to one flat list of the nodes
below it in topological order, which names operands by their place in the list. The leaves are
pickled as objects of their own, so that Values that share a leaf still share its copy. The
user's attributes are state, which is restored last and may form cycles.
"""

from python_ref.core.numbers import to_float
from python_ref.core.ops import OPS
from python_ref.core.walking import topological_sort


def reduce_value(root, protocol=None):
    """Return what ``__reduce_ex__`` must for a Value of either engine."""
    cls = None if type(root) is root._plain_class else type(root)
    if not root._operands and not root._op:
        refuse_custom_backward(root)
        return root._rebuild_leaf, (root.data, root.grad, cls), attributes_of(root) or None
    operands_of = {}  # by id, read once: another thread may change the graph meanwhile

    def read(node):
        operands_of[id(node)] = operands = node._operands
        return operands

    order = topological_sort(root, operands_of=read)
    place = {}
    leaves, nodes, attributes = [], [], {}
    for node in order:
        if not operands_of[id(node)] and not node._op:
            place[id(node)] = len(leaves)
            leaves.append(node)
    for node in order:
        if id(node) in place:
            continue
        refuse_custom_backward(node)
        place[id(node)] = len(leaves) + len(nodes)
        own = attributes_of(node)
        if own:
            attributes[len(nodes)] = own
        operands = tuple(place[id(operand)] for operand in operands_of[id(node)])
        data = node.data  # first: of a Value that jit traces it raises
        name, k, op = node._recipe()
        if len(operands) != operand_count(name, k, operands) or not (operands or op):
            raise RuntimeError("the graph was changed while it was copied or pickled")
        nodes.append((name, k, op, operands, data, node.grad))
    return root._rebuild_graph, (leaves, nodes, cls), attributes or None


def operand_count(name, k, operands):
    """Return how many operands a node must have; a user's operator may have any number."""
    has_local = not name and k is not None  # a user's operator with local gradients
    return len(OPS[name].derivatives) if name else len(k) if has_local else len(operands)


def attributes_of(node):
    """Return a dict of the user's attributes, with those in a subclass's slots."""
    attributes = dict(vars(node))
    for cls in type(node).__mro__:
        if cls is node._plain_class:
            return attributes
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{cls.__name__.lstrip('_')}{name}"
            if hasattr(node, name) and name not in ("__dict__", "__weakref__"):
                attributes[name] = getattr(node, name)
    return attributes


def refuse_custom_backward(node):
    if node._has_custom_backward():
        raise TypeError(
            f"cannot copy or pickle a Value whose _backward was assigned: {node!r} "
            "(the function would still work on the original's gradients)"
        )


def rebuild_leaf(value_class, data, grad, cls=None):
    leaf = (cls or value_class).__new__(cls or value_class)
    value_class.__init__(leaf, data)
    leaf.grad = to_float(grad)
    return leaf


def rebuild_graph(value_class, leaves, nodes, cls=None):
    made = list(leaves)
    for name, k, op, operands, data, grad in nodes:
        expected = operand_count(name, k, operands)
        if len(operands) != expected:
            raise ValueError(
                f"damaged pickle: {name} has {len(operands)} operands, expected {expected}"
            )
        is_root = len(made) == len(leaves) + len(nodes) - 1
        node = value_class._make(
            name, k, op, tuple(made[i] for i in operands), data, cls if is_root else None
        )
        node.grad = to_float(grad)
        made.append(node)
    return made[-1]


def restore_attributes(root, state):
    """``__setstate__`` of a Value: set the attributes of a leaf, or of a graph's nodes by place."""
    if not root._operands and not root._op:
        by_node = [(root, state)]
    else:
        inner = [node for node in topological_sort(root) if node._operands or node._op]
        by_node = [(inner[i], attributes) for i, attributes in state.items()]
    for node, attributes in by_node:
        for name, value in attributes.items():
            setattr(node, name, value)
