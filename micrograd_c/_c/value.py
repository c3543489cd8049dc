"""Value of the C engine: a Python object that owns a node in C.

C counts the references to a node: one from its Value, and one from every node that is made
of it. So a temporary Value dies at once while its node stays in the graph, and C frees a
whole graph. This makes operators fast. It also means that Python has no list of a graph's
Values.

``node.c`` is the object itself, and finds the Value of a node. ``pinning.py`` keeps the
attributes that a program set on a Value whose node outlives it. ``custom_nodes.py`` and
``custom_backward.py`` are for operators and ``_backward`` functions of the user's own.
"""

from numbers import Real

from micrograd_c import _net_changes
from micrograd_c._c import custom_backward, custom_nodes, pinning
from micrograd_c._c.node import (
    IN_C,
    NO_MEMORY,
    Node,
    check_memory,
    get_custom_backward,
    get_known_operands,
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
    set_custom_backward,
    set_known_operands,
    set_net_operands,
)
from micrograd_c._c.number_types import EXACT, K_STYLES, as_float, k_style_of, number_types, to_grad
from micrograd_c._native import ffi, lib
from python_ref.core.anomalies import checked_backward, detects_anomalies
from python_ref.core.grad_mode import is_grad_enabled
from python_ref.core.hints import check_name, fine_names
from python_ref.core.ieee import value_of
from python_ref.core.modes import current, is_watched
from python_ref.core.numbers import to_float
from python_ref.core.operands import Operands, distinct, either_name, made_of
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS, TAKE, UNARY_K
from python_ref.core.tracing import current_trace
from python_ref.engine import Value as PythonValue

new, init_leaf = object.__new__, Node._mg_init_leaf

CODES = {name: lib.mg_op_find(name.encode()) for name in (*OPS, TAKE.name)}
NAMES = {code: name for name, code in CODES.items()}
LABELS = {code: {**OPS, TAKE.name: TAKE}[name].label for name, code in CODES.items()}
LEAF, CUSTOM = lib.mg_op_find(b"leaf"), lib.mg_op_find(b"custom")
POW_K, RELU = CODES["pow_k"], CODES["relu"]
WITH_K = {name for name, op in OPS.items() if op.kind == UNARY_K}

# Names that belong to Node. A user may call an attribute anything else, _id and _data included.
RESERVED = ("_mg_known_operands", "_mg_net_operands", "_mg_custom_backward")
# Objects of these types refer to no other object: ``node.c`` keeps such attributes with the node.
ATOMS = {str, int, float, bool, type(None)}


class Value(Node, Operators):
    __doc__ = (PythonValue.__doc__ or "").replace("python_ref", "micrograd_c") or None  # -OO

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
            if not init_leaf(self, data):  # it had a node: this is a second __init__
                _clear_slots(self)
        else:
            children = either_name("children", _children, children)
            self._init_general(data, children, _op, local_grads)
        if type(self) is not Value:
            _pin_class(self)
        if label:
            self.label = label

    def _init_general(self, data, children, op, local_grads):
        data = as_float(data)
        if children or op:
            custom_nodes.refuse_in_trace()
        operands, op, local = made_of(Value, children, op, local_grads)
        if operands or op:
            _become(self, _new_node(CUSTOM, operands, data, local, op))
            shown(self)
        else:
            Value.__init__(self, data)

    def _mg_set_any(self, name, value):
        """Set an attribute: what __setattr__ does."""
        if name == "data":
            mg_set_data(self, value if type(value) is float else to_float(value))
        elif name == "grad":
            mg_set_grad(self, value if type(value) is float else to_grad(value))
        elif name in RESERVED:
            raise AttributeError(f"{name} is the engine's own and cannot be set")
        elif name == "_backward" and value is None:
            custom_backward.remove(self)
        else:
            if name not in fine_names:
                check_name(name, stacklevel=2)
            if type(value) not in ATOMS:
                pinning.pin(self)  # first: if memory runs out here, nothing is set
            Node.__setattr__(self, name, value)
            if name == "__class__":
                _net_changes.node_changed()  # self may be a parameter

    # --- the operators that programs use most, made fast; the others are in Operators ---

    def _mg_add_any(self, other):
        """self + other, for an ``other`` of any type."""
        if type(other) is Value:
            result = mg_add(self, other)
        elif type(other) in number_types:
            result = mg_add_number(self, other)
        else:
            return self._with_other_type("add", other)
        return self._apply("add", other) if result is None else result

    def _mg_mul_any(self, other):
        """self * other, for an ``other`` of any type."""
        if type(other) is Value:
            result = mg_mul(self, other)
        elif type(other) in number_types:
            result = mg_mul_number(self, other)
        else:
            return self._with_other_type("mul", other)
        return self._apply("mul", other) if result is None else result

    if IN_C:  # eager_operators.c: the usual cases without Python code, else the methods above
        __add__, __radd__, __mul__, __rmul__ = (
            Node.__add__, Node.__radd__, Node.__mul__, Node.__rmul__,
        )  # fmt: skip
        __setattr__ = Node._mg_setattr
        data, grad = Node._mg_data, Node._mg_grad
    else:
        __add__, __mul__, __setattr__ = _mg_add_any, _mg_mul_any, _mg_set_any

        def __radd__(self, other):
            return self.__add__(other)

        def __rmul__(self, other):
            return self.__mul__(other)

        # __setattr__ sets these two, which is quicker. The setters are here for help(), which
        # would call the properties read-only without them.
        data = property(
            lambda self: mg_data(self),
            lambda self, x: mg_set_data(self, to_float(x)),
            doc="The number, a float.",
        )
        grad = property(
            lambda self: mg_grad(self),
            lambda self, x: mg_set_grad(self, to_grad(x)),
            doc="The gradient, a float, to which backward() adds. None sets it to 0.",
        )

    def __pow__(self, other):
        # As in Operators. The position of the exponent's type in K_STYLES is 0 or 1.
        if type(other) is float or (type(other) is int and -EXACT < other < EXACT):
            result = mg_unary_k(POW_K, self, other, type(other) is float)
            if result is not None:
                return result
        return Operators.__pow__(self, other)

    def relu(self):
        """max(self, 0). Its derivative is 1 where the output is > 0, else 0."""
        result = mg_unary(RELU, self)
        return self._apply("relu") if result is None else result

    def _with_other_type(self, name, other):
        """The operator with an ``other`` of any further type, such as an array or a subclass."""
        if isinstance(other, Real):
            other = as_float(other)
        return getattr(Operators, f"__{name}__")(self, other)

    # --- gradients ---

    def backward(self):
        """Set self's ``grad`` to 1 and add d self / d node to the ``grad`` of every node below.

        Gradients accumulate: backward() sets none to 0 first.
        """
        if current_trace():
            current_trace().refuse_backward()
        if detects_anomalies():
            checked_backward(self, custom_backward.values_in_order(self))
            return
        status = lib.mg_backward(self._mg_id)
        if status == lib.MG_HAS_CUSTOM_BACKWARD:
            custom_backward.backward(self)
        elif status:
            check_memory(status)

    @property
    def _backward(self):
        """The function that backward() calls to add to the operands' gradients.

        Assign a function to use it in place of the operator's; assign None to remove it.
        """
        return get_custom_backward(self) or self._apply_derivatives

    @_backward.setter
    def _backward(self, function):
        custom_backward.assign(self, function)

    def _apply_derivatives(self):
        check_memory(lib.mg_backward_node(self._mg_id))

    # --- reading the graph ---

    @property
    def _op(self):
        check_memory(lib.mg_expand(self._mg_id))
        code = lib.mg_op(self._mg_id)
        if code == CUSTOM or "_op" in self.__dict__:
            return self.__dict__.get("_op", "")
        if code == POW_K:
            return f"**{K_STYLES[lib.mg_k_style(self._mg_id)](lib.mg_k(self._mg_id))}"
        return LABELS.get(code, "")

    @_op.setter
    def _op(self, text):
        self.__dict__["_op"] = text

    @property
    def _operands(self):
        operands = self._mg_known_operands
        return pinning.operands_of(self) if operands is None else operands

    @Operators._prev.getter
    def _prev(self):
        """The distinct operands, in order. Assigning () releases them."""
        operands = self._mg_known_operands or self._operands
        if len(operands) == 2 and type(operands) is Operands and operands[0] is not operands[1]:
            return operands  # the usual case
        return Operands(distinct(operands))

    # --- what operators.py and copying.py require of an engine ---

    _release_operands = custom_nodes.release_operands

    def _is_computed(self):
        return lib.mg_operands(self._mg_id, ffi.NULL, 0) > 0

    def _apply(self, name, *others):
        """The result of one operator; ``others`` is one Value or number, or empty."""
        if others:
            other = others[0] if isinstance(others[0], Value) else Value(others[0])
            others = (other,)
            result = mg_binary(CODES[name], self, other)
        else:
            result = mg_unary(CODES[name], self)
        if result is not None:
            return result
        # C made no node: Python's math raises for this value, or an operand is pinned, or
        # memory ran out. Each of these raises, or succeeds, below.
        if others and other._apply_after:  # self is of a subclass, other is traced
            return other._apply_after(name, self)
        operands = (self, *others)
        data = value_of(OPS[name], *(operand.data for operand in operands))
        return self._result(name, None, OPS[name].label, operands, data)

    def _apply_k(self, name, k, op):
        k_style = k_style_of(k, op) if name == "pow_k" else 0
        if k_style is not None:
            result = mg_unary_k(CODES[name], self, k, k_style)
            if result is not None:
                return result
        data = value_of(OPS[name], self.data, k)
        return self._result(name, k, op, (self,), data)

    def _result(self, name, k, op, operands, data):
        if not is_grad_enabled():
            return Value(data)
        return shown(self._make(name, k, op, operands, data))

    @staticmethod
    def _make(name, k, op, operands, data, cls=None):
        """A Value of ``cls`` on a new node with this data; ``name`` is None for a custom one."""
        result = _new_node(CUSTOM if name is None else CODES[name], operands, data, k, op)
        if cls is not None:
            instance = new(cls)
            _become(instance, result)
            _pin_class(instance)
            return instance
        return result

    def _recipe(self):
        """Return the operator's name or None, its k or local gradients or None, and ``_op``."""
        check_memory(lib.mg_expand(self._mg_id))
        name = NAMES.get(lib.mg_op(self._mg_id))
        k = lib.mg_k(self._mg_id) if name in WITH_K else custom_nodes.local_gradients(self._mg_id)
        return name, k, self._op

    def _has_custom_backward(self):
        return lib.mg_has_custom_backward(self._mg_id) != 0


def shown(value):
    """Return ``value`` after ``watch`` of the mode in force has seen it."""
    if is_watched():
        current().watch(value)
    return value


Value._plain_class = Value

Value._mg_register(0)
Node._mg_operands_are(Operands)


def _new_node(code, operands, data, k, op):
    """Return a Value on a new node with these operands, this data and ``op`` as its _op."""
    ids = [operand._mg_id for operand in operands]
    k_style = k_style_of(k, op) if code == POW_K else 0
    if code == CUSTOM and k is not None:  # local gradients
        result = mg_node_with_local(ids, k, len(ids), data)
    else:
        result = mg_node(code, ids, len(ids), 0.0 if k is None else k, k_style or 0, data)
    if result is None:
        raise MemoryError(NO_MEMORY)
    if k_style is None or (code == CUSTOM and (op or k is None)):
        vars(result)["_op"] = op
    if any(map(lib.mg_is_pinned, ids)):  # what is made of a pinned node is pinned too
        set_known_operands(result, operands)
        lib.mg_pin(result._mg_id)
    return result


def _become(value, made):
    """Make ``value``, old or new, what ``made`` is: a Value that nobody else uses."""
    operands, op = get_known_operands(made), vars(made).pop("_op", None)
    is_new = value._mg_become(made)
    if not is_new:
        _clear_slots(value)
    if operands is not None:
        set_known_operands(value, operands)
        if not is_new:
            pinning.pin(value)  # results that it has already do not refer to it
    if op is not None:
        vars(value)["_op"] = op


def _clear_slots(value):
    """Clear what a Value has from before a second __init__, apart from its attributes."""
    for set_slot in (set_known_operands, set_net_operands, set_custom_backward):
        set_slot(value, None)
    vars(value).pop("_op", None)
    _net_changes.node_changed()  # value may be a parameter, whose net in C has the id of its node


def _pin_class(value):
    """Pin a Value of a subclass, so that its class stays with its node."""
    pinning.pin(value)
    if type(value)._backward is not Value._backward:
        lib.mg_set_custom_backward(value._mg_id)


def live_nodes():
    """Return how many nodes the C library has, in all threads."""
    return lib.mg_live_nodes()
