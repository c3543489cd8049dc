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


class ArgumentRules:
    """All rules of a traced function.

    NumPy takes microseconds for each call, so that the columns of an argument that have the same
    rule are checked together. Where that fails, the rules are checked one by one, in the order in
    which the function gave them.
    """

    def __init__(self, rules):
        self._rules = tuple(rules)
        places = {}
        for argument, place, rule in rules:
            places.setdefault((argument, rule), []).append(place)
        self._groups = [(argument, rule, index_of(p)) for (argument, rule), p in places.items()]

    def __bool__(self):
        return bool(self._rules)

    def check(self, arrays):
        """Raise the error of the first rule that a row of the arrays breaks."""
        if not self._groups:  # as in most programs: this is on the path of each call
            return
        if not all(rule.holds(arrays[i][index]).all() for i, rule, index in self._groups):
            for argument_rule in self._rules:
                check_rule(argument_rule, arrays)


def index_of(places):
    """Return what indexes an array at all of these places."""
    if places[0] is None:
        return ()
    if isinstance(places[0], tuple):
        return tuple(map(list, zip(*places)))
    first, last = min(places), max(places)
    is_block = last - first == len(places) - 1
    return (slice(None), slice(first, last + 1) if is_block else places)


def check_rule(argument_rule, arrays):
    """Raise the rule's error for the first row of the arrays that breaks it."""
    argument, place, rule = argument_rule
    if isinstance(place, tuple):
        xs, where = arrays[argument][place].reshape(1), "".join(f"[{i}]" for i in place)
    else:
        xs = arrays[argument] if place is None else arrays[argument][:, place]
        where = ", row {}" if place is None else f", row {{}}, column {place}"
    holds = rule.holds(xs)
    if not holds.all():
        row = int(holds.argmin())
        examples = getattr(arrays, "examples", None)  # of rows that are some of a batch's
        example = row if examples is None else examples[row]
        raise rule.error(
            f"argument {argument}{where.format(example)}: expected {rule.expected}, "
            f"got {float(xs[row])}"
        )
