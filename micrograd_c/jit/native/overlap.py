"""Loops that run in turns, a chunk of rounds each.

The rounds of a recursion wait for each other, while most of the processor has nothing to do.
Loops that need its results, or other recursions, can run in that time. So neighbouring loops
are put into a ``Group``: in each turn each loop does its next CHUNK rounds. A loop that needs
results of another one runs ``lag`` turns behind it: what was just written value by value cannot
be loaded as a vector without a long wait. ::

    for (int turn = 0; turn < 34; turn++) {
        rounds 16 * turn to 16 * turn + 15 of the first loop
        rounds 16 * (turn - 1) to 16 * (turn - 1) + 15 of the second
    }

The statements that add to the same variable keep their order, so no sum changes.
"""

from micrograd_c.jit.native.loops import Part, fused, is_parallel, is_safe, join

CHUNK = 16  # rounds of a loop in one turn: about what a processor looks ahead
LEAST_CHUNKS = 4
LARGEST_ROUND = 24  # statements; longer rounds keep a processor busy by themselves
MOST_LAG = 3
LOOK_BACK = 4  # items that a loop may pass on its way to a group
MOST_CUT = 2  # last rounds that a loop may leave behind for it


def overlapped(items):
    """Return the items with loops in Groups. Items that use the same names keep their order."""
    result = []
    for item in items:
        if not isinstance(item, Part):
            result.append(item)
        elif item.rounds == 1:
            result.insert(place_before_groups(result, item), Group(item))
        elif not has_joined(result, item):
            result.append(Group(item))
    return [
        item.parts[0] if isinstance(item, Group) and len(item.parts) == 1 else item
        for item in result
    ]


def place_before_groups(result, part):
    """Return where statements without a loop go: before loops that they need nothing of."""
    place = len(result)
    for item in reversed(result[-LOOK_BACK:]):
        if not (isinstance(item, Group) and item.is_loop and item.free_rounds(part)):
            break
        place -= 1
    return place


def has_joined(result, part):
    """Put a loop into one of the last groups if that is possible. Returns whether it was.

    It may pass other items that it needs nothing of. Its last rounds may be left behind.
    """
    rest = []
    for item in reversed(result[-LOOK_BACK:]):
        if not (isinstance(item, Group) and is_short(part)):
            return False
        if item.join(part):
            result += map(Group, rest)
            return True
        free = item.free_rounds(part)
        if free < part.rounds - MOST_CUT:
            return False
        if free < part.rounds:
            part, last = cut(part, free)
            rest.insert(0, last)
    return False


def cut(part, rounds):
    """Return the first rounds of a loop as a loop, and the others as statements without one."""
    at = rounds * len(part.statements)
    last = part.all[at:]
    return part._replace(rounds=rounds, all=part.all[:at]), Part(last, 1, None, last)


class Access:
    """Which rounds of a Part use a name: the last that writes it, and the last that uses it."""

    def __init__(self, part):
        self.wrote, self.used = {}, {}
        length = len(part.statements)
        for i, (_, target, reads) in enumerate(part.all):
            self.wrote[target] = i // length
            for name in (target, *reads):
                self.used[name] = i // length

    def pairs(self, part):
        """Yield the rounds of this part that a later Part needs: for each, the first that does."""
        length = len(part.statements)
        for i, (_, target, reads) in enumerate(part.all):
            for name in reads:
                if name in self.wrote:
                    yield self.wrote[name], i // length
            if target in self.used:
                yield self.used[target], i // length


class Group:
    """Parts that run in turns, and by how many turns each is late (``lags``)."""

    def __init__(self, part):
        self.parts, self.lags, self.accesses = [part], [0], [Access(part)]

    @property
    def is_loop(self):
        return self.parts[0].rounds > 1

    @property
    def turns(self):
        return max(lag + -(-part.rounds // CHUNK) for part, lag in zip(self.parts, self.lags))

    def join(self, part):
        """Add a Part if its rounds can run with the others'. Returns whether it was added."""
        if not (is_short(part) and is_short(self.parts[0])):
            return False
        both = merged(self.parts[-1], part, self.accesses[-1])
        n = len(self.parts) - 1 if both else len(self.parts)
        part = both or part
        if n > 0 and all(map(is_parallel, [*self.parts[:n], part])):
            return False
        lag = 0
        for before, access in zip(self.lags[:n], self.accesses):
            ahead = [a // CHUNK - b // CHUNK for a, b in access.pairs(part)]
            if ahead:
                lag = max(lag, before + max([0, *ahead]) + 1)
        if lag > MOST_LAG:
            return False
        self.parts[n:], self.lags[n:], self.accesses[n:] = [part], [lag], [Access(part)]
        return True

    def free_rounds(self, part):
        """Return how many rounds of a later Part there are before one that needs this group."""
        needing = [b for access in self.accesses for _, b in access.pairs(part)]
        return min(needing, default=part.rounds)


def is_short(part):
    return part.rounds >= LEAST_CHUNKS * CHUNK and len(part.statements) <= LARGEST_ROUND


def merged(a, b, access):
    """Return a loop that does a round of each of two loops in turn; None if it must not.

    ``access``: of the first. Loops that become vectors are joined with such loops only.
    """
    if is_parallel(a) or is_parallel(b):
        both = fused([a, b])
        return both[0] if len(both) == 1 else None
    if a.rounds != b.rounds or len(a.statements) + len(b.statements) > LARGEST_ROUND:
        return None
    if any(x > y for x, y in access.pairs(b)):
        return None
    both = join(a, b)
    return both if is_safe(both.all, len(both.statements), both.steps) else None
