"""Groups of nodes, which the page shows as one box until they are opened.

Layers, which have neurons in them, sums of many terms, leaves, and, where a group has still too
many parts, runs of them.
"""

import re

import numpy as np

from micrograd_c.explorer.patterns import Links, find_layers, find_patterns

MOST_UNGROUPED = 60  # a graph of so few nodes is shown node by node
MANY_TERMS = 8
MOST_LEAVES = 12  # that a group shows one by one
FEWEST_LEAVES = 4  # in a group of leaves
MOST_PARTS = 40  # of a group, and as many leaves or groups of leaves
MOST_RUNS = 12  # into which they are put where there are more
# What a path of a parameter, such as layers[0].neurons[3].w[1], has after its first part.
REST_OF_PATH = re.compile(r"[.[]neurons|\.(?=[^.]*\Z)|\[\d+\]\Z")


class Group:
    """A group. Its parts are ``nodes``, their places in the graph, and ``groups``.

    ``last`` is the highest node in it, ``size`` how many are in it, both at any depth. ``out`` is
    a neuron's result, else -1. ``number`` is its place among all groups, parents before children.
    """

    def __init__(self, kind, title, parent):
        self.kind, self.title, self.parent = kind, title, parent
        self.groups, self.nodes, self.is_open = [], [], False
        self.depth = parent.depth + 1 if parent else 0  # without the runs that are made last
        self.last = self.size = self.number = 0
        self.out = -1
        if parent is not None:
            parent.groups.append(self)

    def parts(self):
        """Return the nodes and groups in the order of the graph."""
        if not self.groups:
            return self.nodes
        return sorted([*self.groups, *self.nodes], key=last_of)


def last_of(part):
    return part.last if isinstance(part, Group) else part


class Groups:
    """The groups of a Graph: ``all``, of which the first is the whole graph.

    ``number_of`` has, for each node, the number of the smallest group that it is in.
    ``parameters`` has (path, weights, bias or None) of neurons: names of parameters that follow
    from the structure, as layers[0].neurons[3].w[1].
    """

    def __init__(self, graph):
        self.links = links = Links(graph)
        neurons, sums = find_patterns(links)
        layers = find_layers(links, neurons)
        self.parameters, self.path_of = [], dict(graph.names)
        self.name_parameters(layers)
        self.top = Group("graph", "graph", None)
        self.top.is_open = True
        self.of = [self.top] * links.n
        if links.n > MOST_UNGROUPED:
            self.group_terms([adds for adds in sums if len(adds) >= MANY_TERMS])
            self.group_neurons(layers)
            self.place_leaves()
        for i, group in enumerate(self.of):
            group.nodes.append(i)
        self.measure()
        self.open_first()
        self.split_all()
        self.all = self.in_order()
        self.number_of = np.zeros(links.n, np.int32)
        for number, group in enumerate(self.all):
            group.number = number
            self.number_of[group.nodes] = number

    def name_parameters(self, layers):
        """Name parameters as micrograd does. Those of other calls of a layer are the same."""
        is_net = len(layers) > 1
        for layer in layers:
            for k, neuron in enumerate(layer.neurons):
                path = ""
                if is_net or len(layer.neurons) > 1:
                    path = f"layers[{layer.depth}].neurons[{k}]."
                if neuron.weights[0] in self.path_of and neuron.bias in self.path_of:
                    continue
                self.parameters.append((path, neuron.weights, neuron.bias))
                for i in neuron.weights:
                    self.path_of.setdefault(i, f"{path}w")
                if neuron.bias is not None:
                    self.path_of.setdefault(neuron.bias, f"{path}b")

    def group_terms(self, sums):
        """Make each term of a sum a group of the nodes that it was the first to need.

        They are a run of nodes, between two additions, because the order is that of a search in
        depth.
        """
        if not sums:
            return
        first = first_of_each(self.links)
        runs = []  # (first node, last node, kind, title, additions)
        for adds in sums:
            runs.append((first[adds[-1]], adds[-1], "sum", f"sum of {len(adds)} terms", adds))
            for k, add in enumerate(adds):
                begin = adds[k - 1] + 1 if k else first[add]
                if add - begin > 3:
                    runs.append((begin, add - 1, "term", f"term {k + 1}", []))
        runs.sort(key=lambda run: (run[0], -run[1]))
        around = [(self.links.n, self.top)]  # (last node, group), the innermost last
        coming = iter([*runs, (self.links.n,)])
        run = next(coming)
        for i in range(self.links.n):
            while around[-1][0] < i:
                around.pop()
            while run[0] == i:
                _, last, kind, title, adds = run
                around.append((last, Group(kind, title, around[-1][1])))
                if adds:
                    inner = Group("adds", f"{len(adds)} additions", around[-1][1])
                    for add in adds:
                        self.of[add] = inner
                run = next(coming)
            if self.of[i] is self.top:
                self.of[i] = around[-1][1]

    def group_neurons(self, layers):
        is_net = len(layers) > 1
        for layer in layers:
            prefix = f"layer {layer.depth + 1}: " if is_net else ""
            parent = self.of[layer.neurons[0].out]
            for neuron in layer.neurons:
                parent = common_parent(parent, self.of[neuron.out])
            if len(layer.neurons) > 1:
                parent = Group("layer", f"{prefix}{len(layer.neurons)} neurons", parent)
                prefix = ""
            for k, neuron in enumerate(layer.neurons):
                group = Group("neuron", f"{prefix}neuron {k + 1}", parent)
                group.out = neuron.out
                for i in (*neuron.adds, *neuron.muls, neuron.out):
                    self.of[i] = group

    def place_leaves(self):
        """Put each leaf into the smallest group that has all its users.

        Where a group would have many leaves, they are groups, too, by the first part of their
        names.
        """
        links, of = self.links, self.of
        all_leaves = np.flatnonzero(links.is_leaf)
        for leaf, user in zip(all_leaves.tolist(), links.user[all_leaves].tolist()):
            of[leaf] = of[user]
        is_shared = (links.is_leaf & (links.uses > 1))[links.operands]
        for leaf, user in zip(links.operands[is_shared].tolist(), links.users[is_shared].tolist()):
            if of[leaf] is not of[user]:
                of[leaf] = common_parent(of[leaf], of[user])
        leaves = {}  # by the group that they are in
        for leaf in all_leaves.tolist():
            group = of[leaf]
            if group.kind not in ("neuron", "adds"):
                leaves.setdefault(group, []).append(leaf)
        for parent, members in leaves.items():
            if len(members) <= MOST_LEAVES:
                continue
            by_path = {}
            for leaf in members:
                path = REST_OF_PATH.split(self.path_of.get(leaf, ""), maxsplit=1)[0]
                by_path.setdefault(path, []).append(leaf)
            for path, some in by_path.items():
                if len(some) >= FEWEST_LEAVES:
                    title = f"{path}: {len(some)}" if path else f"{len(some)} constants"
                    group = Group("leaves", title, parent)
                    for leaf in some:
                        of[leaf] = group

    def in_order(self):
        """Return all groups, parents before children."""
        found = [self.top]
        for group in found:
            found += group.groups
        return found

    def measure(self):
        """Set size and last of all groups, and remove the empty ones."""
        for group in reversed(self.in_order()):
            group.groups = [part for part in group.groups if part.size]
            group.size = len(group.nodes) + sum(part.size for part in group.groups)
            group.last = max([part.last for part in group.groups] + group.nodes[-1:], default=0)

    def open_first(self):
        """Open what has a single part, so that there is something to see."""
        group = self.top
        while len(group.groups) == 1 and len(group.nodes) < 2:
            group = group.groups[0]
            group.is_open = True

    def split_all(self):
        """Put runs of parts into groups of their own where there are more than MOST_PARTS."""
        is_leaf = self.links.is_leaf.tolist()
        # Those made here are split, too: the list grows. A graph of few nodes stays as it is.
        groups = [self.top] if self.links.n > MOST_UNGROUPED else []
        for group in groups:
            if len(group.groups) + len(group.nodes) > MOST_PARTS:
                split(group, is_leaf)
            groups += group.groups


def split(group, is_leaf):
    """Put the parts into runs. Leaves and additions stay outside where they are few.

    Leaves are used by many runs, and additions use many.
    """
    nodes = [i for i in group.nodes if not is_leaf[i]]
    groups = [part for part in group.groups if part.kind not in ("leaves", "adds")]
    outside = len(group.nodes) + len(group.groups) - len(nodes) - len(groups)
    if outside > MOST_PARTS:
        nodes, groups = group.nodes, group.groups
    if len(nodes) + len(groups) <= MOST_PARTS:
        return
    if outside > MOST_PARTS:
        group.nodes, group.groups = [], []
    else:
        group.nodes = [i for i in group.nodes if is_leaf[i]]
        group.groups = [part for part in group.groups if part.kind in ("leaves", "adds")]
    parts = sorted([*nodes, *groups], key=last_of) if groups else nodes
    word = "terms " if not nodes and all(part.kind == "term" for part in groups) else ""
    runs = min(MOST_RUNS, -(-len(parts) // 25))
    length = -(-len(parts) // runs)
    for begin in range(0, len(parts), length):
        members = parts[begin : begin + length]
        numbers = f"{begin + 1}\N{EN DASH}{begin + len(members)}"
        run = Group("run", f"{word}{numbers} of {len(parts)}", group)
        run.nodes = [part for part in members if not isinstance(part, Group)] if groups else members
        run.groups = [part for part in members if isinstance(part, Group)] if groups else []
        for part in run.groups:
            part.parent = run
        run.size = len(run.nodes) + sum(part.size for part in run.groups)
        run.last = last_of(members[-1])


def common_parent(a, b):
    """Return the smallest group that has both in it, or is one of them."""
    while a is not b:
        if a.depth >= b.depth:
            a = a.parent
        else:
            b = b.parent
    return a


def first_of_each(links):
    """Return, for each node, the first of the run of nodes that it was the first to need.

    The run ends with the node, and is all that it needs and no node before it needed.
    """
    operands, position = links.operands.tolist(), 0
    first = []
    finished = []  # nodes that none of those seen so far needs, or that other nodes had first
    for i, count in enumerate(links.graph.counts):
        mine = operands[position : position + count]
        position += count
        begin = i
        while finished and finished[-1] in mine:
            begin = first[finished.pop()]
        first.append(begin)
        finished.append(i)
    return first
