"""Random programs with nets: the same graphs on both engines, in any order of steps."""

import copy
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from net_tools import NONLINEARITIES, assert_same

# The steps of a program; one(items) picks one of the items.
STEPS = {
    "yield": None,  # then the graphs are compared
    "add": lambda run, one: run.made.append(one(run.made) + one(run.made)),
    "multiply": lambda run, one: run.made.append(one(run.made) * one(run.made)),
    "scale": lambda run, one: run.made.append(one(run.made) * 0.7 - 0.2),
    "tanh": lambda run, one: run.made.append(one(run.made).tanh()),
    "backward": lambda run, one: one(run.made).backward(),
    "backward of the last": lambda run, one: run.made[-1].backward(),
    "by hand": lambda run, one: one(run.made)._backward(),
    "zero": lambda run, one: run.model.zero_grad(),
    "set parameter": lambda run, one: run.set(one(run.model.parameters()), one),
    "set input": lambda run, one: run.set(one(run.inputs), one),
    "set made": lambda run, one: run.set(one(run.made), one),
    "set gradient": lambda run, one: setattr(one(run.made), "grad", one([0.5, -2.0])),
    "forget": lambda run, one: len(run.made) > 1 and run.made.pop(one(range(len(run.made) - 1))),
    "forget the model": lambda run, one: run.new_model(),
    "label": lambda run, one: setattr(one(run.made), "label", "made"),
    "label input": lambda run, one: setattr(one(run.inputs), "label", "input"),
    "label parameter": lambda run, one: setattr(one(run.model.parameters()), "label", "p"),
    "copy": lambda run, one: run.made.append(copy.deepcopy(one(run.made))),
    "pickle": lambda run, one: run.made.append(pickle.loads(pickle.dumps(one(run.made)))),
    "replace weight": lambda run, one: run.replace(one, run.V(0.25)),
    "replace by computed": lambda run, one: run.replace(one, run.V(0.25) * 3.0),
}
CALLS = {
    "call": lambda run, one: run.call(run.fresh()),
    "call on numbers": lambda run, one: run.call(run.pick(one, [0.5, -1.5, 0.0])),
    "call on computed": lambda run, one: run.call([v * 2.0 + 0.1 for v in run.fresh()]),
    "call on old": lambda run, one: run.call(run.pick(one, run.inputs + run.made)),
    "share weight": lambda run, one: run.replace(one, one(run.model.parameters())),
}


class Run:
    """The Values and the model that a program has made so far, on one engine."""

    def __init__(self, nn, V, sizes, nonlin):
        self.nn, self.V, self.sizes, self.nonlin = nn, V, sizes, nonlin
        self.inputs, self.made = [V(0.5)], []
        self.new_model()

    def new_model(self):
        nin, *nouts = self.sizes
        if nouts:
            self.model = self.nn.MLP(nin, nouts, nonlin=self.nonlin)
        else:
            self.model = self.nn.Layer(nin, 3, nonlin=self.nonlin)

    def fresh(self):
        x = [self.V(0.9 - 0.4 * i - 0.1 * len(self.made)) for i in range(self.sizes[0])]
        self.inputs += x
        return x

    def pick(self, one, items):
        return [one(items) for _ in range(self.sizes[0])]

    def call(self, x):
        out = self.model(x)
        self.made += out if isinstance(out, list) else [out]

    def set(self, value, one):
        value.data = one([-1.5, 0.0, 0.3, 2.0])

    def replace(self, one, value):
        layer = one(self.model.layers) if self.sizes[1:] else self.model
        w = one(layer.neurons).w
        w[one(range(len(w)))] = value


def program_of(sizes, nonlin, steps):
    """Return the program of ``steps``: pairs of a step's name and the seed of its picks."""

    def program(nn, V):
        run = Run(nn, V, sizes, nonlin)
        for name, seed in steps:
            if name == "yield":
                yield run.made
            else:
                {**STEPS, **CALLS}[name](run, random.Random(seed).choice)
        yield [*run.made, *run.inputs, *run.model.parameters()]

    return program


def is_exact(steps):
    """True if no parameter and no input is used in several places."""
    return sum(name in CALLS for name, _ in steps) == 1 and steps[0][0] != "call on old"


names = [*STEPS, "yield", "backward", "backward of the last"]
picks = st.integers(0, 1000)
first = st.tuples(st.sampled_from(["call", "call on numbers", "call on computed"]), picks)
one_call = st.lists(st.tuples(st.sampled_from(names), picks), max_size=8)
many_calls = st.lists(st.tuples(st.sampled_from([*names, *CALLS, *CALLS]), picks), max_size=10)
layers = st.one_of(
    st.tuples(st.integers(1, 3)),  # a Layer
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(2, 4), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(2, 3), st.integers(2, 3), st.integers(1, 3)),
)


@given(layers, st.sampled_from(NONLINEARITIES), first, st.one_of(one_call, many_calls))
def test_programs_that_hypothesis_finds(sizes, nonlin, call, steps):
    steps = [call, *steps]
    assert_same(program_of(sizes, nonlin, steps), last_bits=not is_exact(steps))


nets = st.builds(
    lambda nin, hidden, nout: (nin, *hidden, nout),
    st.integers(1, 4),
    st.lists(st.integers(2, 4), max_size=2),
    st.integers(1, 3),
)
fifteen = st.lists(st.tuples(st.sampled_from([*names, *CALLS]), picks), min_size=15, max_size=15)


@given(nets, st.sampled_from(NONLINEARITIES), fifteen)
def test_longer_programs(sizes, nonlin, steps):
    assert_same(program_of(sizes, nonlin, [("call", 0), *steps]), last_bits=True)


def test_the_comparison_notices_an_extra_step():
    steps = [("call", 1), ("call on old", 2), ("backward", 3)]
    runs = []

    def program(nn, V):
        runs.append(nn)
        more = [("set parameter", 1)] if len(runs) == 2 else []
        yield from program_of((2, 3, 2), "tanh", [*more, *steps])(nn, V)

    with pytest.raises(AssertionError):
        assert_same(program, last_bits=True)
