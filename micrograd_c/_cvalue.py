"""Value of the C engine: a Python handle, one number wide, on a node in C.

C counts who uses a node: one reference for its Value, one for every node made
of it. So a temporary Value dies at once and leaves its node to the graph, and a
graph dies in C. That is why an operator is fast, and why Python has no list of
a graph's Values. What follows from it is in ``_looking.py``: how ``_prev`` finds
a Value again, and how labels, attributes and ``_backward`` functions stay with a
node whose Value nobody holds.
"""

import sys
from functools import wraps
from numbers import Real

from micrograd_c import _dying, _looking, _own_operators, _watched
from micrograd_c._cnumbers import EXACT, WRITTEN_AS, as_float, number_types, style_of, to_grad
from micrograd_c._native import ffi, lib
from python_ref.grad_mode import is_grad_enabled
from python_ref.hints import check_name, fine_names
from python_ref.ieee import value_of
from python_ref.numbers import describe, to_float
from python_ref.operands import either_name, made_of
from python_ref.operators import Operators
from python_ref.ops import OPS
from python_ref.tracing import current_trace

PYPY = sys.implementation.name == "pypy"

# What an operator needs, as globals: each saves an attribute look-up.
new = object.__new__
mg_add, mg_mul = lib.mg_add, lib.mg_mul
mg_add_number, mg_mul_number = lib.mg_add_number, lib.mg_mul_number
mg_unary, mg_unary_k, mg_binary = lib.mg_unary, lib.mg_unary_k, lib.mg_binary
mg_leaf, mg_data, mg_grad = lib.mg_leaf, lib.mg_data, lib.mg_grad
mg_set_data, mg_set_grad = lib.mg_set_data, lib.mg_set_grad

CODES = {name: lib.mg_op_find(name.encode()) for name in OPS}
NAMES = {code: name for name, code in CODES.items()}
LABELS = {code: OPS[name].label for name, code in CODES.items()}
LEAF, CUSTOM = lib.mg_op_find(b"leaf"), lib.mg_op_find(b"custom")
POW_K, RELU = CODES["pow_k"], CODES["relu"]
WITH_K = {"pow_k", "leaky_relu"}

NO_MEMORY = "no memory for a larger graph"

# The slots. Any other name is the user's, who may call an attribute _id or _held.
ENGINES_OWN = ("_mg_id", "_mg_held", "_mg_also_held", "_mg_own_backward")
if _dying.OWNED_FROM_START:
    ENGINES_OWN += ("_mg_owner",)  # see _dying.py


def but_for_engines_own(user_getattr):
    """A ``__getattr__`` that is not asked for slots that are empty: it may know any name."""

    @wraps(user_getattr)
    def __getattr__(self, name):
        if name in ENGINES_OWN:
            raise AttributeError(name)
        return user_getattr(self, name)

    return __getattr__


class Value(Operators):
    """A scalar, its gradient, and the operator and operands that made it.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b + a**2
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-2.0, 1.0, 2.0)
    """

    __slots__ = (*ENGINES_OWN, "__dict__", "__weakref__")

    label = ""

    def __init__(self, data, _children=(), _op="", label="", *, children=None, local_grads=None):
        if (
            type(data) in number_types
            and not _children
            and _op == ""
            and children is None
            and local_grads is None
        ):
            node = mg_leaf(data)
            if not node:
                raise MemoryError(NO_MEMORY)
            if getattr(self, "_mg_id", 0):
                _forget(self)
            set_id_of_leaf(self, node)
        else:
            children = either_name("children", _children, children)
            self._init_slowly(data, children, _op, local_grads)
        if type(self) is not Value:  # what it is must stay with its node
            _looking.keep(self)
            if type(self)._backward is not Value._backward:
                lib.mg_set_own_backward(self._mg_id)
        if label:
            self.label = label

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if hasattr(cls, "__getattr__"):
            cls.__getattr__ = but_for_engines_own(cls.__getattr__)

    def _init_slowly(self, data, children, op, local_grads):
        data = as_float(data)
        if children or op:
            refuse_in_trace()
        operands, op, local = made_of(Value, children, op, local_grads)
        if operands or op:
            _fill(self, CUSTOM, operands, data, local, op)
        else:
            Value.__init__(self, data)

    if not _dying.OWNED_FROM_START:
        __del__ = _dying.let_go

    def __setattr__(self, name, value):
        if name == "data":
            mg_set_data(self._mg_id, value if type(value) is float else to_float(value))
        elif name == "grad":
            mg_set_grad(self._mg_id, value if type(value) is float else to_grad(value))
        elif name in ENGINES_OWN:
            raise AttributeError(f"{name} is the engine's own and cannot be set")
        elif name == "_backward" and value is None:
            _own_operators.forget_backward(self)
        else:
            if name not in fine_names:
                check_name(name, stacklevel=2)
            _looking.keep(self, value)  # first: without memory for it, nothing is set
            object.__setattr__(self, name, value)

    # Their setters are for help(), which calls them read-only without: __setattr__ is quicker.
    data = property(
        lambda self: mg_data(self._mg_id),
        lambda self, x: mg_set_data(self._mg_id, to_float(x)),
        doc="The number, a float.",
    )
    grad = property(
        lambda self: mg_grad(self._mg_id),
        lambda self, x: mg_set_grad(self._mg_id, to_grad(x)),
        doc="The gradient that backward() adds up here, a float. To set None is to set 0.",
    )

    # --- the operators that programs are full of; the others are in Operators ---

    def __add__(self, other):
        if type(other) is Value:
            node = mg_add(self._mg_id, other._mg_id)
        elif type(other) in number_types:
            node = mg_add_number(self._mg_id, other)
        else:
            return self._with_stranger("add", other)
        if not node:
            return self._apply("add", other)
        result = new(Value)
        set_id(result, node)
        return result

    def __mul__(self, other):
        if type(other) is Value:
            node = mg_mul(self._mg_id, other._mg_id)
        elif type(other) in number_types:
            node = mg_mul_number(self._mg_id, other)
        else:
            return self._with_stranger("mul", other)
        if not node:
            return self._apply("mul", other)
        result = new(Value)
        set_id(result, node)
        return result

    def __radd__(self, other):
        return self.__add__(other)

    def __rmul__(self, other):
        return self.__mul__(other)

    def __pow__(self, other):
        # As Operators does it; the exponent's place in WRITTEN_AS is 0 or 1.
        if type(other) is float or (type(other) is int and -EXACT < other < EXACT):
            node = mg_unary_k(POW_K, self._mg_id, other, type(other) is float)
            if node:
                result = new(Value)
                set_id(result, node)
                return result
        return Operators.__pow__(self, other)

    def relu(self):
        """max(self, 0). Its derivative is 1 where the output is > 0, else 0."""
        node = mg_unary(RELU, self._mg_id)
        if not node:
            return self._apply("relu")
        result = new(Value)
        set_id(result, node)
        return result

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
        status = lib.mg_backward(self._mg_id)
        if status == lib.MG_HAS_OWN_BACKWARD:
            _looking.backward(self)
        elif status:
            check_memory(status)

    @property
    def _backward(self):
        """The step that backward() does for this node; assign to it to do one's own.

        None takes the assigned one away: the operator's is the step again.
        """
        return getattr(self, "_mg_own_backward", None) or self._apply_derivatives

    @_backward.setter
    def _backward(self, function):
        if not callable(function):
            raise TypeError(f"expected a function as _backward, got {describe(function)}")
        refuse_in_trace()
        set_own_backward(self, function)
        lib.mg_set_own_backward(self._mg_id)

    def _apply_derivatives(self):
        check_memory(lib.mg_backward_node(self._mg_id))

    # --- the graph, for who looks ---

    @property
    def _op(self):
        check_memory(lib.mg_make_plain(self._mg_id))
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
        held = getattr(self, "_mg_held", None)
        return _looking.operands_of(self) if held is None else held

    # --- what operators.py and copying.py ask of an engine ---

    _release_operands = _own_operators.release_operands

    def _is_computed(self):
        return lib.mg_operands(self._mg_id, ffi.NULL, 0) > 0

    def _apply(self, name, *others):
        """One operator; ``others`` is a Value or a number, or nothing."""
        if others:
            other = others[0] if isinstance(others[0], Value) else Value(others[0])
            others = (other,)
            node = mg_binary(CODES[name], self._mg_id, other._mg_id)
        else:
            node = mg_unary(CODES[name], self._mg_id)
        if node:
            result = new(Value)
            set_id(result, node)
            return result
        # The value is one for which Python's math raises, an operand is kept, or
        # there is no memory: each of them shows here.
        operands = (self, *others)
        data = value_of(OPS[name], *(operand.data for operand in operands))
        if not is_grad_enabled():
            return Value(data)
        return self._make(name, None, OPS[name].label, operands, data)

    def _apply_k(self, name, k, label):
        style = style_of(k, label) if name == "pow_k" else 0
        node = lib.mg_unary_k(CODES[name], self._mg_id, k, style) if style is not None else 0
        if not node:
            data = value_of(OPS[name], self.data, k)
            return self._make(name, k, label, (self,), data) if is_grad_enabled() else Value(data)
        result = new(Value)
        set_id(result, node)
        return result

    @staticmethod
    def _make(name, k, label, operands, data, cls=None):
        """A node with its value given, its operands held."""
        result = new(cls or Value)
        _fill(result, CUSTOM if name is None else CODES[name], operands, data, k, label)
        return result

    def _recipe(self):
        check_memory(lib.mg_make_plain(self._mg_id))
        name = NAMES.get(lib.mg_op(self._mg_id))
        k = lib.mg_k(self._mg_id) if name in WITH_K else _own_operators.local_gradients(self._mg_id)
        return name, k, self._op

    def _has_own_backward(self):
        return lib.mg_has_own_backward(self._mg_id) != 0

    # Pickles name micrograd_c.engine, so that they load on whichever engine is in use.
    @property
    def _rebuild_leaf(self):
        from micrograd_c import engine  # which imports this module

        return engine.rebuild_leaf

    @property
    def _rebuild_graph(self):
        from micrograd_c import engine

        return engine.rebuild_graph


Value._plain_class = Value

# Value's own attributes are set by these, past its __setattr__.
set_id = Value._mg_id.__set__
set_held = Value._mg_held.__set__
set_also_held = Value._mg_also_held.__set__
set_own_backward = Value._mg_own_backward.__set__

if _dying.OWNED_FROM_START:
    set_node, set_owner = Value._mg_id.__set__, Value._mg_owner.__set__

    def set_id(value, node):
        set_node(value, node)
        set_owner(value, _dying.LastOwner(node))


set_id_of_leaf = set_id
if PYPY:

    def set_id_of_leaf(value, node):
        """It becomes known at once: who looks finds mostly leaves, and a search is slow there."""
        set_id(value, node)
        _looking.known_values[node] = value


def _fill(value, code, operands, data, k, label):
    """Give ``value`` a new node made of ``operands``, with ``data`` as its value."""
    ids = [operand._mg_id for operand in operands]
    style = style_of(k, label) if code == POW_K else 0
    if code == CUSTOM and k is not None:  # local gradients
        node = lib.mg_node_with_local(ids, k, len(ids), data)
    else:
        node = lib.mg_node(code, ids, len(ids), 0.0 if k is None else k, style or 0, data)
    if not node:
        raise MemoryError(NO_MEMORY)
    if getattr(value, "_mg_id", 0):
        _forget(value)
    set_id(value, node)
    if style is None or (code == CUSTOM and (label or k is None)):
        value.__dict__["_op"] = label
        lib.mg_keep(node)
    elif any(map(lib.mg_is_kept, ids)):
        lib.mg_keep(node)
    else:
        return
    set_held(value, operands)  # what is kept in Python stays with what is made of it


def _forget(value):
    """Part a Value from its node, when __init__ is called a second time."""
    _watched.changed()  # it may be a parameter
    if not (_dying.OWNED_FROM_START or type(value._mg_id) is _dying.LastOwner):
        lib.mg_release(value._mg_id)  # an owner gives it back itself
    for slot in ENGINES_OWN[1:]:
        if hasattr(value, slot):
            delattr(value, slot)
    value.__dict__.clear()


def refuse_in_trace():
    """Raise where jit traces: it cannot trace an operator of the user's own."""
    if current_trace():
        current_trace().refuse_own_operator()


def check_memory(status):
    """Raise for a call of C that ran out of memory, and changed nothing."""
    if status == lib.MG_NO_MEMORY:
        raise MemoryError(NO_MEMORY)


def live_nodes():
    """How many nodes the C library holds, in all threads."""
    return lib.mg_live_nodes()
