"""Where the page has the parts of each group: their columns, and their order in them.

A group's layout does not depend on which groups around it or in it are open. Groups of the same
structure, as the neurons of a layer, share one layout.
"""

import numpy as np

from micrograd_c.explorer.graphviz_layout import layered_by_dot
from micrograd_c.explorer.groups import Group
from micrograd_c.explorer.layering import layered

# The first so many layouts, which are those of the outer groups, are made with care.
BY_DOT = 4000  # nodes and edges in all that go to dot: it takes half a second for them
WITH_ROUNDS = 300
SHIFT = 10  # a group has far fewer than 2**SHIFT parts: see MOST_PARTS
BEFORE, AFTER = (1 << SHIFT) - 2, (1 << SHIFT) - 1  # instead of a part: what is outside of a group


def layouts_of(groups):
    """Return (layouts, which): the distinct layouts, and the number of each group's.

    A layout is (columns, bends), as ``layering.layered`` returns them; the numbers of the cells
    are places in the list ``parts()`` of a group, and those after them what is outside.
    """
    structures, which, position = {}, [], 0
    keys, ends = edges_within(groups)
    keys = keys.astype(np.int32)
    for group, end in zip(groups.all, ends.tolist()):
        structure = len(group.nodes) + len(group.groups), keys[position:end].tobytes()
        which.append(structures.setdefault(structure, len(structures)))
        position = end
    graphs = [(count, edges_of(count, key)) for count, key in structures]

    sizes = np.cumsum([count + len(edges) for count, edges in graphs])
    for_dot = int(np.searchsorted(sizes, BY_DOT, side="right"))
    layouts = layered_by_dot(graphs[:for_dot]) or []
    for count, edges in graphs[len(layouts) :]:
        is_early = len(layouts) < WITH_ROUNDS
        layouts.append(layered(count, edges) if is_early else layered(count, edges, rounds=0))
    return layouts, which


def edges_of(count, key):
    codes = np.frombuffer(key, np.int32)
    ends = np.stack([codes >> SHIFT, codes & ((1 << SHIFT) - 1)], axis=1)
    ends[ends == BEFORE], ends[ends == AFTER] = count, count + 1
    return [tuple(edge) for edge in ends.tolist()]


def edges_within(groups):
    """Return the distinct edges between parts, group after group, and the end of each group's.

    An edge from part a to part b is the number (a << SHIFT) + b. In the smallest group that has
    both ends in it these are parts of it; in the groups that it leaves or enters on its way, one
    of them is AFTER or BEFORE.
    """
    links = groups.links
    parent = np.zeros(len(groups.all), np.int64)
    depth = np.zeros(len(groups.all), np.int64)
    place_of_group = np.zeros(len(groups.all), np.int64)
    place, of = np.zeros(links.n, np.int64), groups.number_of.astype(np.int64)
    for number, group in enumerate(groups.all):
        if group.parent is not None:
            parent[number] = group.parent.number
            depth[number] = depth[group.parent.number] + 1
        if not group.groups:
            place[group.nodes] = np.arange(len(group.nodes))
            continue
        for k, part in enumerate(group.parts()):
            if isinstance(part, Group):
                place_of_group[part.number] = k
            else:
                place[part] = k

    ends = [links.operands, links.users]
    group = [of[end] for end in ends]
    part = [place[end] for end in ends]
    codes = []  # the group's number << 2 * SHIFT, and the edge
    apart = np.flatnonzero(group[0] != group[1])
    while apart.size:
        # The deeper end goes up to the group around.
        operands_go_up = depth[group[0][apart]] >= depth[group[1][apart]]
        for end, some in enumerate((apart[operands_go_up], apart[~operands_go_up])):
            a, b = (part[0][some], AFTER) if end == 0 else (BEFORE, part[1][some])
            codes.append((group[end][some] << 2 * SHIFT) + (a << SHIFT) + b)
            part[end][some] = place_of_group[group[end][some]]
            group[end][some] = parent[group[end][some]]
        apart = apart[group[0][apart] != group[1][apart]]
    codes.append((group[0] << 2 * SHIFT) + (part[0] << SHIFT) + part[1])
    found = np.sort(np.concatenate(codes))
    is_new = np.ones(len(found), bool)
    is_new[1:] = found[1:] != found[:-1]
    found = found[is_new]
    counts = np.bincount(found >> 2 * SHIFT, minlength=len(groups.all))
    return found & ((1 << 2 * SHIFT) - 1), np.cumsum(counts)
