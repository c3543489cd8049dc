"""Value of the C engine: a Python object that owns a node in C.

C counts who uses a node: one reference for its Value, one for every node made
of it. So a temporary Value dies at once and leaves its node to the graph, and a
graph dies in C. That is why an operator is fast, and why Python has no list of
a graph's Values. ``node.c`` has the object itself and finds a node's Value again;
``pinning.py`` says how attributes and ``_backward`` functions stay with a node
whose Value nobody holds.
"""

from numbers import Real

from micrograd_c import _net_changes
from micrograd_c._c import custom_nodes, pinning
from micrograd_c._c.custom_nodes import refuse_in_trace
from micrograd_c._c.node import (
    NO_MEMORY,
    Node,
    check_memory,
    custom_backward,
    held,
    mg_add,
    mg_add_number,
    mg_binary,
    mg_data,
    mg_grad,
    mg_mul,
    mg_mul_number,
    mg_node,
    mg_node_with_local,
    mg_set_data,
    mg_set_grad,
    mg_unary,
    mg_unary_k,
    set_also_held,
    set_custom_backward,
    set_held,
)
from micrograd_c._c.number_types import EXACT, WRITTEN_AS, as_float, number_types, style_of, to_grad
from micrograd_c._native import ffi, lib
from python_ref.core.grad_mode import is_grad_enabled
from python_ref.core.hints import check_name, fine_names
from python_ref.core.ieee import value_of
from python_ref.core.numbers import describe, to_float
from python_ref.core.operands import Operands, distinct, either_name, made_of
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS, UNARY_K
from python_ref.core.tracing import current_trace

new, init_leaf = object.__new__, Node._mg_init_leaf

CODES = {name: lib.mg_op_find(name.encode()) for name in OPS}
NAMES = {code: name for name, code in CODES.items()}
LABELS = {code: OPS[name].label for name, code in CODES.items()}
LEAF, CUSTOM = lib.mg_op_find(b"leaf"), lib.mg_op_find(b"custom")
POW_K, RELU = CODES["pow_k"], CODES["relu"]
WITH_K = {name for name, op in OPS.items() if op.kind == UNARY_K}


# Node's own names. Any other is the user's, who may call an attribute _id or _held.
ENGINES_OWN = ("_mg_held", "_mg_also_held", "_mg_custom_backward")
# Attributes of these types refer to no other object: ``node.c`` keeps them with the node.
ATOMS = {str, int, float, bool, type(None)}


class Value(Node, Operators):
    """A scalar, its gradient, and the operator and operands that made it.

    >>> from micrograd_c.engine import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b + a**2
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-2.0, 1.0, 2.0)
    """

    __slots__ = ("__weakref__",)

    label = ""

    def __init__(self, data, _children=(), _op="", label="", *, children=None, local_grads=None):
        if (
            type(data) in number_types
            and not _children
            and _op == ""
            and children is None
            and local_grads is None
        ):
            if not init_leaf(self, data):
                _initialise_again(self)
        else:
            children = either_name("children", _children, children)
            self._init_slowly(data, children, _op, local_grads)
        if type(self) is not Value:
            _pin_class(self)
        if label:
            self.label = label

    def _init_slowly(self, data, children, op, local_grads):
        data = as_float(data)
        if children or op:
            refuse_in_trace()
        operands, op, local = made_of(Value, children, op, local_grads)
        if operands or op:
            _take(self, _made(CUSTOM, operands, data, local, op))
        else:
            Value.__init__(self, data)

    def __setattr__(self, name, value):
        if name == "data":
            mg_set_data(self, value if type(value) is float else to_float(value))
        elif name == "grad":
            mg_set_grad(self, value if type(value) is float else to_grad(value))
        elif name in ENGINES_OWN:
            raise AttributeError(f"{name} is the engine's own and cannot be set")
        elif name == "_backward" and value is None:
            custom_nodes.forget_backward(self)
        else:
            if name not in fine_names:
                check_name(name, stacklevel=2)
            if type(value) not in ATOMS:
                pinning.pin(self)  # first: without memory for it, nothing is set
            Node.__setattr__(self, name, value)
            if name == "__class__":
                _net_changes.changed()  # it may be a parameter

    # The setters are for help(), which would call these read-only. __setattr__ is quicker.
    data = property(
        lambda self: mg_data(self),
        lambda self, x: mg_set_data(self, to_float(x)),
        doc="The number, a float.",
    )
    grad = property(
        lambda self: mg_grad(self),
        lambda self, x: mg_set_grad(self, to_grad(x)),
        doc="The gradient that backward() adds up here, a float. To set None is to set 0.",
    )

    # --- the operators that programs are full of; the others are in Operators ---

    def __add__(self, other):
        if type(other) is Value:
            result = mg_add(self, other)
        elif type(other) in number_types:
            result = mg_add_number(self, other)
        else:
            return self._with_stranger("add", other)
        return self._apply("add", other) if result is None else result

    def __mul__(self, other):
        if type(other) is Value:
            result = mg_mul(self, other)
        elif type(other) in number_types:
            result = mg_mul_number(self, other)
        else:
            return self._with_stranger("mul", other)
        return self._apply("mul", other) if result is None else result

    def __radd__(self, other):
        return self.__add__(other)

    def __rmul__(self, other):
        return self.__mul__(other)

    def __pow__(self, other):
        # As Operators does it; the exponent's place in WRITTEN_AS is 0 or 1.
        if type(other) is float or (type(other) is int and -EXACT < other < EXACT):
            result = mg_unary_k(POW_K, self, other, type(other) is float)
            if result is not None:
                return result
        return Operators.__pow__(self, other)

    def relu(self):
        """max(self, 0). Its derivative is 1 where the output is > 0, else 0."""
        result = mg_unary(RELU, self)
        return self._apply("relu") if result is None else result

    def _with_stranger(self, name, other):
        """An operand that is no Value itself and of no number type met so far."""
        if isinstance(other, Real):
            other = as_float(other)
        return getattr(Operators, f"__{name}__")(self, other)

    # --- gradients ---

    def backward(self):
        """Add d self / d node to the ``grad`` of self and of every node below it.

        Zeroes nothing: gradients accumulate until somebody sets them to 0.
        """
        if current_trace():
            current_trace().refuse_backward()
        status = lib.mg_backward(self._mg_id)
        if status == lib.MG_HAS_CUSTOM_BACKWARD:
            pinning.backward(self)
        elif status:
            check_memory(status)

    @property
    def _backward(self):
        """The step that backward() does for this node; assign to it to do one's own.

        None takes the assigned one away: the operator's is the step again.
        """
        return custom_backward(self) or self._apply_derivatives

    @_backward.setter
    def _backward(self, function):
        if not callable(function):
            raise TypeError(f"expected a function as _backward, got {describe(function)}")
        refuse_in_trace()
        lib.mg_set_custom_backward(self._mg_id)  # first: backward() must find the function
        set_custom_backward(self, function)

    def _apply_derivatives(self):
        check_memory(lib.mg_backward_node(self._mg_id))

    # --- the graph, for who looks ---

    @property
    def _op(self):
        check_memory(lib.mg_expand(self._mg_id))
        code = lib.mg_op(self._mg_id)
        if code == CUSTOM or "_op" in self.__dict__:
            return self.__dict__.get("_op", "")
        if code == POW_K:
            return f"**{WRITTEN_AS[lib.mg_k_style(self._mg_id)](lib.mg_k(self._mg_id))}"
        return LABELS.get(code, "")

    @_op.setter
    def _op(self, text):
        self.__dict__["_op"] = text

    @property
    def _operands(self):
        operands = self._mg_held
        return pinning.operands_of(self) if operands is None else operands

    @Operators._prev.getter
    def _prev(self):
        """The distinct operands in their order. Assigning () releases them."""
        operands = self._mg_held or self._operands
        if len(operands) == 2 and type(operands) is Operands and operands[0] is not operands[1]:
            return operands  # nearly always
        return Operands(distinct(operands))

    # --- what operators.py and copying.py ask of an engine ---

    _release_operands = custom_nodes.release_operands

    def _is_computed(self):
        return lib.mg_operands(self._mg_id, ffi.NULL, 0) > 0

    def _apply(self, name, *others):
        """One operator; ``others`` is a Value or a number, or nothing."""
        if others:
            other = others[0] if isinstance(others[0], Value) else Value(others[0])
            others = (other,)
            result = mg_binary(CODES[name], self, other)
        else:
            result = mg_unary(CODES[name], self)
        if result is not None:
            return result
        # The value is one for which Python's math raises, an operand is kept, or
        # there is no memory: each of them shows here.
        if others and other._apply_after:  # ``self`` is of a subclass, ``other`` is traced
            return other._apply_after(name, self)
        operands = (self, *others)
        data = value_of(OPS[name], *(operand.data for operand in operands))
        if not is_grad_enabled():
            return Value(data)
        return self._make(name, None, OPS[name].label, operands, data)

    def _apply_k(self, name, k, label):
        style = style_of(k, label) if name == "pow_k" else 0
        if style is not None:
            result = mg_unary_k(CODES[name], self, k, style)
            if result is not None:
                return result
        data = value_of(OPS[name], self.data, k)
        return self._make(name, k, label, (self,), data) if is_grad_enabled() else Value(data)

    @staticmethod
    def _make(name, k, label, operands, data, cls=None):
        """A node with its value given, its operands held."""
        result = _made(CUSTOM if name is None else CODES[name], operands, data, k, label)
        if cls is not None:
            instance = new(cls)
            _take(instance, result)
            _pin_class(instance)
            return instance
        return result

    def _recipe(self):
        check_memory(lib.mg_expand(self._mg_id))
        name = NAMES.get(lib.mg_op(self._mg_id))
        k = lib.mg_k(self._mg_id) if name in WITH_K else custom_nodes.local_gradients(self._mg_id)
        return name, k, self._op

    def _has_custom_backward(self):
        return lib.mg_has_custom_backward(self._mg_id) != 0


Value._plain_class = Value

Value._mg_register(0)
Node._mg_operands_are(Operands)


def _made(code, operands, data, k, label):
    """A Value on a new node of ``operands``, with ``data`` as its value."""
    ids = [operand._mg_id for operand in operands]
    style = style_of(k, label) if code == POW_K else 0
    if code == CUSTOM and k is not None:  # local gradients
        result = mg_node_with_local(ids, k, len(ids), data)
    else:
        result = mg_node(code, ids, len(ids), 0.0 if k is None else k, style or 0, data)
    if result is None:
        raise MemoryError(NO_MEMORY)
    if style is None or (code == CUSTOM and (label or k is None)):
        vars(result)["_op"] = label
    if any(map(lib.mg_is_pinned, ids)):
        set_held(result, operands)  # what is kept in Python stays with what is made of it
        lib.mg_pin(result._mg_id)
    return result


def _take(value, made):
    """Exchange the nodes of ``value`` and ``made``, a new Value."""
    operands, op = held(made), vars(made).pop("_op", None)
    is_new = value._mg_take(made)
    if not is_new:
        _initialise_again(value)
    if operands is not None:
        set_held(value, operands)
        if not is_new:
            pinning.pin(value)  # results that it has already do not hold it
    if op is not None:
        vars(value)["_op"] = op


def _initialise_again(value):
    """Clear what an earlier __init__ and operators noted on a Value. Its attributes stay."""
    for set_slot in (set_held, set_also_held, set_custom_backward):
        set_slot(value, None)
    vars(value).pop("_op", None)
    _net_changes.changed()  # it may be a parameter, whose net in C knows its node


def _pin_class(value):
    """Keep a Value of a subclass: its class must stay with its node."""
    pinning.pin(value)
    if type(value)._backward is not Value._backward:
        lib.mg_set_custom_backward(value._mg_id)


def live_nodes():
    """How many nodes the C library holds, in all threads."""
    return lib.mg_live_nodes()
