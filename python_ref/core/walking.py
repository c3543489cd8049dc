"""Walks over a graph of Values: in topological order, or over whatever is reachable.

Both are loops: a graph may be deeper than Python can recurse. Both compare nodes by identity,
because a subclass of Value may compare data.
"""

from operator import attrgetter

operands_of = attrgetter("_operands")


def topological_sort(*roots, operands_of=operands_of):
    """Return a list of the roots and every node below them, operands before their results.

    The order is the post-order of a depth-first search that visits operands left to right.
    """
    order, visited = [], set()
    stack = [(None, iter(roots))]  # the nodes on the way from a root, each with operands to visit
    while stack:
        node, operands = stack[-1]
        for operand in operands:
            if id(operand) not in visited:
                visited.add(id(operand))
                stack.append((operand, iter(operands_of(operand))))
                break
        else:  # every operand was visited
            order.append(node)
            stack.pop()
    order.pop()  # the None that stood for what is above the roots
    return order


def reachable(root, operands_of=operands_of):
    """Yield root, then every node below it once, in no particular order.

    The operands of a node are read only after the node was yielded, so a caller that stops
    early has not walked the rest of the graph.
    """
    found, stack = {id(root): root}, [root]  # found keeps the nodes alive, and so their ids unique
    while stack:
        node = stack.pop()
        yield node
        for operand in operands_of(node):
            if id(operand) not in found:
                found[id(operand)] = operand
                stack.append(operand)
