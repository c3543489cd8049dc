"""Helpers of the tests of state: a module with parameters of many kinds, and their data."""


def values_of(module):
    return [p.data for p in module.parameters()]


def own_module(engine):
    """Return a module that mixes layers, Values of its own and nested lists of them."""
    nn, V = engine.nn, engine.Value

    class Own(nn.Module):
        def __init__(self):
            self.scale = V(2.0)
            self.table = [[V(1.0), V(2.0)], (V(3.0),)]
            self.parts = [nn.Layer(2, 2), V(7.0), nn.Neuron(1, nonlin=False)]
            self.step = V(0.1)  # not a parameter
            self.sizes = [2, 2]

        def parameters(self):
            numbers = [v for row in self.table for v in row]
            layer, offset, neuron = self.parts
            return [
                self.scale, *numbers, *layer.parameters(), offset, *neuron.parameters(),
            ]  # fmt: skip

    return Own()
