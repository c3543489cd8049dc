"""Powers with a fixed exponent: values and derivatives from the smallest to the largest numbers."""

import math
import random

import numpy as np
import pytest
from c_tools import any_compiler
from native_tools import Library, make_own_cache, parameters, write  # noqa: F401

from micrograd_c import jit
from micrograd_c.engine import Value
from python_ref.core.ops import JIT_OPS

EXPONENTS = [-1.0, -2.0, -0.5, 0.5, 1.5, 2.0, 3.0, 4.0, -3.0, 2.5]
SIZES = [5e-324, 1e-308, 1e-200, 1e-155, 1e-103, 1e-80, 1.37, 1e80, 1e103, 1e155, 1e200, 1.7e308]
BASES = [sign * size * factor for sign in (1.0, -1.0) for size in SIZES for factor in (1.0, 0.97)]
BASES += [0.0, -0.0, math.inf, -math.inf, math.nan]
WEIGHTS = [1.0, 1e-300, 1e300, -1e-200]  # the gradients that come in


def loss_of(k, **options):
    """Return a jitted function of a base and a weight, with the parameter 1."""
    one = Value(1.0)
    return jit(lambda x, weight: (x * one) ** k * weight, parameters=[one], **options)


def same_numbers(a, b):
    """True if floats are equal, with the signs of zeros; NaNs are equal to each other."""
    a, b = np.asarray(a), np.asarray(b)
    return np.array_equal(a, b, equal_nan=True) and (np.signbit(a) == np.signbit(b))[a == a].all()


@pytest.mark.parametrize("k", EXPONENTS)
def test_derivatives_are_those_of_the_row(k, jit_engine):
    f, derivative = loss_of(k), JIT_OPS["pow_k"].derivatives[0]
    for weight in WEIGHTS:
        for x in BASES:
            value = jit(lambda x, k=k: x**k)([x])[0]
            with np.errstate(all="ignore"):
                expected = np.multiply(derivative(x, k, value, weight), x)
            found = f.value_and_grad([x], [weight])[1][0]
            assert same_numbers(found, 0.0 + expected), (x, weight)


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("k", EXPONENTS)
def test_native_programs_give_the_same(k):
    plain, native = loss_of(k), loss_of(k, native=True)
    for weight in WEIGHTS:
        for x in BASES:
            expected = plain.value_and_grad([x], [weight])
            found = native.value_and_grad([x], [weight])
            assert all(map(same_numbers, found, expected)), (x, weight)
        rows = BASES[:-3], [weight] * (len(BASES) - 3)  # without infinities, which make all NaN
        found, expected = native.value_and_grad(*rows), plain.value_and_grad(*rows)
        assert all(map(same_numbers, found, expected)), weight


@pytest.mark.parametrize("k", EXPONENTS)
def test_c_files_give_the_same(k, tmp_path, jit_engine):
    """Also where the operands are in no order: loops over tables of slots compute those."""
    w = parameters(20)
    shuffled = random.Random(1).sample(w, 20)

    def f(x):
        in_order = sum((v * x) ** k for v in w)
        return in_order + sum(v * v**k for v in shuffled)

    loss = jit(f, parameters=w)
    loss.value_and_grad([1.0])  # traces
    library = Library(write(loss, tmp_path), any_compiler())
    for size in SIZES:
        data, x = np.full(20, size), np.full(21, 0.97)
        expected, found = loss.value_and_grad(x, params=data), library.gradient(data, [x])
        assert all(map(same_numbers, found, expected)), size


def test_an_inverse_is_derived_by_its_value(jit_engine):
    """No second division. With libm's bits, micrograd's formula, as of eager Values."""
    one = Value(1.0)
    f = jit(lambda x: (x * one) ** -1, parameters=[one])
    libm = jit(lambda x: (x * one) ** -1, parameters=[one], math="libm")
    for x in np.linspace(1.0, 2.0, 50).tolist():
        inverse, v = 1.0 / x, Value(x)
        (v**-1).backward()
        assert f.value_and_grad([x])[1][0] == -(inverse * inverse) * x
        assert libm.value_and_grad([x])[1][0] == v.grad * x
