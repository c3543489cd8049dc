"""Derivatives of functions: ``grad``, ``jacobian``, ``hessian`` and products with them.

Names and meaning are JAX's (https://docs.jax.dev/en/latest/automatic-differentiation.html).
A function takes numbers, Values, or lists, tuples and dicts of these, nested as one likes, and
computes with Values. The derivatives can be nested too, and no ``grad`` of a Value changes.

>>> from micrograd_c import grad, hessian, jacobian
>>> grad(lambda x: x**3)(2.0)
12.0
>>> grad(grad(lambda x: x**3))(2.0)
12.0
>>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1]])([2.0, 3.0])
[[3.0, 2.0], [1.0, 1.0]]
>>> hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 1.0, "b": 2.0})["a"]
{'a': 4.0, 'b': 2.0}
"""

import functools
from contextvars import ContextVar

from micrograd_c.engine import Value
from python_ref.core.differentiate import gradients, tangent
from python_ref.core.grad_mode import enable_grad, no_grad
from python_ref.core.numbers import describe, is_number, is_value, to_float
from python_ref.core.tracing import current_trace
from python_ref.core.trees import Apart, leaves_of, map_tree, pairs
from python_ref.core.vector import Vector

__all__ = ["gradients", "grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp"]

# How many functions are being differentiated around this call, in this thread or task. Within
# one, results are Values also where the arguments are numbers, because they may depend on what
# the function around it is differentiated by.
depth = ContextVar("micrograd_c differentiation depth", default=0)


def grad(function, argnums=0):
    """A function that returns the gradient of ``function``, which returns a single Value.

    Args:
        function: A function of numbers, Values, or lists, tuples and dicts of these. The returned
            function passes keyword arguments on.
        argnums: With respect to which positional arguments: an int, or a list or tuple of ints.

    Returns:
        A function whose result has the structure of the argument: a float for each number, a
        Value for each Value. For several ``argnums``, it is a tuple.

    Raises:
        TypeError: For what is no function, arguments that are no numbers or Values, and a result
            that is not a single Value or number.
        ValueError: For an argnum without its argument.

    >>> from micrograd_c import grad
    >>> grad(lambda x, y: x * y**2, argnums=(0, 1))(2.0, 3.0)
    (9.0, 12.0)
    """
    with_value = value_and_grad(function, argnums)

    @functools.wraps(function)
    def gradient(*args, **kwargs):
        return with_value(*args, **kwargs)[1]

    return gradient


def value_and_grad(function, argnums=0):
    """A function that returns the value of ``function`` and its gradient.

    Args:
        function: As in ``grad``.
        argnums: As in ``grad``.

    Returns:
        A function whose result is a pair: the function's value and its gradient.

    Raises:
        TypeError: As ``grad`` does.
        ValueError: As ``grad`` does.

    >>> from micrograd_c import value_and_grad
    >>> value_and_grad(lambda p: p[0] * p[1])([2.0, 3.0])
    (6.0, [3.0, 2.0])
    """
    require_function(function, "value_and_grad")

    @functools.wraps(function)
    def value_and_gradient(*args, **kwargs):
        call = Call(function, args, kwargs, argnums)
        output = require_single(call)
        return several(call.result(output), call.gradient_of(output))

    return value_and_gradient


def jacobian(function, argnums=0):
    """A function that returns all derivatives of what ``function`` returns.

    Args:
        function: As in ``grad``, but it may return a Value, or lists, tuples and dicts of Values.
        argnums: As in ``grad``.

    Returns:
        A function whose result has the structure of the output, with the structure of the
        argument in place of each Value: for a function of a list of n that returns a list of m,
        m lists of n.

    Raises:
        TypeError: As ``grad`` does.
        ValueError: As ``grad`` does.

    >>> from micrograd_c import jacobian
    >>> jacobian(lambda x: [x[0] * x[1], x[1]])([2.0, 3.0])
    [[3.0, 2.0], [0.0, 1.0]]
    """
    require_function(function, "jacobian")

    @functools.wraps(function)
    def derivatives(*args, **kwargs):
        call = Call(function, args, kwargs, argnums)
        return call.jacobian_of(call.output)

    return derivatives


def hessian(function, argnums=0):
    """A function that returns the second derivatives of ``function``, which returns one Value.

    Args:
        function: As in ``grad``.
        argnums: As in ``grad``.

    Returns:
        A function whose result has the structure of the gradient, with another one in place of
        each number: for an argument that is a list of n, n lists of n.

    Raises:
        TypeError: As ``grad`` does.
        ValueError: As ``grad`` does.

    >>> from micrograd_c import hessian
    >>> hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0])
    [[6.0, 4.0], [4.0, 0.0]]
    """
    return jacobian(grad(function, argnums), argnums)


def jvp(function, primals, tangents):
    """The value of ``function(*primals)`` and its derivative in the direction ``tangents``.

    Forward mode: one pass over the graph for each output, however many arguments there are.

    Args:
        function: A function as in ``jacobian``.
        primals: A list or tuple of the positional arguments.
        tangents: The same structure, with a number or Value for each number.

    Returns:
        A pair; both have the structure of the output.

    Raises:
        TypeError: As ``grad`` does.
        ValueError: Where the structures differ.

    >>> from micrograd_c import jvp
    >>> jvp(lambda x, y: [x * y, x + y], (2.0, 3.0), (1.0, 0.0))
    ([6.0, 5.0], [3.0, 1.0])
    """
    require_function(function, "jvp")
    require_arguments(primals, "jvp", "primals")
    require_arguments(tangents, "jvp", "tangents")
    directions = [as_value(t, "jvp: tangents") for _, t in matching("tangents", primals, tangents)]
    call = Call(function, primals, {}, range(len(primals)), leaves_of(tangents))
    known = {id(x): t for x, t in zip(call.inputs, directions)}

    def derivative(output):
        with call.mode():
            found = tangent(output, known)
        return call.result(Value(0.0) if found is None else found)

    return several(map_tree(call.result, call.output), map_tree(derivative, call.output))


def vjp(function, *primals):
    """The value of ``function(*primals)``, and a function that multiplies by its Jacobian.

    Args:
        function: A function as in ``jacobian``.
        *primals: The positional arguments.

    Returns:
        The value, and a function. That takes a number or Value for each Value of the output, in
        the same structure. It returns a tuple: for each argument, the gradient of the sum of the
        outputs times these.

    Raises:
        TypeError: As ``grad`` does.
        ValueError: Where the structures differ.

    >>> from micrograd_c import vjp
    >>> value, multiply = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, multiply([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    require_function(function, "vjp")
    call = Call(function, primals, {}, range(len(primals)))

    def multiply(cotangent):
        weights = matching("the cotangent", call.output, cotangent)
        with Recording():
            product = Value(0.0)
            for output, weight in weights:
                product = product + output * as_value(weight, "vjp: the cotangent")
        return call.gradient_of(product)

    return map_tree(call.result, call.output), multiply


def hvp(function, primals, vectors):
    """The product of the Hessian of ``function`` at ``primals`` with ``vectors``.

    It costs a few times what the function costs, however many arguments there are: forward mode
    over the gradient (B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994).

    Args:
        function: A function as in ``grad``.
        primals: A list or tuple of the positional arguments.
        vectors: The same structure, with a number or Value for each number.

    Returns:
        A tuple of the same structure.

    Raises:
        TypeError: As ``jvp`` does.
        ValueError: As ``jvp`` does.

    >>> from micrograd_c import hvp
    >>> hvp(lambda x: x[0] ** 2 * x[1], ([2.0, 3.0],), ([1.0, 0.0],))
    ([6.0, 4.0],)
    """
    require_function(function, "hvp")
    require_arguments(primals, "hvp", "primals")
    require_arguments(vectors, "hvp", "vectors")
    return jvp(grad(function, range(len(primals))), primals, vectors)[1]


# --- one call of a function that is differentiated -----------------------------------


class Call:
    """A function's output for some arguments, and the Values it is differentiated by."""

    def __init__(self, function, args, kwargs, argnums, others=()):
        """``others`` are further Values that the derivatives are computed from."""
        self.function = function
        self.is_one = not isinstance(argnums, (list, tuple, range))
        places = [place_of(i, args) for i in ([argnums] if self.is_one else argnums)]
        # Numbers in, floats out: unless what is around this call may differentiate the result.
        given = [*map(leaves_of, args), others]
        self.gives_floats = not (
            depth.get()
            or current_trace()
            or any(isinstance(x, Value) for leaves in given for x in leaves)
        )
        self.inputs = []
        self.trees = [args[i] for i in places]
        args = list(args)
        with Recording():
            for i in places:
                args[i] = map_tree(lambda x, i=i: self.new_input(x, i), args[i])
            self.output = map_tree(self.as_output, function(*args, **kwargs))

    def new_input(self, x, i):
        """A node of its own for an argument: the caller may use a Value for other things too."""
        x = as_value(x, f"argument {i}")
        x = x + -0.0  # the same number, -0.0 and NaN included
        self.inputs.append(x)
        return x

    def as_output(self, x):
        return as_value(x, f"what {name_of(self.function)} returns")

    def mode(self):
        """The context in which derivatives are computed: only Values need a graph."""
        return no_grad() if self.gives_floats and not current_trace() else enable_grad()

    def gradient_of(self, output):
        """The gradient of an output: a tree like the argument, or a tuple of trees."""
        with self.mode():
            found = iter(gradients(output, self.inputs))
        trees = [map_tree(lambda _: self.result(next(found)), tree) for tree in self.trees]
        return trees[0] if self.is_one else several(*trees)

    def jacobian_of(self, output):
        """The gradients of a tree of outputs: the tree, with a gradient for each Value.

        A Vector is one array, as it is for JAX: a tuple of gradients is a tuple of arrays then.
        """

        def of_one(x):
            if not isinstance(x, Vector):
                return self.gradient_of(x)
            return stacked([of_one(Vector(y) if isinstance(y, (list, tuple)) else y) for y in x])

        return map_tree(of_one, output, Vector)

    def result(self, value):
        return value.data if self.gives_floats else value


def several(*parts):
    """A tuple. Of each part, jit makes an array of its own."""
    return Apart(parts) if current_trace() else parts


def stacked(trees):
    """One tree from several of one structure: the numbers and Vectors at one place as a Vector."""
    if isinstance(trees[0], Vector) or not isinstance(trees[0], (list, tuple, dict)):
        return Vector(trees)
    if isinstance(trees[0], dict):
        branches = [(key, stacked([tree[key] for tree in trees])) for key in trees[0]]
        return type(trees[0])(branches)
    branches = [stacked(list(column)) for column in zip(*trees)]
    kind = type(trees[0])
    return kind._make(branches) if hasattr(kind, "_make") else kind(branches)


class Recording(enable_grad):
    """A context in which operators record, and ``depth`` is one more."""

    def __enter__(self):
        super().__enter__()
        self.before = depth.set(depth.get() + 1)

    def __exit__(self, *exception):
        depth.reset(self.before)
        return super().__exit__(*exception)


# --- arguments ---------------------------------------------------------------------


def as_value(x, what):
    if isinstance(x, Value):
        return x
    if is_value(x):  # of which to_float would make a constant
        raise TypeError(
            f"{what}: expected Values of micrograd_c.engine, got one of the other engine, of the "
            f"class {type(x).__module__}.{type(x).__qualname__}"
        )
    if is_number(x):
        return Value(to_float(x))
    hint = ": write .tolist()" if hasattr(x, "tolist") else ""
    raise TypeError(
        f"{what}: expected numbers or Values, or lists, tuples and dicts of them, "
        f"got {describe(x)}{hint}"
    )


def matching(what, tree, other):
    try:
        return pairs(tree, other)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def require_function(function, name):
    if not callable(function):
        raise TypeError(f"{name}: expected a function of Values, got {describe(function)}")


def require_arguments(args, name, what):
    if not isinstance(args, (list, tuple)):
        raise TypeError(
            f"{name}: expected a list or tuple of the positional arguments as {what}, "
            f"got {describe(args)}: write ({what},)"
        )


def require_single(call):
    if not isinstance(call.output, Value):
        raise TypeError(
            f"expected {name_of(call.function)} to return a single Value, "
            f"got {describe(call.output)}: use jacobian for several"
        )
    return call.output


def place_of(i, args):
    if isinstance(i, bool) or not hasattr(i, "__index__"):
        raise TypeError(f"expected an int or a list or tuple of ints as argnums, got {describe(i)}")
    if not -len(args) <= i.__index__() < len(args):
        raise ValueError(f"argnums is {i}, but there are {len(args)} positional arguments")
    return i.__index__() % len(args)


def name_of(function):
    return getattr(function, "__name__", repr(function))
