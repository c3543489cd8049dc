"""What a graph is made of: weighted sums, which are neurons, and other sums of many terms."""

import numpy as np

ACTIVATIONS = {"relu", "tanh", "sigmoid", "leaky_relu", "silu", "gelu"}


class Links:
    """A Graph's edges as numpy arrays, to be read forward and backward.

    ``operands`` has the operands of all nodes, one node after the other, and ``users``, as long,
    the node that each of them is an operand of. The others have an entry a node: ``left`` and
    ``right``, its first two operands or -1, ``uses``, how often it is an operand, and ``user``,
    a node that it is an operand of, or -1. ``codes`` has the place of its operator among
    ``operators``.
    """

    def __init__(self, graph):
        self.graph, self.n = graph, len(graph.counts)
        self.operators = list(dict.fromkeys(graph.operators))
        place = {operator: i for i, operator in enumerate(self.operators)}
        self.codes = np.array([place[operator] for operator in graph.operators], np.uint8)
        counts = np.frombuffer(graph.counts, np.int32)
        self.users = np.repeat(np.arange(self.n, dtype=np.int32), counts)
        distances = np.frombuffer(graph.distances, np.int32) if graph.distances else counts[:0]
        self.operands = self.users - distances
        starts = np.cumsum(counts) - counts
        self.is_leaf = counts == 0
        self.left, self.right = np.full((2, self.n), -1, np.int32)
        for which, column in enumerate((self.left, self.right)):
            has_it = counts > which
            column[has_it] = self.operands[starts[has_it] + which]
        self.uses = np.bincount(self.operands, minlength=self.n)
        self.user = np.full(self.n, -1, np.int32)
        self.user[self.operands] = self.users

    def made_by(self, operator):
        """Return, for each node, whether that operator made it."""
        if operator not in self.operators:
            return np.zeros(self.n, bool)
        return self.codes == self.operators.index(operator)


class Neuron:
    """A weighted sum: its additions, its products, its bias or None, its activation or None.

    ``out`` is the node of its result; ``factors`` are the first and the second factors of its
    products. ``inputs`` and ``weights`` are the two, as ``find_layers`` tells them apart.
    """

    __slots__ = (
        "activation",
        "adds",
        "bias",
        "factors",
        "inputs",
        "keys",
        "muls",
        "out",
        "weights",
    )


def find_patterns(links):
    """Return (neurons, sums), each in the order of the graph.

    A sum is the list of its additions, at least one.
    """
    left, right, uses, user = (
        column.tolist() for column in (links.left, links.right, links.uses, links.user)
    )
    is_leaf, operators = links.is_leaf.tolist(), links.graph.operators
    one_is_leaf = links.is_leaf[links.left] | links.is_leaf[links.right]
    is_product = (links.uses == 1) & (links.left != links.right) & one_is_leaf
    is_product = (is_product & links.made_by("mul")).tolist()

    neurons, sums = [], []
    for adds in chains_of_additions(links):
        start, terms = left[adds[0]], [right[add] for add in adds]
        # x1 * w1 + x2 * w2 + b: the first product is where others have the bias.
        if is_product[start]:
            terms.insert(0, start)
            start = None
        end = next((k for k, term in enumerate(terms) if not is_product[term]), len(terms))
        bias, extra = start, len(terms) - end
        if start is None and extra and is_leaf[terms[end]]:
            bias, extra = terms[end], extra - 1
        if end < (2 if bias is not None and is_leaf[bias] else 3):
            sums.append(adds)
            continue
        neuron = Neuron()
        # What is added after the products and the bias is no part of the neuron.
        neuron.adds, neuron.muls, neuron.bias = adds[: len(adds) - extra], terms[:end], bias
        last = neuron.adds[-1]
        is_activated = uses[last] == 1 and operators[user[last]] in ACTIVATIONS
        neuron.activation = user[last] if is_activated else None
        neuron.out = user[last] if is_activated else last
        neuron.factors = [[side[mul] for mul in neuron.muls] for side in (left, right)]
        neurons.append(neuron)
    return neurons, sums


def chains_of_additions(links):
    """Return the chains ((start + t1) + t2) + ..., of which each sum but the last is used once."""
    is_add = links.made_by("add")
    adds = np.flatnonzero(is_add)
    left = links.left[adds]
    goes_on = is_add[left] & (links.uses[left] == 1)
    chains = {}  # by their last addition so far
    for add, before, continues in zip(adds.tolist(), left.tolist(), goes_on.tolist()):
        chain = chains.pop(before) if continues else []
        chain.append(add)
        chains[add] = chain
    return list(chains.values())


# --- layers ---------------------------------------------------------------------------------------


class Layer:
    """Neurons with the same inputs. ``depth`` is how many layers are between it and the inputs."""

    def __init__(self):
        self.neurons, self.weights, self.depth = [], set(), 0


def find_layers(links, neurons):
    """Return the layers, in the order of the graph; give each neuron ``inputs`` and ``weights``."""
    same = input_keys(links)
    is_leaf, uses = links.is_leaf.tolist(), links.uses.tolist()
    found = {}  # by the key of inputs, how many neurons have them
    for neuron in neurons:
        neuron.keys = [tuple([same[i] for i in side]) for side in neuron.factors]
        for key in neuron.keys:
            found[key] = found.get(key, 0) + 1

    layers, growing = [], {}  # by the key of inputs
    for neuron in neurons:
        first = 0 if are_firsts_inputs(neuron, found, is_leaf, uses) else 1
        neuron.inputs, neuron.weights = neuron.factors[first], neuron.factors[1 - first]
        layer = growing.get(neuron.keys[first])
        # A neuron that is there already is that of another call of the layer.
        if layer is None or neuron.weights[0] in layer.weights:
            layer = growing[neuron.keys[first]] = Layer()
            layers.append(layer)
        layer.neurons.append(neuron)
        layer.weights.add(neuron.weights[0])
    set_depths(layers)
    return layers


def input_keys(links):
    """Return what tells each node from others as an input: unnamed constants count by their data.

    Each neuron has constants of its own, as in ``neuron([1.0, x])``.
    """
    keys = np.arange(links.n)
    constants = links.is_leaf & (links.uses == 1)
    constants[list(links.graph.names)] = False
    bits = np.frombuffer(links.graph.data, np.int64)[constants]
    keys[constants] = links.n + np.unique(bits, return_inverse=True)[1].reshape(-1)
    return keys.tolist()


def are_firsts_inputs(neuron, found, is_leaf, uses):
    """Return whether the first factors of the products are the inputs, as in x * w.

    Weights are leaves. Where inputs are leaves, too: weights are used as often as the bias, by one
    call of the net or by several; inputs are what more neurons have. Else weights come first, as
    in micrograd.
    """
    first_leaves, second_leaves = (all(is_leaf[i] for i in side) for side in neuron.factors)
    if first_leaves != second_leaves:
        return not first_leaves
    first_once, second_once = (all(uses[i] == 1 for i in side) for side in neuron.factors)
    if first_once != second_once and neuron.bias is not None:
        return first_once != (uses[neuron.bias] == 1)
    return first_once and found[neuron.keys[0]] > found[neuron.keys[1]]


def set_depths(layers):
    depth_of = {}  # by the result of a neuron
    for layer in layers:
        inputs = layer.neurons[0].inputs
        layer.depth = max((depth_of.get(i, -1) for i in inputs), default=-1) + 1
        for neuron in layer.neurons:
            depth_of[neuron.out] = layer.depth
