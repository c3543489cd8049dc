"""The expression in micrograd's README, a function of two numbers: build and backward."""

from benchmarks.tasks import Task


def make_data(size=None):
    return {"title": "micrograd's README expression", "inputs": [-4.0, 2.0]}


def make_task(data):
    return Task(data["title"], data["inputs"], program, operators=30)


def program(inputs, ops):
    a, b = inputs
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + ops.relu(b + a)
    d += 3 * d + ops.relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g
