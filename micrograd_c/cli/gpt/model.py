"""A small GPT, whose every number is a Value: it predicts the next letter of a name.

The architecture is that of GPT-2 (Radford et al. 2019) with three simplifications: RMSNorm in
place of LayerNorm, ReLU in place of GELU, and no biases.
"""

import math
import random

from micrograd_c.functional import dot, linear, log_softmax, rms_norm, softmax, take
from python_ref.nn import Module

STANDARD_DEVIATION = 0.08  # of the weights at the start


class GPT(Module):
    """``logits`` predicts one letter, ``loss`` is the mean over a whole name.

    ``sizes``: a Sizes. ``value``: the class of the weights. Their numbers depend on ``seed``.
    """

    def __init__(self, sizes, value, seed=42):
        normal = random.Random(seed).gauss

        def matrix(rows, columns):
            return [
                [value(normal(0.0, STANDARD_DEVIATION)) for _ in range(columns)]
                for _ in range(rows)
            ]

        self.sizes, width = sizes, sizes.embed
        self.letters = matrix(sizes.letters, width)
        self.positions = matrix(sizes.block, width)
        self.layers = [
            {
                "query": matrix(width, width),
                "key": matrix(width, width),
                "value": matrix(width, width),
                "join": matrix(width, width),
                "widen": matrix(4 * width, width),
                "narrow": matrix(width, 4 * width),
            }
            for _ in range(sizes.layers)
        ]
        self.output = matrix(sizes.letters, width)

    def parameters(self):
        matrices = [self.letters, self.positions]
        matrices += [weights for layer in self.layers for weights in layer.values()]
        return [p for weights in (*matrices, self.output) for row in weights for p in row]

    def start(self):
        """Return the memory of an empty name: for each layer, the keys and values so far."""
        return [([], []) for _ in self.layers]

    def logits(self, letter, position, memory):
        """Return a score for each letter that may follow. ``memory`` grows by this letter."""
        x = add(take(self.letters, letter), self.positions[position])
        x = rms_norm(x)
        for layer, seen in zip(self.layers, memory):
            x = add(x, self.attention(layer, rms_norm(x), *seen))
            wide = [v.relu() for v in linear(rms_norm(x), layer["widen"])]
            x = add(x, linear(wide, layer["narrow"]))
        return linear(x, self.output)

    def attention(self, layer, x, keys, values):
        """Each head looks at all letters so far, and takes from each as much as the keys fit."""
        query = linear(x, layer["query"])
        keys.append(linear(x, layer["key"]))
        values.append(linear(x, layer["value"]))
        size, joined = len(x) // self.sizes.heads, []
        for first in range(0, len(x), size):
            head = slice(first, first + size)
            fits = [dot(query[head], key[head]) * size**-0.5 for key in keys]
            weights = softmax(fits)
            joined += [dot(weights, column) for column in zip(*(v[head] for v in values))]
        return linear(joined, layer["join"])

    def loss(self, letters):
        """Return the mean negative log-likelihood of a name, a list of numbers of letters."""
        memory = self.start()
        terms = [
            -take(log_softmax(self.logits(letter, position, memory)), following)
            for position, (letter, following) in enumerate(zip(letters, letters[1:]))
        ]
        return sum(terms) / len(terms)

    def sample(self, rng, end, temperature=1.0):
        """Return the numbers of the letters of a new name.

        ``rng``: a random.Random. ``end``: the number that stands before and behind each name.
        """
        memory, name = self.start(), [end]
        for position in range(self.sizes.block):
            logits = [v.data / temperature for v in self.logits(name[-1], position, memory)]
            highest = max(logits)
            chances = [math.exp(logit - highest) for logit in logits]
            name.append(rng.choices(range(len(chances)), chances)[0])
            if name[-1] == end:
                break
        return [letter for letter in name if letter != end]


def add(a, b):
    return [x + y for x, y in zip(a, b)]
