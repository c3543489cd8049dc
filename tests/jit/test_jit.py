"""jit: values and gradients equal those of eager programs, for all operators and graph shapes."""

import random

import numpy as np
import pytest
from jit_tools import ROWS, batch, hinge, using_kernels
from memory_tools import collect

from micrograd_c import functional, jit, losses, where
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from micrograd_c.parity.compare_jit import KERNELS
from python_ref.core.ops import BINARY, OPS

ON_ROWS = {
    "log": lambda x: (x * x + 0.1).log(),
    "log1p": lambda x: (x * x).log1p(),
    "sqrt": lambda x: (x * x + 0.1).sqrt(),
    "log2": lambda x: (x * x + 0.1).log2(),
    "log10": lambda x: (x * x + 0.1).log10(),
    "acosh": lambda x: (x * x + 1.1).acosh(),
    "atanh": lambda x: (x.tanh() * 0.9).atanh(),
    "lgamma": lambda x: (x * x + 0.1).lgamma(),
    "digamma": lambda x: (x * x + 0.1).digamma(),
    "polygamma": lambda x: (x * x + 0.1)._apply_k("polygamma", 2.0, "polygamma"),
    "hypot": lambda x: x.hypot(x * x - 1),
    "asin": lambda x: (x * 0.1).asin(),
    "acos": lambda x: (x * 0.1).acos(),
    "pow_k": lambda x: (x * x + 0.1) ** 1.5,
    "pow": lambda x: (x * x + 0.1) ** (x + 1),
    "atan2": lambda x: x.atan2(x * x + 1),
    "leaky_relu": lambda x: x.leaky_relu(0.2),
    "add": lambda x: x + x * 2,
    "mul": lambda x: x * (x + 1),
    "maximum": lambda x: x.maximum(0.3),
    "minimum": lambda x: x.minimum(x * x),
    "if_positive": lambda x: where(x, x * x, 3.0),
    "if_not_positive": lambda x: where(-x, 3.0, x * x),
    "divide": lambda x: x._apply_two("divide", x * x + 1),
    "scale": lambda x: x._apply_two("scale", x + 2),
    "less": lambda x: where(x < 0.3, x * x, 3.0 * x),
    "less_equal": lambda x: where(0.3 >= x, x * x, 3.0 * x),
}


@pytest.mark.parametrize("name", OPS)
def test_operator(name, kernels):
    if OPS[name].kind == BINARY:
        f = ON_ROWS.get(name) or (lambda x: getattr(x, name)(x * x + 1))
    else:
        f = ON_ROWS.get(name) or (lambda x: getattr(x, name)())
    w = Value(0.7)
    for n in ROWS:
        jit(lambda x: f(x * w) * w).check(*batch(n, None))


@pytest.mark.parametrize("name", [name for name, op in OPS.items() if len(op.derivatives) == 2])
def test_operator_of_a_row_and_a_uniform_value(name):
    x, y = batch(23, None, None)
    w = Value(0.7)
    for f in (
        lambda x: (x * x + 0.1)._apply(name, w * 2),
        lambda x: (x * x + w)._apply(name, w) + where(w, x, 1).exp()._apply(name, x * x * w),
        lambda x: where(x, w, w * w) + where(w, x, w),
    ):
        jit(f).check(x)


@pytest.mark.parametrize("n", ROWS)
@pytest.mark.parametrize("sizes", [[1], [4, 1], [16, 16, 1], [5, 7, 3, 1], [33, 2, 1], [70, 9, 1]])
def test_net(n, sizes, kernels):
    random.seed(n)
    hinge(MLP(3, sizes)).check(*batch(n, 3, None))


def test_layer_of_constants(kernels):
    ws = [Value(0.5), Value(-2.0), Value(1.0)]

    def neuron(j, inputs):
        return sum((0.1 * (i - j) * x for i, x in enumerate(inputs)), Value(0.3 * j)).relu()

    def f(x):
        inputs = [w * v for w, v in zip(ws, x)]
        return sum(neuron(j, inputs) for j in range(9))

    jit(f).check(*batch(33, 3))


# Functions that subtract the largest value, which is a different one in each row.
SHIFTED = {
    "logsumexp": lambda x, y: functional.logsumexp(x),
    "of Values and numbers": lambda x, y: functional.logsumexp([x[0] * x[1], 0.5, x[2]]),
    "softmax": lambda x, y: functional.softmax(x)[1],
    "cross_entropy of a class": lambda x, y: losses.cross_entropy(x, y),
    "cross_entropy of class 1": lambda x, y: losses.cross_entropy(x, 1),
    "cross_entropy of a distribution": lambda x, y: losses.cross_entropy(x, [0.2, 0.5, 0.3]),
}


@pytest.mark.parametrize("f", SHIFTED.values(), ids=SHIFTED)
def test_functions_that_subtract_the_largest_value(f, jit_engine):
    random.seed(1)
    model = MLP(3, [4, 3], nonlin="tanh")
    x = np.vstack([batch(20, 3)[0], [[1e3, -1e3, 0.0], [-800.0, -900.0, -1e3]]])
    y = np.arange(len(x)) % 3
    loss = jit(lambda x, y: f(model(x), y))
    loss.check(x, y)
    jit(lambda x, y: f(x, y)).check(x, y)
    eager = [f([Value(v) for v in row], Value(float(k))).data for row, k in zip(x, y)]
    assert jit(f, math="libm")(x, y).tolist() == eager
    assert jit(f)(x, y).tolist() == pytest.approx(eager, rel=1e-14)


def test_logsumexp_of_infinite_values():
    x = np.array([[np.inf, 1.0], [-np.inf, 0.5], [-np.inf, -np.inf], [np.inf, -np.inf]])
    assert jit(functional.logsumexp)(x).tolist() == [np.inf, 0.5, -np.inf, np.inf]


def test_detach():
    w = Value(3.0)
    assert jit(lambda x: (w * x).detach() * w).backward([2.0]) == 18.0
    assert w.grad == 6.0


def test_one_instruction_for_each_layer(capsys):
    model = MLP(2, [16, 16, 1])
    loss = hinge(model)
    loss(*batch(3, 2, None))
    loss.explain()
    text = capsys.readouterr().out
    assert text.count("layer(") == 3
    assert text.count("dot(") == 1  # the sum of squares


def test_a_squared_error_leaves_layers_whole(capsys):
    model = MLP(3, [5, 4])
    loss = jit(lambda x, y: sum((a - b) ** 2 for a, b in zip(model(x), y)))
    loss.check(*batch(21, 3, 4))
    loss.explain()
    assert capsys.readouterr().out.count("layer(") == 2


def test_values_equal_eager_ones_bit_for_bit(jit_engine):
    random.seed(1)
    model = MLP(3, [8, 2])
    x = batch(20, 3)[0]
    eager = [[out.data for out in model(row)] for row in x]
    assert jit(model)(x).tolist() == eager


def chain(x, y):
    """Yield sums and products in every order that the compiler may fuse."""
    a, b, c = (Value(v) for v in (0.3, -1.2, 2.0))
    yield lambda: a * x + b * y  # a sum of products alone
    yield lambda: x * a + (b + y * c)  # the sum on the right
    yield lambda: (x * y + a) + (x * a + y * b + c * x)
    yield lambda: sum([x, y, x * y, a, b, x], 0)
    yield lambda: x + y + a + x + b
    yield lambda: x * x + x * x + x * x
    yield lambda: a * b + b * c + x
    yield lambda: (x * a + y * b + c) * (x * a + y * b + c)
    yield lambda: sum([w * v for w, v in ((x, y), (a, x), (y, b), (b, c))], x)


@pytest.mark.parametrize("i", range(9))
def test_sums_and_products(i, kernels):
    held = []

    def f(x, y):
        if not held:
            held.append(None)
        return list(chain(x, y))[i]()

    jit(f).check(*batch(23, None, None))


@pytest.mark.parametrize("places", [[0, 1, 2, 3], [3, 0, 2, 1], [0, 1, 1, 3], [0, 2, 3], [1] * 4])
def test_sums_of_squares_of_parameters(places):
    """All of them in any order, one of them twice, one left out: C has a backward of its own."""
    parameters = [Value(0.5 + i) for i in range(4)]
    loss = jit(lambda x: x * parameters[0] + sum(parameters[i] * parameters[i] for i in places))
    loss.check([1.0, 2.0])
    loss.backward([1.0, 2.0])
    for i, p in enumerate(parameters):
        assert p.grad == 2 * p.data * places.count(i) + (1.5 if i == 0 else 0.0)


def test_shared_weights_and_inputs():
    w = [Value(v) for v in (0.5, -0.25, 1.5)]
    b = Value(0.1)

    def f(x):
        first = [sum((wi * xi for wi, xi in zip(w, x)), b).tanh() for _ in range(3)]
        second = [sum((wi * xi for wi, xi in zip(w, first)), w[0]) for _ in range(2)]
        third = [sum((wi * 2 * xi for wi, xi in zip(w, [second[0]] * 3)), b) for _ in range(4)]
        return functional.total(third) * w[1] + x[0] * b

    jit(f).check(*batch(23, 3))


@pytest.mark.parametrize("seed", range(20))
def test_random_graph(seed, kernels):
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-1, 1)) for _ in range(8)]

    def f(x, y):
        rng.seed(seed)
        nodes = [*x, y, *parameters, 0.5]
        for _ in range(150):
            a, b = rng.choice(nodes), rng.choice(nodes)
            if isinstance(a, float):
                a = parameters[0]
            made = [a + b, a * b * 0.5, a.tanh(), a.relu()]
            nodes.append(rng.choices(made, [3, 3, 1, 1])[0])
        return functional.total(nodes[-20:]) * 0.1

    jit(f).check(*batch(rng.choice(ROWS), 3, None, seed=seed))


# The second net has a layer with more inputs than the kernels process at a time.
@pytest.mark.parametrize("sizes", [[9, 4, 1], [70, 17, 1]])
def test_same_bits_with_all_kernels_and_threads(sizes):
    from micrograd_c import optim

    x, y = batch(1000, 3, None)
    results = set()
    for name in KERNELS:
        for threads in (1, 2, 3):
            random.seed(5)
            model = MLP(3, sizes)
            sgd = optim.SGD(model.parameters(), lr=0.1)
            with using_kernels(name):  # if this machine cannot run them, the best ones are used
                means = hinge(model).fit(x, y, optimizer=sgd, epochs=3, threads=threads)
            results.add((*means, *(p.data for p in model.parameters())))
    assert len(results) == 1


def test_parameters_are_read_at_each_run(jit_engine):
    w = Value(2.0)
    f = jit(lambda x: w * x)
    assert f([1.0, 3.0]).tolist() == [2.0, 6.0]
    w.data = -1.0
    assert f([1.0, 3.0]).tolist() == [-1.0, -3.0]


def test_backward_adds_to_grad(jit_engine):
    w, outside = Value(2.0), Value(1.0)
    w.grad = 10.0
    f = jit(lambda x, y: (w * x - y) ** 2)
    assert f.backward([1.0, 2.0], [3.0, 3.0]) == 1.0
    assert w.grad == 11.0
    assert outside.grad == 0.0


def test_output_that_depends_on_no_argument(jit_engine):
    w = Value(3.0)
    f = jit(lambda x: w * w)
    assert f([1.0, 2.0]).tolist() == [9.0, 9.0]
    assert f.backward([1.0, 2.0]) == 9.0
    assert w.grad == 6.0


def test_output_that_is_an_argument_or_a_parameter(jit_engine):
    w = Value(3.0)
    f = jit(lambda x: (x, w, x + w, 4.0))
    assert f([1.0, 2.0]).tolist() == [[1.0, 3.0, 4.0, 4.0], [2.0, 3.0, 5.0, 4.0]]
    jit(lambda x: w).backward([1.0])
    assert w.grad == 1.0


def test_value_computed_before_the_trace_is_recomputed():
    a, b = Value(2.0), Value(3.0)
    c = a * b
    f = jit(lambda x: c * x)
    f.backward([1.0, 3.0])
    assert (a.grad, b.grad) == (6.0, 4.0)
    a.data = 5.0
    assert f([1.0]).tolist() == [15.0]


def test_a_new_width_makes_a_new_trace(jit_engine):
    traced = []

    def f(x):
        traced.append(len(x))
        return functional.total(x)

    f = jit(f)
    assert f(np.ones((2, 3))).tolist() == [3.0, 3.0]
    assert f(np.ones((2, 5))).tolist() == [5.0, 5.0]
    assert {3, 5} <= set(traced)


def test_program_keeps_its_parameters():
    def make():
        w = Value(2.0)
        return jit(lambda x, w=w: w * x)

    f = make()
    f([1.0])
    f._function = None
    assert f([4.0]).tolist() == [8.0]


def test_no_node_or_block_is_left():
    from micrograd_c._native import lib

    from micrograd_c._c.value import live_nodes

    model, arrays = MLP(2, [4, 1]), batch(40, 2, None)

    def left():
        hinge(model).backward(*arrays)
        collect()
        return live_nodes(), lib.mg_live_blocks()

    once = left()  # includes what the library keeps for reuse
    assert left() == once


def test_every_failed_allocation_is_a_memory_error():
    from micrograd_c._native import lib

    model = MLP(2, [3, 1])
    arrays = batch(20, 2, None)
    model.zero_grad()
    for nth in range(1, 200):
        loss = hinge(model)
        lib.mg_fail_allocation(nth, 0)
        try:
            loss.backward(*arrays)
        except MemoryError:
            assert all(p.grad == 0.0 for p in model.parameters())
            continue
        finally:
            lib.mg_fail_allocation(0, 0)
        break
    assert nth > 10
    assert any(p.grad != 0.0 for p in model.parameters())


def test_long_chain():
    w, b = Value(0.999), Value(0.001)

    def f(x):
        for _ in range(50_000):
            x = x * w + b
        return x

    jit(f).check([0.5, 0.25])
