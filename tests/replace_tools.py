"""Programs with a class Value of their own, for the tests of ``run --replace-value``."""

import textwrap

from micrograd_c.replace import carrying, methods, probes, source, swap

# A class with local gradients in tuples, in the manner of microgpt's.
LOCAL_GRADIENTS = """
import math


class Value:
    __slots__ = ("data", "grad", "_children", "_local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data = data
        self.grad = 0
        self._children = children
        self._local_grads = local_grads

    def __add__(self, other):
        other = Value.of(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = Value.of(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, k):
        return Value(self.data**k, (self,), (k * self.data ** (k - 1),))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self):
        return Value(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    @staticmethod
    def of(x):
        return x if isinstance(x, Value) else Value(x)

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node._children:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1
        for node in reversed(order):
            for child, local in zip(node._children, node._local_grads):
                child.grad += local * node.grad
"""

# A GPT of one layer on such a class: RMSNorm, attention over the positions so far, an MLP with
# relu, cross entropy, Adam. Its arguments: embedding, heads, block, steps, and a file of words.
GPT = (
    LOCAL_GRADIENTS
    + """

import random
import sys

WIDTH, HEADS, BLOCK, STEPS = map(int, sys.argv[1:5])
WORDS = open(sys.argv[5]).read().split() if sys.argv[5:] else ["ada", "bea", "abed", "dab"]
LETTERS = sorted(set("".join(WORDS)))
END = len(LETTERS)  # begins and ends each word
EACH = WIDTH // HEADS
rng = random.Random(5)


def table(rows, columns):
    return [[Value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]


letter_rows, place_rows = table(END + 1, WIDTH), table(BLOCK, WIDTH)
query_weights, key_weights, value_weights, out_weights = (table(WIDTH, WIDTH) for _ in range(4))
up, down = table(4 * WIDTH, WIDTH), table(WIDTH, 4 * WIDTH)
head = table(END + 1, WIDTH)
tables = (letter_rows, place_rows, query_weights, key_weights, value_weights, out_weights, up,
          down, head)
parameters = [p for matrix in tables for row in matrix for p in row]


def apply(matrix, x):
    return [sum(w * xi for w, xi in zip(row, x)) for row in matrix]


def norm(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(scores):
    top = max(score.data for score in scores)
    powers = [(score - top).exp() for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def forward(letter, place, keys, values):
    x = norm([a + b for a, b in zip(letter_rows[letter], place_rows[place])])
    skip, x = x, norm(x)
    query = apply(query_weights, x)
    keys.append(apply(key_weights, x))
    values.append(apply(value_weights, x))
    mixed = []
    for first in range(0, WIDTH, EACH):
        part = slice(first, first + EACH)
        scores = [
            sum(q * k for q, k in zip(query[part], key[part])) / EACH**0.5 for key in keys
        ]
        weights = softmax(scores)
        for j in range(first, first + EACH):
            mixed.append(sum(w * value[j] for w, value in zip(weights, values)))
    x = [a + b for a, b in zip(apply(out_weights, mixed), skip)]
    hidden = [h.relu() for h in apply(up, norm(x))]
    x = [a + b for a, b in zip(apply(down, hidden), x)]
    return apply(head, x)


means, squares = [0.0] * len(parameters), [0.0] * len(parameters)
for step in range(STEPS):
    word = [END, *map(LETTERS.index, WORDS[step % len(WORDS)]), END]
    keys, values, losses = [], [], []
    for place in range(min(BLOCK, len(word) - 1)):
        scores = forward(word[place], place, keys, values)
        losses.append(-softmax(scores)[word[place + 1]].log())
    loss = sum(losses) / len(losses)
    loss.backward()
    rate = 0.01 * (1 - step / STEPS)
    for i, p in enumerate(parameters):
        means[i] = 0.85 * means[i] + 0.15 * p.grad
        squares[i] = 0.99 * squares[i] + 0.01 * p.grad**2
        mean, square = means[i] / (1 - 0.85 ** (step + 1)), squares[i] / (1 - 0.99 ** (step + 1))
        p.data -= rate * mean / (square**0.5 + 1e-8)
        p.grad = 0
    print(loss.data)
print(sum(p.data for p in parameters))
"""
)

# A class with closures, in the manner of micrograd's.
CLOSURES = """
import math


class Value:
    def __init__(self, data, _children=(), _op="", label=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = _children
        self._op = _op
        self.label = label

    def __repr__(self):
        return f"Value({self.data})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        power = math.exp(2 * self.data)
        t = (power - 1) / (power + 1)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t * t) * out.grad

        out._backward = _backward
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node._prev:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
"""


def with_method(text, class_text=LOCAL_GRADIENTS):
    """Return a class with one method more; ``text`` is the method, not indented."""
    return class_text.replace(
        "    def backward(self):", textwrap.indent(text, "    ") + "\n    def backward(self):"
    )


def changed(old, new, class_text=LOCAL_GRADIENTS):
    """Return a class's text with a part changed."""
    assert old in class_text
    return class_text.replace(old, new)


def executing(engine, monkeypatch, capsys):
    """The fixture execute: runs a program with an engine's Value in place of its class.

    It returns the program's variables, and what stderr got.
    """
    for module in (carrying, methods, probes, swap):
        monkeypatch.setattr(module, "Value", engine.Value)

    def execute(text):
        variables = {"__name__": "__main__"}
        exec(source.compile_with_ours(text, "folder/program.py"), variables)
        return variables, capsys.readouterr().err

    attributes = dict(vars(engine.Value))
    yield execute
    carrying.restore()
    assert dict(vars(engine.Value)) == attributes


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1
