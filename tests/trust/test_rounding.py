"""The build has no fast-math and fuses no multiplication with an addition.

Each case has one right answer, and a different one under such a compiler flag. The flags in
CFLAGS must not matter, so the same program is also run against a build with all of them.
"""

import os

import pytest
from c_tools import COMPILERS, need
from trust_tools import built_copy, run_python, size

CASES = """
import math
import numpy as np
from micrograd_c import functional, jit, nn
from micrograd_c._native import lib
from micrograd_c.engine import Value

X, Y = 1.0 + 2.0**-30, 1.0 - 2.0**-30          # X * Y rounds to 1; fused with - 1 it is -2**-60
TINY = 5e-324

def neuron(w, b):
    one = nn.Neuron(len(w), nonlin=False)
    for p, x in zip(one.parameters(), [*w, b]):
        p.data = x
    return one

def of_graph():
    v = Value(X) * Y + -1.0
    assert v.data == 0.0                        # no contraction
    assert (Value(1e16) + 1.0 + 1.0).data == 1e16        # no reassociation
    assert (Value(1e308) + 1e308 + -1e308).data == math.inf
    assert math.copysign(1.0, (Value(-0.0) * 1.0).data) == -1.0
    assert (Value(TINY) * 1.0).data == TINY and (Value(2.0**-1040) * 0.5).data > 0.0
    assert TINY * 1.0 == TINY and 2.0**-1040 / 2 > 0.0   # the rest of the process is not changed
    nan = Value(math.inf) + -math.inf
    assert nan.data != nan.data and nan.relu().data != nan.data
    x = Value(0.0)
    (x * math.inf).backward()
    assert x.grad == math.inf

def of_net():
    assert neuron([X], -1.0)([Y]).data == 0.0
    assert neuron([1.0, 1.0, 1.0], 0.0)([1e16, 1.0, 1.0]).data == 1e16
    assert functional.dot([Value(X)], [Value(Y)], Value(-1.0)).data == 0.0
    one = neuron([X, 1.0], 0.0)
    one([Y, 1.0]).backward()
    assert [p.grad for p in one.parameters()] == [Y, 1.0, 1.0]

def of_program():
    w = Value(X)
    many = nn.Layer(2, 3, nonlin=False)
    for p in many.parameters():
        p.data = X
    for neuron_ in many.neurons:
        neuron_.b.data = -1.0
        neuron_.w[1].data = 0.0
    for rows in (1, 3, 16, 50):                # one number of rows for each width of the kernels
        ys = np.full(rows, Y)
        assert (jit(lambda x: w * x + -1.0)(ys) == 0.0).all()
        assert (jit(lambda x: (w * x).tanh() * x - math.tanh(1.0) * x)(ys) == 0.0).all()
        assert (jit(lambda x: many([x, x]))(ys) == 0.0).all()
        assert (jit(lambda x: functional.dot([w, w], [x, x], -2.0))(ys) == 0.0).all()
        assert (jit(lambda x: x * 1.0)(np.full(rows, TINY)) == TINY).all()
        nans = jit(lambda x: (x + math.inf) + -math.inf)(ys)
        assert (nans != nans).all()

of_graph()
of_net()
for kernels in (b"portable", None):            # None: the best kernels that this machine can run
    assert lib.mg_use_kernels(kernels if kernels else __import__("cffi").FFI().NULL)
    of_program()
print("fine")
"""


def test_the_installed_build():
    assert run_python(CASES) == "fine\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="CFLAGS are for POSIX")
@pytest.mark.parametrize("compiler", size(COMPILERS[:1], COMPILERS))
def test_a_build_with_fast_math_in_cflags(compiler, tmp_path):
    flags = "-Ofast -ffast-math -funsafe-math-optimizations -ffp-contract=fast -mfma"
    copy = built_copy(tmp_path, CC=need(compiler), CFLAGS=flags)
    assert run_python(CASES, cwd=copy) == "fine\n"
