"""Derivatives against JAX's in float64: their values, structures and, of batches, shapes.

The functions are in ``tests/jax_programs.py``. Where JAX is absent, all is skipped.
"""

import importlib.util
from types import SimpleNamespace

import jax_programs
import numpy as np
import pytest

import micrograd_c
from micrograd_c import differentiate, functional, jit, losses
from python_ref.core.vector import Vector

OURS = SimpleNamespace(
    **{name: getattr(functional, name) for name in functional.__all__},
    abs=abs, where=micrograd_c.where, stack=Vector, mse_loss=losses.mse_loss,
    hinge_loss=losses.hinge_loss, cross_entropy=losses.cross_entropy,
    binary_cross_entropy_with_logits=losses.binary_cross_entropy_with_logits,
)  # fmt: skip


@pytest.fixture(scope="module")
def expected():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is absent: pip install jax")
    return jax_programs.answers()


def assert_same(ours, theirs, where=""):
    """Two trees with the same containers and numbers; to 1e-11."""
    if isinstance(theirs, dict):
        assert type(ours) is dict and ours.keys() == theirs.keys(), where
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{where}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert type(ours) is type(theirs) and len(ours) == len(theirs), where
        for i, both in enumerate(zip(ours, theirs)):
            assert_same(*both, f"{where}[{i}]")
    elif isinstance(theirs, float):
        assert type(ours) is float, where
        assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-12), where
    else:
        assert type(ours) is np.ndarray and ours.dtype == np.float64, where
        assert ours.shape == theirs.shape, where
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13, err_msg=where)


def test_programs(on_engine, expected):
    found = jax_programs.of_programs(differentiate, OURS)
    assert_same(found, expected["programs"])


def test_rows(jit_engine, expected):
    ps, ss = map(np.array, jax_programs.rows())
    functions = jax_programs.of_rows(differentiate, OURS)
    assert functions.keys() == expected["rows"].keys()
    for name, function in functions.items():
        assert_same(jit(function)(ps, ss), expected["rows"][name], name)


def test_rows_one_by_one(on_engine, expected):
    """What the functions give for a row without jit is a row of what they give for a batch."""
    for name, function in jax_programs.of_rows(differentiate, OURS).items():
        for i, row in enumerate(zip(*jax_programs.rows())):
            theirs = row_of(expected["rows"][name], i)
            assert_same(as_arrays(function(Vector(row[0]), row[1]), theirs), theirs, name)


def row_of(tree, i):
    """Row i of a tree of arrays."""
    if isinstance(tree, (list, tuple)):
        return type(tree)(row_of(branch, i) for branch in tree)
    return np.asarray(tree[i])


def as_arrays(tree, like):
    """The lists of a tree as arrays, where ``like`` has arrays."""
    if isinstance(like, (list, tuple)):
        assert len(tree) == len(like)
        return type(like)(as_arrays(*both) for both in zip(tree, like))
    return np.array(tree)


def test_a_net_as_a_function_of_its_weights(on_engine, expected):
    layers, x = jax_programs.net_weights()
    found = {
        "value": jax_programs.net(OURS, as_values(layers, on_engine), x).data,
        "by inputs": differentiate.hessian(lambda x: jax_programs.net(OURS, layers, x))(x),
        "penalty": differentiate.value_and_grad(jax_programs.gradient_penalty(differentiate, OURS))(
            layers, x
        ),
    }
    assert_same(found, expected["net"])


def as_values(tree, engine):
    if isinstance(tree, list):
        return [as_values(branch, engine) for branch in tree]
    return engine.Value(tree)


def test_an_mlp(on_engine, expected):
    """A net of nn.MLP with the same weights: by its inputs, and a gradient penalty's gradient."""
    layers, x = jax_programs.net_weights()
    model = with_weights(on_engine, layers)
    assert_same(differentiate.hessian(model)(x), expected["net"]["by inputs"])
    xs = [on_engine.Value(v) for v in x]
    out = model(xs)
    slopes = differentiate.gradients(out, xs)
    loss = functional.dot(slopes, slopes) + out * out
    value, (flat, _) = expected["net"]["penalty"][0], flat_weights(expected["net"]["penalty"][1])
    assert loss.data == pytest.approx(value, rel=1e-12)
    by_gradients = [g.data for g in differentiate.gradients(loss, model.parameters())]
    assert by_gradients == pytest.approx(flat, rel=1e-11, abs=1e-13)
    loss.backward()
    assert [p.grad for p in model.parameters()] == pytest.approx(flat, rel=1e-11, abs=1e-13)


def test_an_mlp_under_jit(jit_engine, expected):
    layers, x = jax_programs.net_weights()
    model = with_weights(SimpleNamespace(nn=micrograd_c.nn), layers)

    def loss(x):
        slopes = differentiate.grad(model)(x)
        return functional.dot(slopes, slopes) + model(x) ** 2

    jitted = jit(loss, parameters=model.parameters())
    value, gradient = jitted.value_and_grad([x, x])
    flat, _ = flat_weights(expected["net"]["penalty"][1])
    assert value == pytest.approx(expected["net"]["penalty"][0], rel=1e-12)
    np.testing.assert_allclose(gradient, flat, rtol=1e-11, atol=1e-13)


def with_weights(engine, layers):
    sizes = [len(layer) for layer in layers]
    model = engine.nn.MLP(len(layers[0][0]) - 1, sizes, nonlin="tanh")
    flat, _ = flat_weights(layers)
    for p, x in zip(model.parameters(), flat):
        p.data = x
    return model


def flat_weights(layers):
    """The weights in the order of parameters(), and their number."""
    flat = [x for layer in layers for row in layer for x in row]
    return flat, len(flat)
