"""Finds loops in a list of statements.

A program often repeats itself: time step after time step, option after option. Then statements
of the same shapes come again and again, and their names grow in equal steps. Such a part becomes
a loop, whose compiling takes no longer for many rounds, and whose code stays in the caches.
"""

from operator import sub
from typing import NamedTuple

LONGEST = 400  # statements of a round
TRIES = 8  # lengths of a round that are tried at each statement
LEAST_ROUNDS, LEAST_STATEMENTS = 4, 24
MANY_ROUNDS = 8  # after which no longer round is tried
CONTEXT = 4  # statements whose shapes must be equal before a length is tried
MOST_TOGETHER = 250  # statements without a loop that make one part


class Part(NamedTuple):
    """Statements that run one after the other, or are the first round of a loop."""

    statements: list
    rounds: int  # 1: no loop
    steps: list  # of each statement: by how much its target, and its reads, grow each round
    all: list  # the statements of all rounds


def parts_of(statements):
    """Split a list of statements into Parts."""
    parts, single = [], []
    following = next_alike(statements)
    i, n = 0, len(statements)
    while i < n:
        length, rounds, steps = loop_at(statements, i, following)
        if not rounds:
            single.append(statements[i])
            i += 1
        if single and (rounds or len(single) == MOST_TOGETHER or i == n):
            parts.append(Part(single, 1, None, single))
            single = []
        if rounds:
            all_rounds = statements[i : i + length * rounds]
            parts.append(Part(all_rounds[:length], rounds, steps, all_rounds))
            i += length * rounds
    return fused(parts)


def next_alike(statements):
    """Return, for each statement, the next one where the same shapes follow."""
    shapes = [id(shape) for shape, _, _ in statements]
    last, result = {}, [0] * len(shapes)
    for i in reversed(range(len(shapes))):
        context = tuple(shapes[i : i + CONTEXT])
        result[i] = last.get(context, 0)
        last[context] = i
    return result


def loop_at(statements, i, following):
    """Return the best loop that starts at statement i: its length, rounds and steps.

    The rounds are 0 if there is none.
    """
    best = (0, 0, None)
    j = i
    for _ in range(TRIES):
        j = following[j]
        if not j or j - i > LONGEST:
            break
        rounds, steps = rounds_of(statements, i, j - i)
        covered = rounds * (j - i)
        is_loop = rounds >= LEAST_ROUNDS and covered >= LEAST_STATEMENTS
        if (
            is_loop
            and covered > best[0] * best[1]
            and is_safe(statements[i : i + covered], j - i, steps)
        ):
            best = (j - i, rounds, steps)
            if rounds >= MANY_ROUNDS:
                break
    return best


def rounds_of(statements, i, length):
    """Return how many rounds of this length there are from i on, and the steps."""
    steps = []
    if i + LEAST_ROUNDS * length > len(statements) or not begins(statements, i, length):
        return 0, None
    for a, b in zip(statements[i : i + length], statements[i + length : i + 2 * length]):
        if a[0] is not b[0]:
            return 0, None
        step = (b[1] - a[1], *map(sub, b[2], a[2]))
        if any(s % 4 for s in step):  # a row's value and a uniform one
            return 0, None
        steps.append(step)
    rounds, at = 2, i + 2 * length
    while at + length <= len(statements):
        for t in range(length):
            a, b, step = statements[at + t - length], statements[at + t], steps[t]
            if a[0] is not b[0] or b[1] - a[1] != step[0]:
                return rounds, steps
            if tuple(map(sub, b[2], a[2])) != step[1:]:
                return rounds, steps
        rounds, at = rounds + 1, at + length
    return rounds, steps


def begins(statements, i, length):
    """True if the first targets of some rounds grow in equal steps: a quick test."""
    for place in (i, i + length // 2, i + length - 1):
        some = statements[place : place + (LEAST_ROUNDS - 1) * length + 1 : length]
        steps = {b[1] - a[1] for a, b in zip(some, some[1:])}
        if len(steps) > 1 or any(x[0] is not some[0][0] for x in some):
            return False
    return True


def is_safe(statements, length, steps):
    """True if no name that the loop writes, or the first round reads, has also another step."""
    in_round = {}  # x[0] * x[k]: in the first round, both are the name x[0]
    for (_, target, reads), step in zip(statements[:length], steps):
        for name, s in zip((target, *reads), step):
            if in_round.setdefault(name, s) != s:
                return False
    step_of, written = {}, set()
    for i, (_, target, reads) in enumerate(statements):
        step = steps[i % length]
        written.add(target)
        for name, s in zip((target, *reads), step):
            if step_of.setdefault(name, s) != s:
                step_of[name] = None
    return all(step_of[name] is not None for name in written)


# --- rounds that do not depend on each other -------------------------------------------


def is_parallel(part):
    """True if no round of a loop reads or writes what another round writes."""
    owner, written = {}, {}
    length = len(part.statements)
    for i, (_, target, reads) in enumerate(part.all):
        round_number = i // length
        if written.setdefault(target, round_number) != round_number:
            return False
        for name in (target, *reads):
            owner.setdefault(name, set()).add(round_number)
    return all(len(owner[name]) == 1 for name in written)


def upwards(part):
    """Return a loop of independent rounds with most names growing: vectors are loaded so."""
    if sum((s > 0) - (s < 0) for steps in part.steps for s in steps) >= 0:
        return part
    last, n = part.rounds - 1, len(part.statements)
    statements = [
        (shape, target + last * steps[0], tuple(x + last * s for x, s in zip(reads, steps[1:])))
        for (shape, target, reads), steps in zip(part.statements, part.steps)
    ]
    rounds = [part.all[r * n : (r + 1) * n] for r in reversed(range(part.rounds))]
    steps = [tuple(-s for s in some) for some in part.steps]
    return Part(statements, part.rounds, steps, [x for some in rounds for x in some])


def fused(parts):
    """Join loops that follow each other, if their rounds can be done together."""
    result = []
    for part in parts:
        before = result[-1] if result else None
        if (
            before is not None
            and before.rounds == part.rounds > 1
            and len(before.statements) + len(part.statements) <= LONGEST
        ):
            joined = join(before, part)
            if is_safe(joined.all, len(joined.statements), joined.steps) and is_parallel(joined):
                result[-1] = joined
                continue
        result.append(part)
    return result


def join(a, b):
    rounds = []
    for r in range(a.rounds):
        for part in (a, b):
            n = len(part.statements)
            rounds += part.all[r * n : (r + 1) * n]
    return Part(a.statements + b.statements, a.rounds, a.steps + b.steps, rounds)
