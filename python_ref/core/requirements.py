"""What a traced function requires of its arguments. Each run checks it for all rows.

A loss requires that its targets are classes or probabilities. Where a target is an argument
of the jitted function, its numbers are known only when the function runs.
"""

from typing import Callable, NamedTuple

from python_ref.core.tracing import current_trace


class Rule(NamedTuple):
    """``holds`` takes a float, or an array, for which it answers element by element."""

    expected: str
    holds: Callable
    error: type = ValueError


class Requirement(NamedTuple):
    """A rule for an argument, or for a column of one of shape (n, k)."""

    argument: int
    column: object  # an int or None
    rule: Rule


def demand(value, rule):
    """Add the rule to the trace if ``value`` is an argument of the traced function."""
    trace = current_trace()
    if trace:
        place = trace.place_of(value)
        if place is not None:
            requirement = Requirement(*place, rule)
            if requirement not in trace.requirements:
                trace.requirements.append(requirement)


def check_arguments(requirements, arrays):
    """Raise for the first row of the arrays that breaks a rule."""
    for argument, column, rule in requirements:
        xs = arrays[argument] if column is None else arrays[argument][:, column]
        holds = rule.holds(xs)
        if not holds.all():
            row = int(holds.argmin())
            where = "" if column is None else f", column {column}"
            raise rule.error(
                f"argument {argument}, row {row}{where}: expected {rule.expected}, "
                f"got {float(xs[row])}"
            )
