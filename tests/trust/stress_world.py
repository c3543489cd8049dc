"""The state that the actions of ``stress.py`` work on: a ``World`` is one thread's Values.

Each number is used once only, as the data and the label of one Value, so that a Value with
another Value's number is noticed wherever it is read. Before a Value's data changes, its label
is removed: a reader that finds the same label before and after reading the data knows that
the data belong to it.
"""

import itertools
import random
import threading
import weakref
from collections import deque

import numpy as np

from micrograd_c import jit, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from python_ref.core.tracing import current_trace

ACTIONS = {}
numbers = map(float, itertools.count(1))  # each is used once, by whichever thread takes it
MANY, DEEP = 40, 12
ROWS = np.linspace(-1.0, 1.0, 37)


class Planned(Exception):
    """The exception that finalizers here raise on purpose, which Python can only print."""


def action(weight=1):
    def note(function):
        ACTIONS[function.__name__] = function, weight
        return function

    return note


def check(v):
    """Assert that a Value shows its own number, unless another thread is just changing it."""
    label = v.label
    data = v.data
    if label and label == v.label:
        assert float(label) == data, f"another Value's number: {label} is {data}"


class Mine(Value):
    """A subclass that stores its number once more, and whose finalizer does not call Value's."""

    def __init__(self, data):
        super().__init__(data, label=repr(data))
        self.number = data

    def __del__(self):
        if vars(self).get("number") is not None:
            assert self.number == self.data, "another Value's number in a finalizer"
            self * 2.0


class Finalizer:
    """An attribute whose finalizer uses the Value that has it, and other Values."""

    lock, v, what = threading.RLock(), None, ""  # for an instance that a copy left without them

    def __init__(self, world, v, what):
        self.lock, self.v, self.me, self.what = world.shared.lock, weakref.ref(v), self, what

    def __del__(self):
        v = self.v and self.v()
        with self.lock:
            if v is not None:
                check(v)
                for operand in v._prev:
                    check(operand)
                if not current_trace():  # a collection may have started while jit traces
                    (v * 2.0).backward()
            (Value(next(numbers)) * 2.0)._prev[0].label = "0"[:0]
        if self.what == "raise":
            raise Planned


class Shared:
    """The objects that all threads use and change."""

    def __init__(self):
        self.lock = threading.RLock()
        self.given = deque()
        self.halves = [Value(0.5) for _ in range(30)]  # initialised again, but always as 0.5
        self.params = [Value(0.5) for _ in range(30)]
        self.adam = optim.Adam(self.params, lr=1e-3)
        self.saved = self.adam.state_dict()
        p, q = self.params[:2]
        self.loss = jit(lambda x: (p * x - q) ** 2)
        self.net = MLP(3, [4, 2], nonlin="tanh")


class World:
    def __init__(self, shared, seed):
        self.shared, self.rng = shared, random.Random(seed)
        self.slots = []  # of (Value, its number, depth); no Value is in two worlds
        self.refs, self.nets, self.jits = [], [], []
        self.counts = dict.fromkeys(ACTIONS, 0)
        self.names = [name for name, (_, n) in ACTIONS.items() for _ in range(n)]

    def act(self):
        name = self.rng.choice(self.names)
        self.counts[name] += 1
        ACTIONS[name][0](self)
        del self.slots[MANY:], self.refs[MANY:], self.nets[2:], self.jits[2:]

    def add(self, v, number, depth=0):
        if not v.label:
            v.label = repr(number)
        slot = v, number, depth
        check(v)
        assert v.data == number, (v.data, number)
        self.slots.insert(self.rng.randrange(len(self.slots) + 1), slot)

    def leaf(self):
        number = next(numbers)
        kind = self.rng.choice((float, int, np.float64))
        return Value(kind(number), label=self.rng.choice(("", repr(number)))), number, 0

    def some(self):
        return self.rng.choice(self.slots) if self.slots else self.leaf()

    def taken(self):
        """Remove a slot and return it; if the action is interrupted, the slot is lost."""
        return self.slots.pop(self.rng.randrange(len(self.slots))) if self.slots else self.leaf()
