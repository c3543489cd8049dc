"""The layout of explore's page, which Python makes: columns, orders, Graphviz's dot or our own."""

import os
import random
import shutil
import subprocess
import sys

import pytest

from micrograd_c import Value, explore, nn
from micrograd_c.explorer import graphviz_layout, layout
from micrograd_c.explorer.graph import collect
from micrograd_c.explorer.graphviz_layout import layered_by_dot
from micrograd_c.explorer.groups import MOST_PARTS, Group, Groups
from micrograd_c.explorer.layering import MOST_BENDS, crossings, forward_edges, layered

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="there is no dot here")


def by_dot(count, edges):
    return layered_by_dot([(count, edges)])[0]


both = pytest.mark.parametrize("lay_out", [layered, pytest.param(by_dot, marks=needs_dot)])


def random_edges(rng, count, most):
    """Edges without a circle; ``count`` and ``count + 1`` are what is before and after."""
    pairs = {tuple(sorted(rng.sample(range(count), 2))) for _ in range(rng.randint(0, most))}
    outside = rng.sample(range(count), min(count, rng.randint(0, 5)))
    return sorted([*pairs, *((count, i) for i in outside), *((i, count + 1) for i in outside[::2])])


def assert_right(count, edges, columns, bends):
    """Each node is once in a column; edges go to the right, and have a bend in each they pass."""
    column_of = {count: -1, count + 1: len(columns)}
    passed = {edge: [] for edge in bends}
    for c, column in enumerate(columns):
        assert column
        for cell in column:
            if cell < 0:
                passed[tuple(bends[-1 - cell])].append(c)
            else:
                assert cell not in column_of
                column_of[cell] = c
    assert set(column_of) == set(range(count + 2))
    for a, b in edges:
        assert column_of[a] < column_of[b]
        assert passed.get((a, b), []) == list(range(column_of[a] + 1, column_of[b]))


@both
def test_random_graphs_have_columns_and_bends(lay_out):
    rng = random.Random(3)
    for _ in range(12):
        count = rng.randint(2, 40)
        edges = random_edges(rng, count, 60)
        columns, bends = lay_out(count, edges)
        assert_right(count, edges, columns, bends)
        assert lay_out(count, edges) == (columns, bends)


@both
def test_a_diamond_with_a_long_edge(lay_out):
    columns, bends = lay_out(4, [(0, 1), (1, 2), (2, 3), (0, 3)])
    assert [sorted(column) for column in columns] == [[0], [-1, 1], [-1, 2], [3]]
    assert bends == [(0, 3)]
    # It is at the same side of both nodes.
    assert columns[1].index(-1) == columns[2].index(-1)


@both
def test_no_edges_cross_where_none_need_to(lay_out):
    """Two combs, whose teeth are numbered alternately."""
    edges = [(i, 20 + i % 2) for i in range(20)]
    columns, _ = lay_out(22, edges)
    assert sorted(columns[0]) == list(range(20)) and sorted(columns[1]) == [20, 21]
    after = {(0, a): [b] for a, b in edges}
    assert crossings(columns, after) == 0
    assert crossings([list(range(20)), [20, 21]], after) == 45


@both
def test_long_edges_cross_nothing_where_they_need_not(lay_out):
    """Chains of different lengths from a node to another."""
    edges, count = [], 2
    for length in (6, 0, 4, 2, 5, 1):
        chain = [0, *range(count, count + length), 1]
        count += length
        edges += zip(chain, chain[1:])
    columns, bends = lay_out(count, edges)
    assert_right(count, edges, columns, bends)
    column_of = {cell: c for c, column in enumerate(columns) for cell in column}
    after = {}
    for a, b in edges:
        passed = range(column_of[a] + 1, column_of[b])
        way = [a, *(-1 - bends.index((a, b)) for _ in passed), b]
        for k, (cell, following) in enumerate(zip(way, way[1:])):
            after.setdefault((column_of[a] + k, cell), []).append(following)
    assert crossings(columns, after) == 0


def test_crossings_are_counted_as_pairs_are():
    rng = random.Random(2)
    columns = [list(range(6)), list(range(6, 12))]
    ends = [(rng.randrange(6), rng.randrange(6, 12)) for _ in range(15)]
    after = {}
    for a, b in ends:
        after.setdefault((0, a), []).append(b)
    pairs = [(e, f) for k, e in enumerate(ends) for f in ends[:k]]
    assert crossings(columns, after) == sum((a - c) * (b - d) < 0 for (a, b), (c, d) in pairs)


def test_of_a_circle_one_edge_goes_back():
    assert forward_edges(3, [(0, 1), (1, 2), (2, 0)]) == [(0, 1), (1, 2)]
    columns, _ = layered(2, [(0, 1), (1, 0)])
    assert columns == [[0], [1]]


def test_long_edges_have_few_bends_in_all():
    count = 80
    edges = [(a, b) for b in range(count) for a in range(b)]
    columns, bends = layered(count, edges, rounds=0)
    cells = [cell for column in columns for cell in column]
    assert sorted(cell for cell in cells if cell >= 0) == list(range(count))
    assert len(cells) - count <= MOST_BENDS
    assert len(bends) == len({cell for cell in cells if cell < 0})


def test_nothing_to_lay_out():
    assert layered(1, []) == ([[0]], [])
    assert layered(0, []) == ([], [])
    assert layered_by_dot([]) is None


# --- dot -----------------------------------------------------------------------------------------


def test_where_dot_fails_the_layout_is_our_own(monkeypatch):
    graph = 3, [(0, 1), (1, 2)]
    monkeypatch.setattr("shutil.which", lambda name: sys.executable)

    def runs(stdout="", code=0, error=None):
        def run(command, timeout, **_):
            assert timeout == graphviz_layout.SECONDS
            if error:
                raise error
            return subprocess.CompletedProcess(command, code, stdout, "")

        monkeypatch.setattr("subprocess.run", run)
        return layered_by_dot([graph])

    plain = "graph 1 3 1\n" + "".join(f"node {i} {i} 0.5 1 1\n" for i in range(3)) + "stop\n"
    assert runs(plain) == [([[0], [1], [2]], [])]
    assert runs(plain, code=1) is None
    assert runs("graph 1 2 3\nnode 0\n") is None
    assert runs("graph 1 2 3\nnode 0 a b\n") is None
    assert runs("Error: nothing") is None
    assert runs(plain + plain) is None
    assert runs(error=subprocess.TimeoutExpired("dot", 10)) is None
    assert runs(error=PermissionError()) is None


def test_without_dot_on_the_path_nothing_is_run(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("subprocess.run", None)
    assert layered_by_dot([(1, [])]) is None
    assert explore(Value(1.0) + 2).html()


@needs_dot
def test_only_the_first_layouts_are_dots(monkeypatch):
    sent = []

    def record(graphs):
        sent.append(sum(count + len(edges) for count, edges in graphs))
        return layered_by_dot(graphs)

    monkeypatch.setattr(layout, "layered_by_dot", record)
    monkeypatch.setattr(layout, "BY_DOT", 40)
    groups = Groups(collect(net()))
    layouts, _ = layout.layouts_of(groups)
    assert 0 < sent[0] <= 40
    monkeypatch.setattr(layout, "BY_DOT", 4000)
    every, _ = layout.layouts_of(groups)
    assert sent[1] > 40 and len(layouts) == len(every)


# --- the layouts of groups -----------------------------------------------------------------------


def net(nouts=(12, 12, 1)):
    random.seed(1)
    return nn.MLP(3, list(nouts), nonlin="tanh")([Value(0.5), Value(-1.0), Value(2.0)])


def tangled(rng, size):
    """A Value of a random graph, with sums of many terms in it."""
    values = [Value(rng.uniform(-1, 1)) for _ in range(5)]
    for _ in range(size):
        a, b = rng.choice(values), rng.choice(values[-30:])
        makers = [lambda: a + b, lambda: a * b, a.tanh, lambda: sum(values[-9:])]
        values.append(rng.choice(makers)())
    return sum(values[-50:])


def expected_edges(groups):
    """The edges between parts of each group, found one by one."""
    links = groups.links
    found = [set() for _ in groups.all]
    place = {id(part): k for group in groups.all for k, part in enumerate(group.parts())}
    node_place = {i: k for g in groups.all for k, i in enumerate(g.parts()) if type(i) is int}

    def way(i):
        """(group, place in it) from the innermost group outwards."""
        group, k = groups.all[groups.number_of[i]], node_place[i]
        while group is not None:
            yield group.number, k
            group, k = group.parent, place.get(id(group))

    for operand, user in zip(links.operands.tolist(), links.users.tolist()):
        a, b = list(way(operand)), list(way(user))
        common = {number for number, _ in a} & {number for number, _ in b}
        smallest = next(number for number, _ in a if number in common)
        found[smallest].add((dict(a)[smallest], dict(b)[smallest]))
        for number, k in a:
            if number not in common:
                found[number].add((k, len(groups.all[number].parts()) + 1))
        for number, k in b:
            if number not in common:
                found[number].add((len(groups.all[number].parts()), k))
    return found


@pytest.mark.parametrize("size", [10, 60, 400])
def test_groups_have_all_nodes_and_the_edges_between_their_parts(size):
    rng = random.Random(size)
    groups = Groups(collect(tangled(rng, size)))
    nodes = sorted(i for group in groups.all for i in group.nodes)
    assert nodes == list(range(groups.links.n))
    for number, group in enumerate(groups.all):
        assert group.number == number and group.size
        assert group.parent is None or group.parent.number < number
        assert len(group.parts()) <= 2 * MOST_PARTS
        assert group.last == max(p.last if isinstance(p, Group) else p for p in group.parts())
    layouts, which = layout.layouts_of(groups)
    for group, number, edges in zip(groups.all, which, expected_edges(groups)):
        count = len(group.parts())
        forward = forward_edges(count + 2, sorted(edges))
        assert_right(count, forward, *layouts[number])


def test_neurons_of_a_layer_share_a_layout():
    groups = Groups(collect(net()))
    layouts, which = layout.layouts_of(groups)
    of_neurons = {}
    for group, number in zip(groups.all, which):
        if group.kind == "neuron":
            of_neurons.setdefault(group.parent.title, set()).add(number)
    assert [len(numbers) for numbers in of_neurons.values()] == [1, 1, 1]
    assert len(layouts) < 10 < len(groups.all)


def test_late_layouts_of_many_are_made_quickly(monkeypatch):
    monkeypatch.setenv("PATH", "")
    groups = Groups(collect(tangled(random.Random(1), 300)))
    careful, _ = layout.layouts_of(groups)
    monkeypatch.setattr(layout, "WITH_ROUNDS", 2)
    quick, _ = layout.layouts_of(groups)
    assert quick[:2] == careful[:2] and quick != careful
    for fast, slow in zip(quick, careful):
        assert [sorted(column) for column in fast[0]] == [sorted(column) for column in slow[0]]


@pytest.mark.parametrize("dot", [pytest.param(True, marks=needs_dot), False])
def test_the_page_is_the_same_each_time(dot):
    """In two processes, in which sets have different orders."""
    program = (
        "import random; from micrograd_c import Value, explore, nn; random.seed(1)\n"
        "print(explore(nn.MLP(3, [5, 4, 1])([Value(1.0), 2.0, 3.0])).html())"
    )
    pages = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        if not dot:
            environment["PATH"] = ""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, env=environment, check=True
        )
        pages.add(done.stdout)
    assert len(pages) == 1
