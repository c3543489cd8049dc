"""Rules for the arguments of a traced function, which each run checks for all rows.

A loss requires that its targets are classes or probabilities, ``take`` that its index is in
range. Where these are arguments of a jitted function, their numbers are known only when the
function runs.
"""

from typing import Callable, NamedTuple

from python_ref.core.tracing import current_trace


class Rule(NamedTuple):
    """``holds`` takes a float, or an array and answers element by element."""

    expected: str  # what the message says was expected
    holds: Callable
    error: type = ValueError


class ArgumentRule(NamedTuple):
    """A rule for an argument of shape (n,), for one column of an argument of shape (n, k), or for
    one element of an argument that all rows share."""

    argument: int
    place: object  # None for shape (n,), the number of a column, or the index of an element
    rule: Rule


def add_rule(value, rule):
    """Add the rule to the current trace, if ``value`` is an argument of the traced function."""
    trace = current_trace()
    if trace:
        place = trace.place_of(value)
        if place is not None:
            argument_rule = ArgumentRule(*place, rule)
            if argument_rule not in trace.argument_rules:
                trace.argument_rules.append(argument_rule)


def check_rules(argument_rules, arrays):
    """Raise the rule's error for the first row of the arrays that breaks it."""
    for argument, place, rule in argument_rules:
        if isinstance(place, tuple):
            xs, where = arrays[argument][place].reshape(1), "".join(f"[{i}]" for i in place)
        else:
            xs = arrays[argument] if place is None else arrays[argument][:, place]
            where = ", row {}" if place is None else f", row {{}}, column {place}"
        holds = rule.holds(xs)
        if not holds.all():
            row = int(holds.argmin())
            raise rule.error(
                f"argument {argument}{where.format(row)}: expected {rule.expected}, "
                f"got {float(xs[row])}"
            )
