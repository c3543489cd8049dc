"""A small GPT of scalars: the loss of one name, whichever class the scalars are of.

One layer with 4 heads over 16 numbers a token, at most 16 positions, 27 letters (one of them
begins and ends a name): 4,192 parameters without biases. Token and position embeddings are
added. Then come root mean square normalization, causal attention and a two-layer net with relu,
the latter two with a residual connection and a normalization before them, and the projection to
the letters' scores. The loss is the cross entropy of the next letter, averaged over positions.
Sources: https://arxiv.org/abs/1706.03762, https://arxiv.org/abs/1910.07467.
"""

import math
import random

LETTERS, BLOCK, HEADS, EPSILON = 27, 16, 4, 1e-5
EMBED = 16
BETAS, EPS, LR = (0.85, 0.99), 1e-8, 0.01


def shapes(embed=EMBED):
    """Return the shapes of the matrices by name, each (outputs, inputs)."""
    square = (embed, embed)
    return {
        "tokens": (LETTERS, embed), "positions": (BLOCK, embed), "query": square, "key": square,
        "value": square, "out": square, "up": (4 * embed, embed), "down": (embed, 4 * embed),
        "scores": (LETTERS, embed),
    }  # fmt: skip


def weights(seed=1, embed=EMBED):
    """Return the matrices' numbers by name, as lists of rows, normal with deviation 0.08."""
    rng = random.Random(seed)
    return {
        name: [[rng.gauss(0.0, 0.08) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes(embed).items()
    }


def names(count, length, seed=2):
    """Return rows of ``length + 1`` letters for ``length`` positions, first and last is 0."""
    rng = random.Random(seed)
    return [[0, *(rng.randrange(1, LETTERS) for _ in range(length - 1)), 0] for _ in range(count)]


def normalized(x):
    """x divided by its root mean square."""
    square = sum(a * a for a in x) * (1.0 / len(x))
    scale = (square + EPSILON) ** -0.5
    return [a * scale for a in x]


def linear(x, rows):
    return [sum(w * a for w, a in zip(row, x)) for row in rows]


def loss_of(letters, matrices, softmax, take, log_loss, linear=linear, normalized=normalized):
    """The loss of a name, whose letters are numbers or Values that stand for them.

    ``softmax``, ``take``, ``log_loss(scores, letter)``, ``linear(x, rows)`` and ``normalized(x)``
    are functions of the engine that Values are of.
    """
    m, size, total = matrices, len(matrices["query"]) // HEADS, 0.0
    keys, values = [], []
    n = len(letters) - 1
    for i in range(n):
        x = [a + b for a, b in zip(take(m["tokens"], letters[i]), m["positions"][i])]
        x = normalized(x)
        residual, x = x, normalized(x)
        query = linear(x, m["query"])
        keys.append(linear(x, m["key"]))
        values.append(linear(x, m["value"]))
        mixed = []
        for first in range(0, HEADS * size, size):
            head = slice(first, first + size)
            attention = softmax([
                sum(q * k for q, k in zip(query[head], key[head])) * (1.0 / math.sqrt(size))
                for key in keys
            ])  # fmt: skip
            mixed += [
                sum(a * value[j] for a, value in zip(attention, values))
                for j in range(first, first + size)
            ]
        x = [a + b for a, b in zip(linear(mixed, m["out"]), residual)]
        hidden = [a.relu() for a in linear(normalized(x), m["up"])]
        x = [a + b for a, b in zip(linear(hidden, m["down"]), x)]
        total = total + log_loss(linear(x, m["scores"]), letters[i + 1])
    return total * (1.0 / n)


def jitted(jit, embed=EMBED, seed=1):
    """Return the loss under ``jit``, and its parameters in the order of the matrices."""
    from micrograd_c import Value, dot, softmax, take
    from micrograd_c.losses import cross_entropy

    matrices = {
        name: [[Value(w) for w in row] for row in rows]
        for name, rows in weights(seed, embed).items()
    }
    parameters = [w for rows in matrices.values() for row in rows for w in row]

    def times(x, rows):
        return [dot(row, x) for row in rows]

    @jit(parameters=parameters)
    def loss(letters):
        return loss_of(letters, matrices, softmax, take, cross_entropy, times)

    return loss, parameters
