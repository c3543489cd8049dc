"""Value: a number that remembers how it was made, so that it can be differentiated.

Reverse-mode automatic differentiation over a graph of scalars, with micrograd's
API (https://github.com/karpathy/micrograd). This file is the graph. What an operator
computes, and its derivatives, are one row in ``core/ops.py``; the methods for Python's
operators are in ``core/operators.py``.
"""

from python_ref.core import copying
from python_ref.core.anomalies import checked_backward, detects_anomalies
from python_ref.core.hints import SLIPS, Slip
from python_ref.core.ieee import value_of
from python_ref.core.modes import current
from python_ref.core.numbers import describe, to_float
from python_ref.core.operands import either_name, made_of
from python_ref.core.operators import Operators
from python_ref.core.ops import OPS, TAKE
from python_ref.core.tracing import current_trace
from python_ref.core.walking import topological_sort

__all__ = ["Value"]


class Value(Operators):
    """A scalar with its gradient, and the operator and operands that made it.

    The arguments but ``data`` and ``label`` are for operators of your own.

    Args:
        data: A number, or anything with ``__float__`` or ``__index__``.
        _children: The operands.
        _op: The operator's text, or ``local_grads``.
        label: A name to show.
        children: Another name of ``_children``.
        local_grads: Numbers, the derivative by each operand.

    Raises:
        TypeError: If ``data`` is not a real number or an operand is not a Value.
        OverflowError: For an int too large for a float.

    >>> from python_ref.engine import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b + a**2
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (-2.0, 1.0, 2.0)
    """

    # Two underscores: a user may call an attribute _data.
    __slots__ = (
        "__data", "__grad", "_operands", "_op", "__row", "__k", "__custom_backward",
        "__dict__", "__weakref__",
    )  # fmt: skip

    label = ""

    def __init__(self, data, _children=(), _op="", label="", *, children=None, local_grads=None):
        data = to_float(data)
        children = either_name("children", _children, children)
        mode = current()
        trace = mode.trace
        if trace and (children or _op):
            trace.refuse_custom_operator()
        operands, op, local = made_of(Value, children, _op, local_grads)
        if operands or op:
            self._fill(data, operands, op, k=local)
        else:
            self._fill(data, (), "", k=trace and trace.number)
        if mode.watch:
            mode.watch(self)
        if label:
            self.label = label

    def _fill(self, data, operands, op, row=None, k=None):
        self.__data = data
        self.__grad = 0.0
        self._operands = operands
        self._op = op
        self.__row = row  # the operator's row in OPS; None for a leaf or a user's operator
        # The exponent or slope of an operator that has one. A leaf has the number of the trace in
        # which it was made here, and a user's operator its local gradients, if there are any.
        self.__k = k
        self.__custom_backward = None

    @property
    def data(self):
        """The number, a float."""
        return self.__data

    @data.setter
    def data(self, x):
        self.__data = to_float(x)

    @property
    def grad(self):
        """The gradient, a float, to which backward() adds. Setting it to None sets it to 0."""
        return self.__grad

    @grad.setter
    def grad(self, x):
        self.__grad = 0.0 if x is None else to_float(x)

    def backward(self):
        """Set self's ``grad`` to 1 and add d self / d node to the ``grad`` of every node below.

        Gradients accumulate: backward() sets none to 0 first.
        """
        if current_trace():
            current_trace().refuse_backward()
        order = topological_sort(self)
        order.reverse()
        if detects_anomalies():
            checked_backward(self, order)
            return
        self.grad = 1.0
        for node in order:
            node._backward()

    @property
    def _backward(self):
        """The function that backward() calls to add to the operands' gradients.

        Assign a function to use it in place of the operator's; assign None to remove it.
        """
        return self.__custom_backward or self._apply_derivatives

    @_backward.setter
    def _backward(self, function):
        if function is not None and not callable(function):
            raise TypeError(f"expected a function as _backward, got {describe(function)}")
        if current_trace():
            current_trace().refuse_custom_operator()
        self.__custom_backward = function

    def _apply_derivatives(self):
        if self.__row is None:
            if self._operands:
                for operand, local in zip(self._operands, self.__k or ()):
                    operand.__grad += local * self.__grad
            return
        xs = [operand.__data for operand in self._operands]
        if self.__k is not None:
            xs.append(self.__k)
        for operand, derivative in zip(self._operands, self.__row.derivatives):
            operand.__grad += derivative(*xs, self.__data, self.__grad)

    def _release_operands(self):
        if current_trace():
            current_trace().refuse_custom_operator()
        self._operands, self.__row, self.__k = (), None, None

    # --- what operators.py and copying.py require of an engine ---

    def _is_computed(self):
        return bool(self._operands)

    def _apply(self, name, *others):
        # Python calls a traced right operand first, except where the left one is of a subclass.
        if type(self) is not Value and others and getattr(others[0], "_apply_after", None):
            return others[0]._apply_after(name, self)
        operands = (self, *(x if isinstance(x, Value) else Value(x) for x in others))
        row = OPS[name]
        data = value_of(row, *(operand.__data for operand in operands))
        return self._result(name, None, row.label, operands, data)

    def _apply_k(self, name, k, op):
        data = value_of(OPS[name], self.__data, k)
        return self._result(name, k, op, (self,), data)

    def _result(self, name, k, op, operands, data):
        mode = current()
        if not mode.records:
            return Value(data)
        result = self._make(name, k, op, operands, data)
        if mode.watch:
            mode.watch(result)
        return result

    @staticmethod
    def _make(name, k, op, operands, data, cls=None):
        node = object.__new__(cls or Value)
        row = TAKE if name == "take" else OPS.get(name)
        node._fill(data, operands, op, row, k)
        return node

    def _recipe(self):
        """Return the operator's name or None, its k or local gradients or None, and ``_op``."""
        return self.__row and self.__row.name, self.__k, self._op

    def _has_custom_backward(self):
        return self.__custom_backward is not None or type(self)._backward is not Value._backward

    @property
    def _rebuild_leaf(self):
        return rebuild_leaf

    @property
    def _rebuild_graph(self):
        return rebuild_graph


Value._plain_class = Value
for _name in SLIPS:  # a __setattr__ that checks every name would halve the speed
    setattr(Value, _name, Slip(_name))


# Sets a Value's data to a float. It runs no bytecode, so no signal handler can run meanwhile.
store_data = Value._Value__data.__set__


def rebuild_leaf(*args):
    return copying.rebuild_leaf(Value, *args)


def rebuild_graph(*args):
    return copying.rebuild_graph(Value, *args)
