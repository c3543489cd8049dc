"""``detect_anomaly``: a context in which the first NaN or infinity raises, and says where.

Its mode's ``watch`` checks each new Value. ``backward`` of both engines calls ``checked_backward``
in such a mode.
"""

import math
from functools import partial

from python_ref.core.decorating import in_mode
from python_ref.core.modes import EntersByOneCall, LeavesByOneCall, Mode, current
from python_ref.core.naming import name_of, names_of
from python_ref.core.source_lines import line_of, note_line, text_of
from python_ref.core.user_code import user_place


class detect_anomaly:
    """A context or decorator in which the first NaN or infinity raises FloatingPointError.

    The error names the node, the operator and, as in ``record_lines``, the line of your code:

    - An operator raises if its result is NaN, or infinite though its operands are finite. The
      graph is as before then. An infinity computed from an infinity, such as that of a mask, is
      accepted. Operators for which Python's math raises (``log(-1)``, ``exp(1000)``, ``1 / 0``)
      raise what they do everywhere.
    - ``backward()`` raises at the first gradient that becomes NaN or infinite, and names the
      operator that passed it on and the line that computed it. Then no gradient has changed. It
      takes the steps of ``backward()`` one by one and checks each.
    - Functions of ``jit`` work as with ``check_finite=True``: their results, the loss and the
      parameters' gradients are checked after a batch, and the error names the example and the
      operator. ``bind`` takes that from the context that it is called in; ``jacobian`` is not
      checked.
    - Within ``no_grad`` no operator is recorded, and none is checked. ``grad``, ``hessian`` and
      the like check what the function computes, and not its derivatives.

    It is of this thread or asyncio task, as ``no_grad`` is, and costs nothing outside of it. As a
    decorator, write ``@detect_anomaly()``. PyTorch's ``torch.autograd.detect_anomaly`` raises
    RuntimeError; this raises what ``check_finite`` does, so that one ``except`` serves both.

    Args:
        names: The names of nodes without a label: a module, whose parameters are called
            ``layers[0].neurons[3].w[1]``, or a dict of variables such as ``locals()``.

    Raises:
        TypeError: For other ``names``.
        TraceError: In a function that ``jit`` traces.

    >>> from python_ref.engine import Value
    >>> from micrograd_c.debugging import detect_anomaly
    >>> x = Value(1e200, label="x")
    >>> with detect_anomaly():
    ...     y = x * x  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: ...: '*' gives inf for x = 1e+200 and x = 1e+200
    """

    __slots__ = ("names",)

    __enter__ = EntersByOneCall()
    __exit__ = LeavesByOneCall()

    def __init__(self, names=None):
        names_of(names)  # so that it raises here
        self.names = names

    def __call__(self, function):
        again = partial(type(self), self.names)
        again.__name__ = type(self).__name__
        return in_mode(again, function)

    def _new_mode(self):
        now = current()
        if now.trace:
            now.trace.refuse_detect_anomaly()
        return Mode(now, now.records, None, now.raises, Watch(self.names))


def detects_anomalies():
    """Return True within ``detect_anomaly``."""
    return isinstance(current().watch, Watch)


def checks_finite(check_finite):
    """Return that option of ``jit``'s methods as a bool, True within ``detect_anomaly``."""
    return bool(check_finite) or detects_anomalies()


class Watch:
    """Notes the line of each new Value, and raises for the first that is not finite."""

    def __init__(self, names):
        self.names = names

    def __call__(self, value, with_number=False):
        note_line(value, with_number)
        if value.data - value.data != 0.0 and current().raises:  # ieee() expects infinities
            operands = value._operands
            are_finite = all(is_finite(x.data) for x in operands)
            if operands and (are_finite or math.isnan(value.data)):
                raise FloatingPointError(self.about_result(value, operands))

    def about_result(self, value, operands):
        names = names_of(self.names)
        place = text_of(*user_place())
        own = name_of(value, names)
        own = f", {own}," if own else ""
        shown = " and ".join(described(x, names) for x in operands[:SHOWN])
        more = f" and {len(operands) - SHOWN} more" if len(operands) > SHOWN else ""
        return f"{place}: {operator_of(value)}{own} gives {value.data} for {shown}{more}"

    def about_gradient(self, node, operand):
        names = names_of(self.names)
        arrived = "" if is_finite(node.grad) else f", to which {node.grad} arrived"
        place = line_of(node)
        before = f"{text_of(*place)}: " if place else ""
        unknown = "" if place else " (outside of detect_anomaly, which therefore knows no line)"
        name = name_of(node, names)
        return (
            f"{before}in backward(), {operator_of(node)}{name and f', {name},'}{unknown} makes the "
            f"gradient of {described(operand, names)} {operand.grad}: its own value is "
            f"{node.data:.6g}, its gradient {node.grad:.6g}{arrived}"
        )


SHOWN = 4  # operands that a message lists


def operator_of(value):
    return repr(str(value._op)) if value._op else "an operator of your own"


def described(value, names):
    """Return "x = 2", or for an unnamed Value the operator and line that made it."""
    name = name_of(value, names)
    place = line_of(value)
    made = f" of {text_of(*place)}" if place and not name else ""
    what = name or (f"a {value._op!r}" if value._op else "a leaf")
    return f"{what}{made} = {value.data:.6g}"


def is_finite(x):
    return x - x == 0.0


def checked_backward(root, order):
    """Do the steps of ``backward()`` one by one; raise at the first gradient that is not finite.

    ``order`` lists the Values from the root on; those without operands may be missing. Where an
    error is raised, every gradient is as it was.
    """
    watch, before = current().watch, {id(root): (root, root.grad)}
    for node in order:
        for x in (node, *node._operands):
            before.setdefault(id(x), (x, x.grad))
    root.grad = 1.0
    try:
        for node in order:
            operands = [(x, is_finite(x.grad)) for x in node._operands]
            node._backward()
            for operand, was_finite in operands:
                if was_finite and not is_finite(operand.grad):
                    raise FloatingPointError(watch.about_gradient(node, operand))
    except BaseException:
        for x, grad in before.values():
            x.grad = grad
        raise
