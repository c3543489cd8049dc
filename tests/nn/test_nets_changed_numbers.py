"""Nets whose numbers change after the call, and a second backward()."""

import math

import numpy as np
import pytest
from net_tools import NONLINEARITIES, assert_same

nonlinearities = pytest.mark.parametrize("nonlin", NONLINEARITIES)


@nonlinearities
@pytest.mark.parametrize("read", [False, True])
def test_backward_again(nonlin, read):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin=nonlin), [V(1.5), V(-0.5)]
        loss = sum(model(x))
        for _ in range(3):
            loss.backward()
            if read:
                yield [loss]
        model.zero_grad()
        loss.backward()
        yield [loss]

    assert_same(program, last_bits=True)


CHANGES = {
    "a weight": lambda model, x, out: set_data(model.parameters()[0]),
    "a bias": lambda model, x, out: set_data(model.layers[0].neurons[1].b),
    "the last weight": lambda model, x, out: set_data(model.parameters()[-2]),
    "an input": lambda model, x, out: set_data(x[1]),
    "an output": lambda model, x, out: set_data(out[0]),
    "another's": lambda model, x, out: set_data(out[0] * 1.0),
    "all parameters": lambda model, x, out: [set_data(p) for p in model.parameters()],
    "there and back": lambda model, x, out: [set_data(x[0]), set_data(x[0], 1.5)],
    "a gradient": lambda model, x, out: setattr(out[0], "grad", 2.5),
    "an input's gradient": lambda model, x, out: setattr(x[0], "grad", 0.1),
}


def set_data(value, data=None):
    value.data = value.data * 0.5 - 3.0 if data is None else data


changes = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@changes
@pytest.mark.parametrize("nonlin", ["relu", "tanh"])
@pytest.mark.parametrize("was_read", [False, True])
def test_a_change_between_forward_and_backward(change, nonlin, was_read):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin=nonlin), [V(1.5), V(-0.5)]
        out = model(x)
        loss = out[0] + out[1] * 0.5
        if was_read:
            yield [loss]
        change(model, x, out)
        loss.backward()
        yield [loss]

    assert_same(program)


@changes
@pytest.mark.parametrize("nonlin", ["relu", "tanh"])
def test_a_change_between_forward_and_reading_the_graph(change, nonlin):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin=nonlin), [V(1.5), V(-0.5)]
        out = model(x)
        change(model, x, out)
        yield out
        out = model(x)
        yield out

    assert_same(program)


@changes
@pytest.mark.parametrize("nonlin", ["relu", "tanh"])
@pytest.mark.parametrize("again", [False, True])
def test_a_change_between_backward_and_reading_the_graph(change, nonlin, again):
    def program(nn, V):
        model, x = nn.MLP(2, [3, 2], nonlin=nonlin), [V(1.5), V(-0.5)]
        out = model(x)
        loss = out[0] + out[1] * 0.5
        loss.backward()
        change(model, x, out)
        if again:
            loss.backward()
        yield [loss]

    assert_same(program, last_bits=again)


@nonlinearities
@pytest.mark.parametrize("data", [5.0, -5.0, 0.0, math.nan])
def test_the_data_of_a_nonlinear_output_changed_by_hand(nonlin, data):
    def program(nn, V):
        layer, x = nn.Layer(2, 3, nonlin=nonlin), [V(1.5), V(-0.5)]
        out = layer(x)
        for o in out:
            o.data = data
        sum(out).backward()
        yield [*layer.parameters(), *x]
        yield out

    assert_same(program)


def test_numbers_and_arrays_changed_after_the_call():
    def program(nn, V):
        model = nn.MLP(2, [3, 1])
        row, numbers = np.array([1.0, -2.0]), [1.0, -2.0]
        outs = [model(row), model(numbers)]
        row[0] = numbers[0] = 100.0
        for out in outs:
            out.backward()
        yield outs

    assert_same(program, last_bits=True)
