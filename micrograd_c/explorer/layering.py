"""A layered layout of a small graph, from left to right: which node is in which column, and where.

Columns by the longest way to the end; within a column an order with few crossings by barycentres
(Sugiyama, Tagawa and Toda, 1981). The same graph always has the same layout.
"""

from bisect import bisect_right, insort

MOST_BENDS = 1000  # more would take long; further long edges go straight
ROUNDS = 12


def forward_edges(count, edges):
    """Return the edges (from, to) without those that would close a circle.

    Closed groups can need each other. Then the lower number goes first, and an edge goes back.
    """
    users, waits_for = [[] for _ in range(count)], [0] * count
    for a, b in edges:
        users[a].append(b)
        waits_for[b] += 1
    place = {}  # in an order with operands first
    ready = [b for b in range(count) if not waits_for[b]]
    for lowest in range(count + 1):
        while ready:
            b = ready.pop()
            place[b] = len(place)
            for user in users[b]:
                waits_for[user] -= 1
                if not waits_for[user] and user not in place:
                    ready.append(user)
        if lowest < count and lowest not in place:
            ready.append(lowest)
    kept = [(a, b) for a, b in edges if place[a] < place[b]]
    return sorted(kept, key=lambda edge: (place[edge[0]], place[edge[1]]))


def layered(count, edges, rounds=ROUNDS):
    """Return (columns, bends) of a graph of ``count`` nodes and ``edges``, (from, to) of numbers.

    The number ``count`` stands for all that is before the graph, and ``count + 1`` for what is
    after it: an edge from or to them passes all columns at that side.

    ``columns`` is a list of lists of cells, from left to right and from top to bottom. A cell is
    the number of a node, or, where an edge passes a column between those of its ends, -1 - b for
    the edge ``bends[b]``. With 0 ``rounds`` the order in a column is that of the numbers.
    """
    edges = forward_edges(count + 2, edges)
    inner = [(a, b) for a, b in edges if a < count and b < count]
    column_of = [column + 1 for column in columns_by_longest_way(count, inner)]
    columns = [[] for _ in range(max(column_of, default=0) + 2)]
    column_of += [0, len(columns) - 1]
    for i, column in enumerate(column_of):
        columns[column].append(i)
    before, after = {}, {}  # by (column, cell), the cells beside it at the left and at the right
    bends, left = [], MOST_BENDS
    for a, b in edges:
        passed = range(column_of[a] + 1, column_of[b])
        if len(passed) > left:
            continue
        way = [(column_of[a], a), *((column, -1 - len(bends)) for column in passed)]
        way.append((column_of[b], b))
        if passed:
            left -= len(passed)
            bends.append((a, b))
            for column, cell in way[1:-1]:
                columns[column].append(cell)
        for one, other in zip(way, way[1:]):
            after.setdefault(one, []).append(other[1])
            before.setdefault(other, []).append(one[1])
    if rounds:
        columns = ordered(columns, before, after, rounds)
    return columns[1:-1], bends


def columns_by_longest_way(count, edges):
    """Return the column of each node; ``edges`` are in an order with operands first."""
    to_end = [0] * count
    for a, b in reversed(edges):
        to_end[a] = max(to_end[a], to_end[b] + 1)
    most = max(to_end, default=0)
    return [most - steps for steps in to_end]


def ordered(columns, before, after, rounds):
    """Return the columns with their cells in an order with few crossings."""
    fewest, best = None, columns
    for n in range(rounds):
        columns = list(columns)
        to_right = n % 2 == 0
        near = before if to_right else after
        for c in range(len(columns)) if to_right else reversed(range(len(columns))):
            beside = c - 1 if to_right else c + 1
            if not 0 <= beside < len(columns):
                continue
            place = {cell: i for i, cell in enumerate(columns[beside])}
            keys = {}
            for i, cell in enumerate(columns[c]):
                around = near.get((c, cell))
                keys[cell] = sum(place[x] for x in around) / len(around) if around else i
            columns[c] = sorted(columns[c], key=keys.get)
        count = crossings(columns, after)
        if fewest is None or count < fewest:
            fewest, best = count, columns
        if not count:
            break
    return best


def crossings(columns, after):
    """Return how many pairs of edges between neighbouring columns cross."""
    count = 0
    for c in range(len(columns) - 1):
        place = {cell: i for i, cell in enumerate(columns[c + 1])}
        ends = []  # of the edges so far, sorted
        for cell in columns[c]:
            mine = [place[x] for x in after.get((c, cell), ())]
            count += sum(len(ends) - bisect_right(ends, end) for end in mine)
            for end in mine:
                insort(ends, end)
    return count
