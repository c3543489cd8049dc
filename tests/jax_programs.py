"""Functions to differentiate by JAX and by micrograd_c, and JAX's answers.

Each function takes a namespace of operators first: ``jax_operators()`` or that of the tests.
``answers`` computes in a process of its own, because JAX starts threads, which a fork by another
test would not survive, and warns of forks ever after.
"""

import pickle
import random
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Callable, NamedTuple

# --- functions of numbers, lists, tuples and dicts ------------------------------------


class Program(NamedTuple):
    function: Callable  # (operators, *args) -> a number, or a list, tuple or dict of numbers
    args: tuple


def black_scholes(m, spot, strike, years, rate, sigma):
    width = sigma * years**0.5
    d1 = (m.log(spot / strike) + (rate + sigma * sigma / 2) * years) / width
    discount = m.exp(-rate * years)
    return spot * normal(m, d1) - strike * discount * normal(m, d1 - width)


def normal(m, x):
    return 0.5 * (1 + m.erf(x / 2**0.5))


def tree(m, t, scale):
    first, (second, third) = t["a"]
    return m.tanh(first * second) * third + scale * m.sin(t["b"]["c"]) ** 2 * first


def kinks(m, p):
    return m.maximum(p[0], p[1] * p[2]) * m.minimum(p[0] ** 2, 3.0 * p[1]) + m.relu(p[2] * p[0])


def branches(m, x, y):
    return m.where(x < y, x**3 * y, m.exp(y)) + m.where(x * y > 10.0, m.log(x), m.sin(x * y))


def softmax_entropy(m, p):
    probabilities = m.softmax(p)
    return -m.total([q * m.log(q) for q in probabilities])


def every_function(m, x, y):
    """The functions with derivatives for all x and y, each of another argument."""
    z = m.tanh(x) * m.sigmoid(y) + m.softplus(x * y) + m.atan(x - y) + m.erf(x * 0.5)
    z = z + m.atan2(y, 2.0 + x) + m.sinh(x) * m.cosh(y) + m.expm1(x * 0.3) * m.cos(y)
    inside = m.tanh(x * y)
    z = z + m.asin(inside) * m.acos(0.5 * inside) + m.tan(inside) + m.log1p(x * x) * m.abs(y)
    return z + m.sqrt(1 + y * y) + (1 + x * x) ** y


SINGLE = {
    "every function": Program(every_function, (0.7, -1.2)),
    "black_scholes": Program(black_scholes, (100.0, 95.0, 0.5, 0.03, 0.2)),
    "rosenbrock": Program(
        lambda m, p: m.total([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(p, p[1:])]),
        ([-1.2, 1.0, 0.3, 2.1],),
    ),
    "tree": Program(tree, ({"a": [0.4, (1.3, -0.8)], "b": {"c": 2.2}}, 1.7)),
    "kinks": Program(kinks, ([0.9, 1.4, 0.3],)),
    "branches": Program(branches, (0.8, 1.7)),
    "other branches": Program(branches, (4.0, 3.5)),
    "quotients and powers": Program(lambda m, x, y: x / y - y**-2 + 2.0**x + x**y, (1.4, 0.6)),
    "softmax": Program(softmax_entropy, ([0.2, -1.0, 0.7],)),
    "logsumexp": Program(lambda m, p: m.logsumexp([2 * x for x in p]) ** 2, ([0.2, -1.0, 0.7],)),
    "dot": Program(
        lambda m, w, x: m.dot(w, [m.sin(v) for v in x]) ** 2, ([0.2, -1.0], [0.7, 1.1])
    ),
    "mse_loss": Program(lambda m, p: m.mse_loss(m.softmax(p), [1.0, 0.5, 0.0]), ([1.0, 0.2, 0.7],)),
    "hinge_loss": Program(lambda m, p: m.hinge_loss([x**3 for x in p], [1, -1]), ([0.5, 0.4],)),
    "binary cross entropy": Program(
        lambda m, p: m.binary_cross_entropy_with_logits([p[0] * p[1], p[1]], [1, 0]), ([0.5, 1.4],)
    ),
    "cross_entropy": Program(
        lambda m, p: m.cross_entropy([m.sin(p[0]), p[1] * p[0], p[2]], 1), ([0.5, 1.4, -0.3],)
    ),
    "no dependence": Program(lambda m, x, y: x * x, (1.5, 2.0)),
}  # fmt: skip
THIRD = ("every function", "tree")  # those whose third derivatives are compared

SEVERAL = {
    "list": Program(lambda m, p: [p[0] * p[1], m.exp(p[0]), m.sin(p[1])], ([0.5, 1.1],)),
    "dict": Program(
        lambda m, x, p: {"a": x * p[0], "b": (m.tanh(p[1] * x), p[0] ** 2)}, (0.7, [1.2, 0.4])
    ),
    "softmax": Program(lambda m, p: m.softmax([x * x for x in p]), ([0.2, -1.0, 0.7],)),
    "polar": Program(
        lambda m, r, phi: (r * m.cos(phi), r * m.sin(phi)), (1.3, 0.4)
    ),
}  # fmt: skip


def like(tree, rng):
    """A tree of random numbers with the structure of ``tree``."""
    if isinstance(tree, dict):
        return {key: like(branch, rng) for key, branch in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(like(branch, rng) for branch in tree)
    return rng.uniform(-2.0, 2.0)


# --- functions of rows, for jit and jax.vmap -------------------------------------------

ROWS = {  # (operators, a row of 3, a number) -> one number
    "smooth": lambda m, p, s: m.tanh(p[0] * s) * p[1] ** 2 + m.exp(p[2] * p[0]),
    "branches": lambda m, p, s: m.where(p[0] < s, p[0] * p[1], m.sin(p[2]) * s * s),
    "atan2": lambda m, p, s: m.atan2(p[0] * s, p[1]) * m.sqrt(1 + p[2] ** 2),
    "logsumexp": lambda m, p, s: m.logsumexp([p[0] * s, p[1], p[2] * p[0]]) * s,
}


def row_vector(m, p, s):
    return m.stack([p[0] * p[1], m.sin(p[2]) * s])


def rows():
    """A batch of 5: rows of 3, and a number each."""
    rng = random.Random(8)
    return (
        [[rng.uniform(-1.5, 1.5) for _ in range(3)] for _ in range(5)],
        [rng.uniform(0.3, 1.5) for _ in range(5)],
    )


def of_rows(d, m):
    """Derivatives to take of a batch. ``d`` has grad and so on, JAX's or ours."""
    made = {}
    for name, function in ROWS.items():
        f = partial(function, m)
        made[f"{name}, value_and_grad"] = d.value_and_grad(f, argnums=(1, 0))
        made[f"{name}, hessian of both"] = d.hessian(f, (0, 1))
    f = partial(ROWS["smooth"], m)
    made["grad"] = d.grad(f)
    made["grad of both"] = d.grad(f, (0, 1))
    made["grad of the number"] = d.grad(f, 1)
    made["value and grad of the number"] = d.value_and_grad(f, 1)
    made["hessian"] = d.hessian(f)
    made["third"] = d.jacobian(d.hessian(f))
    made["jvp"] = lambda p, s: d.jvp(f, (p, s), (p, s))
    made["vjp"] = lambda p, s: d.vjp(f, p, s)[1](s)
    made["hvp"] = lambda p, s: d.hvp(f, (p, s), (p, s))
    v = partial(row_vector, m)
    made["vector, jacobian"] = d.jacobian(v)
    made["vector, jacobian of both"] = d.jacobian(v, (1, 0))
    made["vector, second"] = d.jacobian(d.jacobian(v))
    made["vector, jvp"] = lambda p, s: d.jvp(v, (p, s), (p, s))
    made["vector, vjp"] = lambda p, s: d.vjp(v, p, s)[1](v(p, s))
    made["gradient inside"] = d.grad(
        lambda p, s: d.grad(lambda t: m.sin(t * p[0]) * p[1])(s) ** 2 * p[2]
    )
    return made


# --- a net -------------------------------------------------------------------------------


def net_weights():
    """Rows of weights, with the bias last, for layers of 2 -> 4 -> 3 -> 1; and inputs."""
    rng = random.Random(11)
    sizes = [2, 4, 3, 1]
    layers = [
        [[rng.uniform(-1, 1) for _ in range(a + 1)] for _ in range(b)]
        for a, b in zip(sizes, sizes[1:])
    ]
    return layers, [0.4, -0.9]


def net(m, layers, x):
    """tanh of affine layers; the last is linear."""
    for i, layer in enumerate(layers):
        x = [m.dot(row[:-1], x) + row[-1] for row in layer]
        x = [m.tanh(v) for v in x] if i < len(layers) - 1 else x
    return x[0]


def gradient_penalty(d, m):
    """A loss with the slope of the net by its input inside."""

    def loss(layers, x):
        slopes = d.grad(lambda x: net(m, layers, x))(x)
        return m.dot(slopes, slopes) + net(m, layers, x) ** 2

    return loss


# --- JAX -----------------------------------------------------------------------------------


SAME_NAMES = (
    "abs", "cos", "cosh", "exp", "expm1", "log", "log1p", "maximum", "minimum", "sin", "sinh",
    "sqrt", "tan", "tanh", "where",
)  # fmt: skip


def jax_operators():
    import jax
    import jax.numpy as np

    def stacked(function):
        return lambda *lists: function(*map(np.stack, lists))

    def listed(function):
        return lambda *lists: list(function(*map(np.stack, lists)))

    def cross_entropy(logits, target):
        return jax.nn.logsumexp(np.stack(logits)) - logits[target]

    return SimpleNamespace(
        **{name: getattr(np, name) for name in SAME_NAMES},
        asin=np.arcsin, acos=np.arccos, atan=np.arctan, atan2=np.arctan2, erf=jax.scipy.special.erf,
        relu=jax.nn.relu, sigmoid=jax.nn.sigmoid, softplus=jax.nn.softplus, total=sum,
        stack=np.stack, dot=stacked(np.dot), softmax=listed(jax.nn.softmax),
        logsumexp=stacked(jax.nn.logsumexp), cross_entropy=cross_entropy,
        mse_loss=lambda p, t: np.mean((np.stack(p) - np.array(t)) ** 2),
        hinge_loss=lambda p, t: np.mean(jax.nn.relu(1 - np.stack(p) * np.array(t))),
        binary_cross_entropy_with_logits=lambda p, t: np.mean(
            jax.nn.softplus(np.stack(p)) - np.stack(p) * np.array(t)),
    )  # fmt: skip


def jax_derivatives():
    import jax

    def hvp(f, primals, vectors):
        return jax.jvp(jax.grad(f, tuple(range(len(primals)))), primals, vectors)[1]

    return SimpleNamespace(
        grad=jax.grad, value_and_grad=jax.value_and_grad, jacobian=jax.jacobian,
        hessian=jax.hessian, jvp=jax.jvp, vjp=jax.vjp, hvp=hvp,
    )  # fmt: skip


def of_programs(d, m, compiled=lambda function: function):
    """What each derivative of each program is, by the program's name and the derivative's.

    ``compiled`` is ``jax.jit``: a call of JAX takes long for each operator of a function.
    """
    found = {}
    for programs, derivatives in ((SINGLE, of_single), (SEVERAL, of_several)):
        for name, (function, args) in programs.items():
            all_of_them = partial(derivatives, d, partial(function, m), random.Random(name))
            found[name] = compiled(all_of_them)(*args)
    for name in THIRD:
        function, args = SINGLE[name]
        third = d.jacobian(d.hessian(partial(function, m)))
        found[name]["third"] = compiled(third)(*args)
    for name, f in (("sin", m.sin), ("tanh", m.tanh), ("x ** 5", lambda x: x**5)):
        orders = {"1": d.grad(f), "2": d.grad(d.grad(f)), "3": d.grad(d.grad(d.grad(f)))}
        found[name] = {order: compiled(f)(0.6) for order, f in orders.items()}
    return found


def of_single(d, f, rng, *args):
    every = tuple(range(len(args)))
    value, multiply = d.vjp(f, *args)
    vectors = like(args, rng)
    return {
        "grad": d.grad(f)(*args),
        "grad of all": d.grad(f, every)(*args),
        "value_and_grad": d.value_and_grad(f, every[-1])(*args),
        "hessian of all": d.hessian(f, every)(*args),
        "jvp": d.jvp(f, args, vectors),
        "vjp": (value, multiply(1.7)),
        "hvp": d.hvp(f, args, vectors),
    }


def of_several(d, f, rng, *args):
    every = tuple(range(len(args)))
    value, multiply = d.vjp(f, *args)
    return {
        "jacobian": d.jacobian(f)(*args),
        "jacobian of all": d.jacobian(f, every)(*args),
        "second": d.jacobian(d.jacobian(f))(*args),
        "jvp": d.jvp(f, args, like(args, rng)),
        "vjp": (value, multiply(like(value, rng))),
    }


def jax_answers():
    import jax

    jax.config.update("jax_enable_x64", True)
    import numpy as np

    d, m = jax_derivatives(), jax_operators()
    ps, ss = map(np.array, rows())
    batches = {name: jax.jit(jax.vmap(f))(ps, ss) for name, f in of_rows(d, m).items()}
    layers, x = net_weights()
    in_net = {
        "value": net(m, layers, x),
        "by inputs": jax.jit(jax.hessian(lambda x: net(m, layers, x)))(x),
        "penalty": jax.jit(jax.value_and_grad(gradient_penalty(d, m)))(layers, x),
    }
    answers = {"programs": of_programs(d, m, jax.jit), "rows": batches, "net": in_net}
    return jax.tree.map(lambda x: np.asarray(x) if np.ndim(x) else float(x), answers)


def write_answers(file):
    pickle.dump(jax_answers(), file)


def answers():
    """JAX's answers, by a process of its own. Raises CalledProcessError where that fails."""
    command = "import sys, jax_programs; jax_programs.write_answers(sys.stdout.buffer)"
    run = subprocess.run(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, check=True,
        cwd=Path(__file__).parent,
    )  # fmt: skip
    return pickle.loads(run.stdout)
