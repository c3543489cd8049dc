"""Each allocation of a call fails in turn: MemoryError, the graph is unchanged, nothing leaks.

A case makes its Values and returns them with the work to do. The work is run with the first
allocation failing, then the second, and so on: once only that allocation fails, once also all
later ones. Then it is run with room for no new node, for one, for two, and so on, until nothing
fails. test_nets_no_memory.py tests calls of nets, tests/c the C functions alone.
"""

import copy
import gc
import pickle
import random

import numpy as np
import pytest
from memory_tools import SLOW, collect
from micrograd_c._native import lib
from net_tools import graph
from trust_tools import size

from micrograd_c import functional, jit, nn, optim
from micrograd_c._c import pinning
from micrograd_c._c.node import mg_leaf, mg_total
from micrograd_c.engine import Value

# How many allocations succeed before one fails; the last is more than any case needs.
COUNTS = [*range(8), *range(8, 500, size(9, 1))]
if SLOW:
    COUNTS = [0, 1, 2, 5, 12, 30, 80, 200, 499]
CHUNK = 2**14  # C allocates nodes in blocks of this many
pytestmark = pytest.mark.usefixtures("few_free_nodes")
ROWS = np.array([[0.5, -1.0], [2.0, 1.0], [0.25, 0.75]])


def leaves(n=3):
    return [Value(0.5 + i) for i in range(n)]


# --- the cases: each returns its Values, which must not change, and the work ---------------


def build():
    return [], lambda: [Value(1.0)]


def build_with_operands():
    x = leaves()
    return x, lambda: [Value(1.0, x, "mine", "label")]


def build_with_local_gradients():
    x = leaves()
    return x, lambda: [Value(1.0, x, (0.5, 2.0, -1.0)) * 2]


def release_operands():
    a, b, _ = x = leaves()

    def work():
        y = (a * b).tanh()
        y._prev = ()
        return [y]

    return x, work


def operators():
    a, b, c = x = leaves()
    return x, lambda: [((a * b + c) / b - a**2 + 3 * a**b).tanh().maximum(c).leaky_relu(0.1)]


def operators_on_labelled():
    a, b, c = x = leaves()
    a.label = "a"
    return x, lambda: [(a * b + c) / a - 2**a]


def label():
    a, b, _ = x = leaves()
    y = a * b
    return [*x, y], lambda: setattr(a, "label", "a")


def late_attribute():
    x = leaves()
    y = x[0] * x[1]
    z = (y + x[2]).tanh() * 3

    def work():
        y.note = ["y"]
        pinning.resolve_pending()

    return [*x, z], work


def total():
    x = leaves()
    return x, lambda: [functional.total(x)]


def mean():
    x = leaves()
    return x, lambda: [functional.mean(x)]


def dot():
    x, w = leaves(), leaves()
    return [*x, *w], lambda: [functional.dot(w, x, x[0])]


def logsumexp():
    x = leaves()
    return x, lambda: [functional.logsumexp(x)]


def softmax():
    x = leaves()
    return x, lambda: functional.softmax(x)


def log_softmax():
    x = leaves()
    return x, lambda: functional.log_softmax(x)


def normalized():
    x = leaves()
    return x, lambda: [*functional.rms_norm(x), *functional.layer_norm(x, x, x)]


def linear():
    x, w = leaves(), leaves()
    return [*x, *w], lambda: functional.linear(x, [w, x], w[:2])


def linear_and_backward():
    x, w = leaves(), leaves()
    y = functional.linear([v * v for v in x], [w, x])
    root = sum(y)
    return [*x, *w, root], root.backward


def set_data():
    x = leaves()
    return x, lambda: functional.set_data(x, np.ones(3))


def backward():
    a, b, c = x = leaves()
    y = (a * b + c).tanh()
    return [*x, y], y.backward


def custom_backward():
    a, _, _ = x = leaves()
    y = Value(3.0, x, "mine")
    y._backward = lambda: setattr(a, "grad", a.grad + 2 * y.grad)
    root = (y * a).tanh() + y
    return [*x, y, root], root.backward


def new_net():
    return [], lambda: nn.MLP(2, [3, 1]).parameters()


def layer_of_leaves():
    model = nn.MLP(2, [3, 1])
    return model.parameters(), lambda: [model([Value(1.0), Value(2.0)])]


def deepcopy():
    a, b, c = x = leaves()
    y = (a * b + c).tanh()
    y.label = "y"
    return [*x, y], lambda: [copy.deepcopy(y)]


def dumps():
    a, b, c = x = leaves()
    y = (a * b + c).tanh()
    return [*x, y], lambda: pickle.dumps(y) and None


def loads():
    text = pickle.dumps((lambda a, b, c: (a * b + c).tanh())(*leaves()))
    return [], lambda: [pickle.loads(text)]


def compiled(what):
    """A jitted mean square, traced anew; its parameters are the Values to compare."""
    model = nn.MLP(2, [3, 1], nonlin="tanh")
    f = jit(lambda x: model(x) ** 2)
    return model.parameters(), lambda: what(f, model)


def jit_forward():
    return compiled(lambda f, model: f(ROWS) is None)


def jit_backward():
    return compiled(lambda f, model: f.backward(ROWS))


def jit_fit():
    fit = {"epochs": 1, "batch_size": 3}  # one call of C
    return compiled(lambda f, model: f.fit(ROWS, optimizer=optim.Adam(model.parameters()), **fit))


def jit_fit_with_threads():
    fit = {"epochs": 1, "batch_size": 3, "threads": 2}
    return compiled(lambda f, model: f.fit(ROWS, optimizer=optim.SGD(model.parameters()), **fit))


def optimizer_step():
    model = nn.MLP(2, [3, 1])
    optimizer = optim.AdamW(model.parameters(), lr=0.1, amsgrad=True)
    return model.parameters(), optimizer.step


CASES = [
    build, build_with_operands, build_with_local_gradients, release_operands, operators,
    operators_on_labelled, label, late_attribute, total,
    mean, dot, logsumexp, softmax, log_softmax, normalized, linear, linear_and_backward, set_data,
    backward, custom_backward, new_net, layer_of_leaves,
    deepcopy, dumps, loads, jit_forward, jit_backward, jit_fit, jit_fit_with_threads,
    optimizer_step,
]  # fmt: skip


# --- how they are run ---------------------------------------------------------------------


def made_by(case):
    random.seed(1337)
    roots, work = case()

    def seeded_work():
        random.seed(1)
        return work()

    return roots, seeded_work


def graphs_of(roots, result):
    values = result if isinstance(result, list) else []
    return graph([*roots, *(x for x in values if isinstance(x, Value))])


def take_free_nodes(room):
    """Take all free nodes but ``room``; return the roots that hold those that were taken."""
    spare = [mg_leaf(0.0) for _ in range(room)]
    roots, one = [], mg_leaf(0.0)
    lib.mg_fail_allocation(1, True)
    for n in [2**i - 1 for i in range(14, -1, -1)]:  # a sum of n terms takes 2**i nodes
        roots += iter(lambda n=n: mg_total([one._mg_id] * n, n), None)
    lib.mg_fail_allocation(0, False)
    spare.clear()
    return [one, *roots]


def blocks_without_chunks():
    """Return the number of live blocks, without those of nodes, which are never freed."""
    nodes, taken = lib.mg_live_nodes(), take_free_nodes(0)
    chunks, rest = divmod(lib.mg_live_nodes() + 1, CHUNK)  # there is no node 0
    assert rest == 0 and lib.mg_live_nodes() > nodes
    taken.clear()
    return lib.mg_live_blocks() - chunks


def goes_through(case, nth, forever, room=None):
    """Run the work; True if it succeeds.

    Checks the results if it succeeds, and otherwise that nothing changed.
    """
    roots, work = made_by(case)
    collect()  # earlier attempts may have left cycles
    nodes = lib.mg_live_nodes()
    taken = [] if room is None else take_free_nodes(room)
    result, failed = None, False
    lib.mg_fail_allocation(nth, forever)
    try:
        result = work()
    except MemoryError as error:
        assert "no memory" in str(error)
        failed = True
    finally:
        lib.mg_fail_allocation(0, False)
        taken.clear()
    if failed:
        collect()
        assert lib.mg_live_nodes() == nodes
    expected_roots, expected_work = made_by(case)
    if failed:
        assert graph(roots) == graph(expected_roots)
        result = work()  # the Values are still usable
    assert graphs_of(roots, result) == graphs_of(expected_roots, expected_work())
    return not failed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_no_memory(case):
    goes_through(case, 0, False)
    collect()
    if hasattr(gc, "freeze"):  # not on PyPy
        gc.freeze()  # objects of other tests would make each collection slow
    nodes, blocks = lib.mg_live_nodes(), blocks_without_chunks()

    def first(attempts):
        """Return the number of the first attempt that succeeds."""
        n = next(n for n, through in attempts if through)
        collect()
        assert lib.mg_live_nodes() == nodes
        return n

    once = first((n, goes_through(case, n + 1, False)) for n in COUNTS)
    always = first((n, goes_through(case, n + 1, True)) for n in COUNTS)
    room = first((n, goes_through(case, always + 1, True, n)) for n in COUNTS)
    assert blocks_without_chunks() == blocks
    assert (once + always + room > 0) == (case not in (label, set_data, backward, dumps))
