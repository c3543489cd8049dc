"""Runs both engines side by side through random sequences of steps that hypothesis generates.

Values come in pairs, one of each engine. After every step the pairs must have the same data
and gradients, and at the end the same graphs. Reading a graph by _prev is a step of its own,
as it changes what the C engine stores.
"""

import copy
import gc
import math
import pickle
import random

from conftest import load_c_engine, load_python_engine
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from net_tools import graph
from trust_tools import size

from micrograd_c.parity.compare import bits
from micrograd_c.parity.programs import FORMS, INFIX, METHODS
from python_ref.core.ops import UNARY

ENGINES = load_c_engine(), load_python_engine()

numbers = (
    st.floats(-3, 3) | st.sampled_from((0.0, -0.0, 1e308, math.inf, math.nan)) | st.integers(-3, 3)
)
places = st.integers(0, 2**16)  # the index of a pair, modulo how many there are
UNARY_METHODS = [op.name for op in METHODS if op.kind == UNARY]


class Engines(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.pairs = []
        self.seed = 0
        self.do(lambda engine: engine.Value(0.5))

    def pick(self, place):
        return self.pairs[place % len(self.pairs)]

    def do(self, step, *operands):
        """Do a step on each engine; if the results are Values, they become a new pair."""
        results = []
        for i, engine in enumerate(ENGINES):
            try:
                result = step(engine, *(x[i] if isinstance(x, tuple) else x for x in operands))
                results.append(result)
            except Exception as error:  # the other engine must raise the same
                results.append(f"{type(error).__name__}: {error}")
        ours, theirs = results
        if isinstance(ours, ENGINES[0].Value):
            assert isinstance(theirs, ENGINES[1].Value), f"{ours} and {theirs}"
            self.pairs.append((ours, theirs))
        else:
            assert ours == theirs

    # --- building ---

    @rule(x=numbers)
    def leaf(self, x):
        self.do(lambda engine: engine.Value(x))

    @rule(symbol=st.sampled_from(sorted(INFIX)), a=places, b=places)
    def operator(self, symbol, a, b):
        self.do(lambda _, a, b: INFIX[symbol](a, b), self.pick(a), self.pick(b))

    @rule(symbol=st.sampled_from(sorted(INFIX)), a=places, x=numbers, first=st.booleans())
    def operator_with_number(self, symbol, a, x, first):
        call = INFIX[symbol]
        self.do(lambda _, a: call(x, a) if first else call(a, x), self.pick(a))

    @rule(name=st.sampled_from(UNARY_METHODS), a=places)
    def function(self, name, a):
        self.do(lambda _, a: FORMS[name].call(a), self.pick(a))

    @rule(a=places, b=places)
    def custom_operator(self, a, b):
        def double(engine, a, b):
            out = engine.Value(2 * a.data + b.data, (a, b), "mine")

            def _backward():
                a.grad += 2 * out.grad
                b.grad += out.grad

            out._backward = _backward
            return out

        self.do(double, self.pick(a), self.pick(b))

    @rule(a=places, b=places, which=st.integers(0, 1))
    def net(self, a, b, which):
        """Call a new net: after two calls of one net, its gradients may differ in last bits."""

        def call(engine, a, b):
            random.seed(self.seed)
            model = engine.nn.MLP(2, [2, 2], nonlin=("tanh", True)[self.seed % 2])
            return model([a.data, b.data])[which]

        self.seed += 1
        self.do(call, self.pick(a), self.pick(b))

    # --- changing ---

    @rule(a=places, x=numbers)
    def set_data(self, a, x):
        self.do(lambda _, a: setattr(a, "data", x), self.pick(a))

    @rule(a=places, x=numbers)
    def set_grad(self, a, x):
        self.do(lambda _, a: setattr(a, "grad", x), self.pick(a))

    @rule(a=places, label=st.sampled_from("abc"))
    def set_label(self, a, label):
        self.do(lambda _, a: setattr(a, "label", label), self.pick(a))

    @rule(a=places)
    def backward(self, a):
        self.do(lambda _, a: a.backward(), self.pick(a))

    @rule(a=places)
    def backward_step(self, a):
        self.do(lambda _, a: a._backward(), self.pick(a))

    @rule()
    def zero(self):
        for pair in self.pairs:
            self.do(lambda _, a: setattr(a, "grad", 0.0), pair)

    # --- copying, dropping, looking ---

    @rule(a=places)
    def deepcopy(self, a):
        self.do(lambda _, a: copy.deepcopy(a), self.pick(a))

    @rule(a=places, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
    def pickle(self, a, protocol):
        self.do(lambda _, a: pickle.loads(pickle.dumps(a, protocol)), self.pick(a))

    @precondition(lambda self: len(self.pairs) > 1)
    @rule(a=places, collect=st.booleans())
    def drop(self, a, collect):
        del self.pairs[a % len(self.pairs)]
        if collect:
            gc.collect()

    @rule(a=places, b=places)
    def look_at_prev(self, a, b):
        pair = self.pick(a)
        self.do(lambda _, a: len(a._prev), pair)
        if pair[0]._prev:
            self.do(lambda _, a: a._prev[b % len(a._prev)], pair)

    @rule(a=places)
    def look_at_graph(self, a):
        self.do(lambda _, a: as_text(graph([a])), self.pick(a))

    # --- comparing ---

    @invariant()
    def same_numbers(self):
        for ours, theirs in self.pairs:
            assert bits(ours.data) == bits(theirs.data)
            assert bits(ours.grad) == bits(theirs.grad)

    @invariant()
    def same_objects(self):
        ours, theirs = zip(*self.pairs)
        assert [ours.index(x) for x in ours] == [theirs.index(x) for x in theirs]

    def teardown(self):
        ours, theirs = zip(*self.pairs)
        assert as_text(graph(ours)) == as_text(graph(theirs))


def as_text(nodes):
    return [
        (op, label, bits(data), bits(grad), operands) for op, label, data, grad, operands in nodes
    ]


TestEngines = Engines.TestCase
TestEngines.settings = settings(
    deadline=None, max_examples=size(100, 400), stateful_step_count=size(40, 80)
)
