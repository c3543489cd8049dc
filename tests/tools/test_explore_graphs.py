"""explore's page on random graphs: its numbers, its groups and its layout."""

# ruff: noqa: F811 - fixtures are imported

import random
import shutil

import pytest
from browser_tools import browser, grads, open_page  # noqa: F401 - the fixtures

from micrograd_c import Value, explore, nn
from micrograd_c.explorer.graph import collect
from micrograd_c.explorer.page import as_json
from python_ref.core.walking import topological_sort

# Sets the page's graph, opens groups until nothing is closed, and returns the numbers after a
# change of the first leaf. An error names what does not hold.
OPEN_ALL = """async ([json, changed]) => {
    const check = (holds, what) => { if (!holds) throw new Error(what) };
    const checkPlaces = () => {
        const frames = [{ item: groups.top, x: 0, y: 0, width: 1e9, height: 1e9 }, ...view.frames];
        const frameOf = new Map(frames.map((frame) => [frame.item, frame]));
        for (const a of [...view.boxes, ...view.frames]) {
            const around = frameOf.get(groups.around(a.item));
            for (const [way, size] of [["x", "width"], ["y", "height"]])
                check(Math.abs(a[way] - around[way]) <= (around[size] - a[size]) / 2,
                    "a box has no place in its frame");
            for (const b of [...view.boxes, ...view.frames]) {
                if (a === b || groups.around(b.item) !== around.item) continue;
                check(Math.abs(a.x - b.x) >= (a.width + b.width) / 2 ||
                    Math.abs(a.y - b.y) >= (a.height + b.height) / 2, "two boxes overlap");
            }
        }
        for (const { from, to, links, points } of view.edges) {
            const [a, b] = [view.boxes[from], view.boxes[to]];
            check(links.every(({ chain }) => chain.every(({ x, y }) => Number.isFinite(x + y))),
                "a point has no place");
            if (groups.around(a.item) !== groups.around(b.item)) continue;
            if (groups.around(a.item).groups.length) continue; // which can need each other
            check(a.x + a.width / 2 < b.x - b.width / 2, "an edge goes back");
            const xs = points.map(([x]) => x);
            check(xs.every((x, k) => k === 0 || x > xs[k - 1]), "an edge turns back");
        }
    };
    graph = await Graph.read(json);
    groups = await Groups.read(json.groups, graph);
    foundNames.clear();
    await nameParameters(json.parameters);
    for (let round = 0; ; round++) {
        const items = groups.items();
        const shown = new Set(items);
        check(shown.size === items.length, "an item is shown twice");
        for (let i = 0; i < graph.n; i++)
            check(shown.has(groups.itemOf(i)), `node ${i} is in nothing that is shown`);
        check(round || items.length <= 120, `${items.length} items at first`);
        draw();
        checkPlaces();
        const closed = items.filter((item) => !isNode(item));
        if (!closed.length) break;
        check(round < 60, "groups never end");
        for (const group of closed) groups.open(group);
    }
    check(groups.items().length === graph.n, "some nodes are never shown");
    graph.forward(new Map([[changed[0], changed[1]]]));
    graph.backward();
    return [graph.data, graph.grad].map((numbers) => Array.from(numbers, String));
}"""


def neuron(inputs, weights):
    return sum((x * w for x, w in zip(inputs, weights)), weights[0]).relu()


def random_graph(rng):
    """A function that builds a Value, of leaves that it is given, by operators that are exact."""
    size = rng.choice([5, 40, 100])
    steps = [(rng.randrange(7), rng.random(), rng.random()) for _ in range(size)]

    def build(leaves):
        values = list(leaves)
        for kind, p, q in steps:
            a, b = values[int(p * len(values))], values[-1 - int(q * min(len(values), 6))]
            values.append(
                a + b if kind < 2
                else a * b * 0.5 if kind == 2
                else (a - b).relu() if kind == 3
                else sum(values[-1 - int(p * 12) :]) * 0.25 if kind == 4
                else neuron(values[-9:], leaves) if kind == 5
                else a * 0.125 + 1.0
            )  # fmt: skip
        return sum(values[-20:], values[0] * 2)

    return build


def opened(page, root, changed):
    """The data and gradients that OPEN_ALL returns."""
    texts = page.evaluate(OPEN_ALL, [as_json(collect(root)), changed])
    return [[float(number.replace("Infinity", "inf")) for number in part] for part in texts]


@pytest.fixture(params=["dot", "no dot"])
def layout(request, monkeypatch):
    """Graphviz's layout, or our own, where there is no program on the PATH."""
    if request.param == "no dot":
        monkeypatch.setenv("PATH", "")
    elif shutil.which("dot") is None:
        pytest.skip("there is no dot on this machine")


def test_random_graphs(open_page, layout):
    page = open_page(explore(Value(1.0) + 1))
    rng = random.Random(4)
    for _ in range(6):
        build = random_graph(rng)
        numbers = [rng.uniform(-1, 1) for _ in range(rng.randint(1, 12))]
        leaves = [Value(x) for x in numbers]
        root = build(leaves)
        place = topological_sort(root).index(leaves[0])
        other = build([Value(0.75), *map(Value, numbers[1:])])
        other.backward()
        order = topological_sort(other)
        data, grad = opened(page, root, [place, 0.75])
        assert data == [v.data for v in order]
        assert grad == grads(order)


def test_losses_of_nets_of_many_kinds(open_page, layout):
    page = open_page(explore(Value(1.0) + 1))
    rng = random.Random(5)
    for nonlin in ("tanh", "relu", "gelu"):
        model = nn.MLP(2, [rng.randint(2, 5), 4, 2], nonlin=nonlin)
        rows = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(rng.randint(1, 15))]
        outputs = [model(row) for row in rows]
        loss = sum((a.exp() / (a.exp() + b.exp())).log() for a, b in outputs) * -1
        loss = loss + 0.01 * sum(p * p for p in model.parameters())
        order = topological_sort(loss)
        loss.backward()
        changed = [0, order[0].data]  # no change
        data, grad = opened(page, loss, changed)
        assert data == [v.data for v in order]
        assert all(abs(a - v.grad) <= 1e-12 * max(1, abs(v.grad)) for a, v in zip(grad, order))
