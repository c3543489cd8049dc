"""Arrays as arguments of jitted functions, and as the data and gradients of Values."""

import weakref
from fractions import Fraction

import numpy as np
import pytest
from memory_tools import collect

from micrograd_c import TraceError, Value, jit, optim
from micrograd_c.functional import set_data, set_grad
from micrograd_c.state import load_state_dict


@pytest.fixture
def double():
    w = Value(2.0)
    return jit(lambda x: w * x)


def test_new_numbers_in_the_same_array_are_used(double):
    x = np.array([1.0, 2.0])
    assert double(x).tolist() == [2.0, 4.0]
    x[:] = [3.0, -1.0]
    assert double(x).tolist() == [6.0, -2.0]
    assert double.backward(x) == 2.0


def test_new_numbers_in_the_same_list_are_used(double):
    x = [1.0, 2.0]
    assert double(x).tolist() == [2.0, 4.0]
    x.append(3.0)
    assert double(x).tolist() == [2.0, 4.0, 6.0]


def test_an_array_of_another_type_is_converted_each_time(double):
    x = np.array([1, 2])
    assert double(x).tolist() == [2.0, 4.0]
    x[0] = 5
    assert double(x).tolist() == [10.0, 4.0]


def test_an_array_whose_shape_changed_is_traced_again():
    f = jit(lambda x: x[0] * 2.0 if isinstance(x, list) else x * 3.0)
    x = np.array([1.0, 2.0])
    assert f(x).tolist() == [3.0, 6.0]
    x.resize((2, 1), refcheck=False)
    assert f(x).tolist() == [2.0, 4.0]


def test_a_new_array_at_the_address_of_an_old_one(double):
    for i in range(50):
        x = np.full(100, float(i))
        assert double(x).tolist() == [2.0 * i] * 100
        del x


def test_two_arrays_in_turn(double):
    x, y = np.array([1.0]), np.array([5.0, 6.0])
    for _ in range(3):
        assert double(x).tolist() == [2.0]
        assert double(y).tolist() == [10.0, 12.0]


def test_arrays_are_not_kept_alive(double):
    x = np.ones(10)
    double(x)
    known = weakref.ref(x)
    del x
    collect()
    assert known() is None


# --- arrays of every kind ---


class Lying(np.ndarray):
    """A subclass whose attributes and methods contradict its data."""

    shape = property(lambda self: (1000, 7))
    dtype = property(lambda self: np.dtype("f4"))
    strides = property(lambda self: (0,))

    def __len__(self):
        return 1000

    def tolist(self):
        return [0.0] * 1000


def read_only(x):
    x.setflags(write=False)
    return x


def misaligned(x):
    memory = bytearray(1 + x.nbytes)
    memory[1:] = x.tobytes()
    return np.frombuffer(memory, offset=1)


SAME = {
    "misaligned": misaligned,
    "misaligned and read-only": lambda x: np.frombuffer(b"." + x.tobytes(), offset=1),
    "of a structured array": lambda x: np.rec.fromarrays([np.zeros(len(x), "i1"), x])["f1"],
    "other order of bytes": lambda x: x.astype(x.dtype.newbyteorder()),
    "read-only": read_only,
    "negative strides": lambda x: x[::-1].copy()[::-1],
    "other strides": lambda x: np.repeat(x, 3)[::3],
    "float32": lambda x: x.astype(np.float32),
    "longdouble": lambda x: x.astype(np.longdouble),
    "subclass": lambda x: x.view(Lying),
    "dtype with metadata": lambda x: x.astype(np.dtype("f8", metadata={"of": "mine"})),
    "list": lambda x: x.tolist(),
    "list of arrays": lambda x: list(x),
    "memoryview": memoryview,
}


@pytest.mark.parametrize("kind", SAME)
def test_arrays_of_every_kind(kind, jit_engine):
    data = np.arange(6.0)
    x = SAME[kind](data)
    w = Value(2.0)
    f = jit(lambda x: w * x)
    for _ in range(2):
        assert f(x).tolist() == (data * 2.0).tolist()
        w.grad = 0.0
        assert (f.backward(x), w.grad) == (5.0, 2.5)
    losses = f.fit(x, optimizer=optim.SGD([w], lr=0.0), epochs=2, batch_size=4)
    assert losses == [5.0, 5.0]


@pytest.mark.parametrize("kind", SAME)
def test_numbers_of_every_kind_of_array_for_values(engine, kind):
    data = np.arange(6.0)
    vs = [engine.Value(7.0) for _ in data]
    set_data(vs, SAME[kind](data))
    set_grad(vs, SAME[kind](-data))
    assert [v.data for v in vs] == [-v.grad for v in vs] == data.tolist()


def test_two_dimensions_of_every_order(jit_engine):
    data = np.arange(12.0).reshape(4, 3)
    f = jit(lambda x: x[0] + x[1] * 10.0 + x[2] * 100.0)
    expected = (data @ [1.0, 10.0, 100.0]).tolist()
    sparse = np.zeros((8, 9))
    sparse[::2, ::3] = data
    for x in (data, np.asfortranarray(data), data[::-1].copy()[::-1], sparse[::2, ::3]):
        assert f(x).tolist() == expected
    assert f(np.broadcast_to(data[0], (5, 3))).tolist() == expected[:1] * 5
    assert f(np.broadcast_to(2.0, (2, 3))).tolist() == [222.0] * 2
    with pytest.raises(TraceError, match="not subscriptable|has no elements"):
        f(np.float64(1.0))  # a single Value


MASKED = np.ma.array([1.0, -999.0], mask=[False, True])


class Sparse:
    """An object with toarray(), as SciPy's sparse arrays have."""

    def toarray(self):
        return np.zeros(2)


NO_NUMBERS = {
    "masked": (MASKED, r"masked array.* \.filled\(value\)"),
    "masked, without a mask": (np.ma.array([1.0, 2.0]), "masked array"),
    "list of masked": ([MASKED[:1], MASKED[1:]], "masked array"),
    "masked element": ([1.0, np.ma.masked], "masked array"),
    "deep masked element": ([(1.0, 2.0), [1.0, np.ma.masked]], "masked array"),
    "sparse": (Sparse(), r"a sparse Sparse: write \.toarray\(\)"),
    "complex": (np.array([1.0, 2.0j]), r"complex128.* \.real"),
    "dates": (np.array(["2020-01-01", "2021-01-01"], "M8[D]"), "datetime64.*timedelta64"),
    "times": (np.array([1, 2], "m8[s]"), "timedelta64"),
    "text": (np.array(["1.0", "2.0"]), "<U3"),
    "bytes": (np.array([b"1", b"2"]), "S1"),
    "fields": (np.zeros(2, [("a", "f8")]), "fields as columns"),
    "none": ([1.0, None], "NoneType"),
    "object of text": (np.array([1.0, "x"], dtype=object), "str"),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_anything_but_an_array_of_numbers_is_refused(kind, jit_engine):
    given, match = NO_NUMBERS[kind]
    w = Value(1.0)
    f = jit(lambda x: w * x)
    sgd = optim.SGD([w], lr=0.5)
    for call in (f, f.backward, f.check, lambda x: f.fit(x, optimizer=sgd)):
        with pytest.raises(TypeError, match=f"argument 0: .*{match}"):
            call(given)
    with pytest.raises(TypeError, match=f"argument 1: .*{match}"):
        jit(lambda x, y: x)([1.0, 2.0], given)
    assert (w.data, w.grad, sgd.step_count) == (1.0, 0.0, 0)


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_anything_but_an_array_of_numbers_is_refused_for_values(engine, kind):
    given, match = NO_NUMBERS[kind]
    vs = [engine.Value(7.0), engine.Value(8.0)]
    for change in (set_data, set_grad):
        with pytest.raises(TypeError, match=match):
            change(vs, given)
    sgd = optim.SGD(vs, momentum=0.5)
    state = sgd.state_dict()
    state["state"]["momentum_buffer"] = given
    with pytest.raises(TypeError, match=match):
        sgd.load_state_dict(state)
    assert [(v.data, v.grad) for v in vs] == [(7.0, 0.0), (8.0, 0.0)]


def test_objects_that_are_numbers(engine):
    vs = [engine.Value(7.0), engine.Value(8.0)]
    set_data(vs, [engine.Value(1.5), Fraction(1, 4)])
    assert [v.data for v in vs] == [1.5, 0.25]
    with pytest.raises(TypeError, match=r"argument 0: .*object of shape \(2,\): write .astype"):
        jit(lambda x: x)([Fraction(1, 4), Fraction(1, 2)])


def test_masked_numbers(engine):
    for call in (engine.Value, engine.nn.MLP(2, [2, 1]), lambda x: engine.Value(1.0).maximum(x)):
        with pytest.raises(TypeError, match="a real number, got MaskedConstant"):
            call(MASKED if isinstance(call, engine.nn.Module) else MASKED[1])
    model = engine.nn.Layer(2, 1)
    before = [p.data for p in model.parameters()]
    with pytest.raises(TypeError, match="neurons.0.w: a masked array"):
        load_state_dict(model, {"neurons.0.w": MASKED, "neurons.0.b": 1.0})
    assert [p.data for p in model.parameters()] == before
    assert engine.Value(MASKED[0]).data == 1.0
