"""What derivatives of functions refuse, with what they say, and that a refusal changes nothing."""

import pytest

from micrograd_c import (
    grad,
    gradients,
    hessian,
    hvp,
    is_grad_enabled,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from micrograd_c.differentiate import depth
from python_ref.core.vector import Vector

pytestmark = pytest.mark.usefixtures("on_engine")


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """Afterwards operators record as before, and no differentiation is under way."""
    yield
    assert is_grad_enabled() and depth.get() == 0
    assert type(grad(cube)(2.0)) is float


def cube(x):
    return x * x * x


def product(p, q):
    return p["a"] * q[0] + q[1]


def call(name, function, *args):
    """The derivative ``name`` of a function at ``args``."""
    if name in ("jvp", "hvp"):
        return {"jvp": jvp, "hvp": hvp}[name](function, args, args)
    if name == "vjp":
        return vjp(function, *args)
    return {"grad": grad, "value_and_grad": value_and_grad, "jacobian": jacobian,
            "hessian": hessian}[name](function)(*args)  # fmt: skip


ALL = ["grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp"]
OF_ONE_VALUE = ["grad", "value_and_grad", "hessian", "hvp"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("function", [2.0, None, [cube]], ids=["a number", "None", "a list"])
def test_what_is_no_function(name, function):
    kind = type(function).__name__
    with pytest.raises(TypeError, match=f"expected a function of Values, got {kind}"):
        call(name, function, 2.0)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("wrong", ["x", None, 1j, object(), b"1", {1.0}], ids=lambda x: type(x))
def test_an_argument_that_is_no_number(name, wrong):
    message = "expected numbers or Values, or lists, tuples and dicts of them, got "
    for argument in (wrong, [1.0, wrong], {"a": (wrong,)}):
        with pytest.raises(TypeError, match=message + type(wrong).__name__):
            call(name, lambda x: 1.0, argument)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("wrong", ["x", None, 1j, [None], {"a": "x"}], ids=repr)
def test_a_result_that_is_no_number(name, wrong):
    def own(x):
        return wrong

    with pytest.raises(TypeError, match="what own returns: expected numbers or Values"):
        call(name, own, 2.0)


@pytest.mark.parametrize("name", OF_ONE_VALUE)
@pytest.mark.parametrize("several", [list, tuple, lambda xs: {"a": xs[0]}, Vector])
def test_a_result_of_several_values(name, several):
    def own(x):
        return several([x, x])

    with pytest.raises(TypeError, match="expected own to return a single Value, got .* jacobian"):
        call(name, own, 2.0)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
@pytest.mark.parametrize(
    "argnums, error, message",
    [
        (2, ValueError, "argnums is 2, but there are 2 positional arguments"),
        (-3, ValueError, "argnums is -3, but there are 2 positional arguments"),
        ((0, 5), ValueError, "argnums is 5, but there are 2 positional arguments"),
        ("0", TypeError, "expected an int or a list or tuple of ints as argnums, got str"),
        (0.0, TypeError, "as argnums, got float"),
        (None, TypeError, "as argnums, got NoneType"),
        (True, TypeError, "as argnums, got bool"),
        ((0, "1"), TypeError, "as argnums, got str"),
        ((0, (1,)), TypeError, "as argnums, got tuple"),
    ],
)
def test_argnums(transform, argnums, error, message):
    with pytest.raises(error, match=message):
        transform(lambda x, y: x * y, argnums)(2.0, 3.0)


def test_a_keyword_is_no_positional_argument():
    with pytest.raises(ValueError, match="argnums is 0, but there are 0 positional arguments"):
        grad(cube)(x=2.0)


@pytest.mark.parametrize("transform, what", [(jvp, "tangents"), (hvp, "vectors")])
def test_primals_and_directions(transform, what):
    primals = ({"a": 1.0}, (2.0, 3.0))
    for wrong in (1.0, "x", None, {"a": 1.0}):
        with pytest.raises(TypeError, match=f"{transform.__name__}: .* as primals, got .*write"):
            transform(product, wrong, primals)
        with pytest.raises(TypeError, match=f"{transform.__name__}: .* as {what}, got .*write"):
            transform(product, primals, wrong)
    for wrong, message in (
        (({"a": 1.0},), "expected a tuple of 2, got a tuple of 1"),
        (({"b": 1.0}, (2.0, 3.0)), r"at \[0\]: expected a dict with the keys 'a', got .*'b'"),
        ((1.0, (2.0, 3.0)), r"at \[0\]: expected a dict with the keys 'a', got a number"),
        (({"a": 1.0}, (2.0,)), r"at \[1\]: expected a tuple of 2, got a tuple of 1"),
        (({"a": [1.0]}, (2.0, 3.0)), r"at \[0\]\['a'\]: expected a number or Value, got a list"),
    ):
        with pytest.raises(ValueError, match=message):
            transform(product, primals, wrong)
    with pytest.raises(TypeError, match="tangents: expected numbers or Values, .* got str"):
        transform(product, primals, ({"a": "x"}, (2.0, 3.0)))


def test_cotangents():
    _, multiply = vjp(lambda x: {"a": [x, x * x]}, 3.0)
    for wrong, error, message in (
        (1.0, ValueError, "the cotangent: expected a dict with the keys 'a', got a number"),
        ({"a": [1.0]}, ValueError, r"the cotangent: at \['a'\]: expected a list of 2"),
        ({"a": [1.0, [2.0]]}, ValueError, r"at \['a'\]\[1\]: expected a number or Value, got a li"),
        ({"a": [1.0, None]}, TypeError, "vjp: the cotangent: expected numbers .* got NoneType"),
    ):
        with pytest.raises(error, match=message):
            multiply(wrong)
    assert multiply({"a": [1.0, 1.0]}) == (7.0,)  # it works after a mistake


def test_arrays_say_what_to_write():
    numpy = pytest.importorskip("numpy")
    array = numpy.array([1.0, 2.0])
    for name in ALL:
        with pytest.raises(TypeError, match=r"ndarray of shape \(2,\): write .tolist\(\)"):
            call(name, lambda p: p[0], array)
    with pytest.raises(TypeError, match=r"ndarray of shape \(2,\): write .tolist\(\)"):
        vjp(lambda x: x, 2.0)[1](array)


# --- operators whose second derivative is not known --------------------------------------


def own_square(x, label="square"):
    out = type(x)(x.data**2, (x,), label)

    def backward():
        x.grad += 2 * x.data * out.grad

    out._backward = backward
    return out


def test_a_custom_backward_has_one_derivative(on_engine):
    assert grad(own_square)(3.0) == 6.0
    assert value_and_grad(own_square)(3.0) == (9.0, 6.0)
    assert jvp(own_square, (3.0,), (2.0,)) == (9.0, 12.0)
    assert vjp(own_square, 3.0)[1](2.0) == (12.0,)
    message = "second derivative of an operator of 'square' with a _backward of its own"
    for second in (
        lambda: hessian(own_square)(3.0),
        lambda: grad(grad(own_square))(3.0),
        lambda: hvp(own_square, (3.0,), (1.0,)),
        lambda: jvp(grad(own_square), (3.0,), (1.0,)),
        lambda: grad(own_square)(on_engine.Value(3.0)).backward(),
    ):
        with pytest.raises(TypeError, match=message):
            second()
    with pytest.raises(TypeError, match="of an operator without a name with a _backward"):
        hessian(lambda x: own_square(x, ""))(3.0)


def test_a_failing_backward_of_a_program_leaves_grads_alone(on_engine):
    x = on_engine.Value(3.0)
    x.grad = 7.0
    y = on_engine.Value(9.0, (x,), "own")

    def backward():
        x.grad += 1.0
        raise KeyError("mine")

    y._backward = backward
    with pytest.raises(KeyError, match="mine"):
        gradients(y * 2.0, [x])
    assert (x.grad, y.grad) == (7.0, 0.0)


def test_an_error_of_the_function_is_passed_on():
    def fails(x):
        raise KeyError("mine")

    for name in ALL:
        with pytest.raises(KeyError, match="mine"):
            call(name, fails, 2.0)
    with pytest.raises(ValueError, match="math domain error"):
        grad(lambda x: x.log())(-1.0)


def test_values_of_the_other_engine(on_engine):
    class Other(on_engine.Value):
        pass

    from micrograd_c.engine import Value
    from python_ref.engine import Value as Reference

    if Value is Reference:
        pytest.skip("there is one engine in this process")
    other = (Reference if on_engine.Value is Value else Value)(3.0)
    for name in ALL:
        with pytest.raises(TypeError, match="expected Values of .*got one of the other"):
            call(name, cube, [other])
        with pytest.raises(TypeError, match="what <lambda> returns: .*got one of the other engine"):
            call(name, lambda x: other, 2.0)
    assert grad(cube)(Other(2.0)).data == 12.0  # a subclass is fine


def test_detach_hides_a_value_from_derivatives():
    def f(x):
        return x.detach() * x * x

    assert grad(f)(3.0) == 18.0 and hessian(f)(3.0) == 6.0
    assert jvp(f, (3.0,), (1.0,)) == (27.0, 18.0)
    assert grad(lambda x: x.detach())(3.0) == 0.0
