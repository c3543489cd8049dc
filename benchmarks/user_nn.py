"""A multi-layer perceptron as a user writes it in Python, over any class of scalars.

It follows micrograd's nn.py, but takes the class of scalars and the nonlinearity as arguments.
Every operator is a call from Python. ``parameters()`` lists one neuron after the other: its
weights, then its bias.
"""


class Neuron:
    def __init__(self, w, b, nonlin):
        self.w, self.b, self.nonlin = w, b, nonlin

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return self.nonlin(act) if self.nonlin else act

    def parameters(self):
        return self.w + [self.b]


class MLP:
    """A net of ``sizes``. ``make(number)`` makes a scalar; ``draw()`` returns a weight's number.

    The biases are 0. ``nonlin`` is a function of one scalar, applied after every layer except
    the last.
    """

    def __init__(self, make, draw, sizes, nonlin):
        last = len(sizes) - 2
        self.layers = [
            [
                Neuron([make(draw()) for _ in range(nin)], make(0.0), nonlin if i < last else None)
                for _ in range(nout)
            ]
            for i, (nin, nout) in enumerate(zip(sizes, sizes[1:]))
        ]

    def __call__(self, x):
        for layer in self.layers:
            x = [neuron(x) for neuron in layer]
        return x[0] if len(x) == 1 else x

    def parameters(self):
        return [p for layer in self.layers for neuron in layer for p in neuron.parameters()]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0
