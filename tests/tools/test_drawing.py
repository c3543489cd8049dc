"""draw_dot: the boxes, circles and arrows of a graph, in graphviz's language."""

import html
import pickle
import re
import shutil
import sys

import pytest

from micrograd_c.drawing import draw_dot

graphviz = pytest.importorskip("graphviz")
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz's dot is missing")


def unescape(text):
    """Return the text that a browser shows for escaped text in an SVG."""
    return html.unescape(text).replace("\xa0", " ")


def boxes(dot):
    """Return the labels of the Values' boxes, in order."""
    return re.findall(r'label="(.*)" shape=record', dot.source)


def test_boxes_circles_and_edges_are_micrograds(engine):
    a, b = engine.Value(2.0), engine.Value(-3.0)
    c = a * b
    c.backward()
    assert draw_dot(c).source.splitlines() == [
        "digraph {",
        "\tgraph [rankdir=LR]",
        '\tv0 [label="{ data 2 | grad -3 }" shape=record]',
        '\tv1 [label="{ data -3 | grad 2 }" shape=record]',
        '\tv2 [label="{ data -6 | grad 1 }" shape=record]',
        '\tv2op [label="*"]',
        "\tv2op -> v2",
        "\tv0 -> v2op",
        "\tv1 -> v2op",
        "}",
    ]


def test_a_node_used_twice_is_one_box(engine):
    a = engine.Value(3.0)
    source = draw_dot(a * a + a).source
    assert source.count("shape=record") == 3
    assert source.count("v0 -> ") == 2  # one edge to the product, one to the sum


def test_labels_and_grads_set_by_hand_are_drawn(engine):
    a = engine.Value(1.5, label="a")
    b = a.tanh()
    b.label = "out"
    a.grad = 0.25
    assert boxes(draw_dot(b)) == [
        "{ a | data 1.5 | grad 0.25 }",
        "{ out | data 0.9051 | grad 0 }",
    ]


def test_a_custom_node_without_operator_keeps_its_edges(engine):
    a = engine.Value(1.0)
    assert "v0 -> v1\n" in draw_dot(engine.Value(2.0, (a,))).source


def test_huge_and_non_finite_numbers_stay_short(engine):
    a = engine.Value(1e300)
    a.grad = float("nan")
    assert boxes(draw_dot(a)) == ["{ data 1e+300 | grad nan }"]


@pytest.mark.parametrize(
    "x, text",
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1e-7, "1e-07"),
        (-1.23456e-5, "-1.235e-05"),
        (0.00012345, "0.0001234"),
        (5e-324, "4.941e-324"),
        (0.001, "0.001"),
        (-123456.789, "-1.235e+05"),
        (float("inf"), "inf"),
    ],
)
def test_small_numbers_do_not_look_like_0(engine, x, text):
    value = engine.Value(x)
    value.grad = x
    assert boxes(draw_dot(value)) == [f"{{ data {text} | grad {text} }}"]


def test_without_the_program_dot_the_error_is_one_sentence(engine, monkeypatch, tmp_path):
    dot = draw_dot(engine.Value(1.0) + 2)
    monkeypatch.setenv("PATH", str(tmp_path))
    for draw in (dot.pipe, lambda: dot.render(tmp_path / "name"), dot.copy().pipe):
        with pytest.raises(graphviz.ExecutableNotFound) as caught:
            draw()
        message = str(caught.value)
        assert message.startswith("a picture of a graph needs graphviz's program dot")
        assert "micrograd_c.explore needs nothing" in message and ". " not in message
        assert caught.value.__suppress_context__
    assert list(dot._repr_mimebundle_(include=None, exclude=None)) == ["text/plain"]
    assert "shape=record" in pickle.loads(pickle.dumps(dot)).source


@needs_dot
def test_a_notebook_gets_a_picture(engine):
    assert "image/svg+xml" in draw_dot(engine.Value(1.0))._repr_mimebundle_()


@needs_dot
def test_the_picture_fits_the_cell_and_has_the_colour_of_the_text(engine, tmp_path):
    dot = draw_dot(engine.Value(1.0, label='fill="black"') + 2)
    svg = dot.pipe(encoding="utf-8")
    head = re.search(r"<svg [^>]*>", svg)[0]
    assert 'width="100%"' in head and "viewBox" in head and 'height="' not in head
    assert re.search(r'style="max-width:\d+pt;height:auto"', head)
    assert "white" not in svg and "black" not in svg.replace("{color:black}", "").replace(
        "fill=&quot;black&quot;", ""
    )
    assert svg.count('"currentColor"') > 8 and "@media (prefers-color-scheme:dark)" in svg
    assert dot.pipe() == svg.encode()
    rendered = dot.render(tmp_path / "name")
    with open(rendered, encoding="utf-8") as file:
        assert file.read() == svg
    shown = dot._repr_mimebundle_()
    assert shown["image/svg+xml"] == svg
    assert shown["text/html"].startswith("<svg") and ' id="' not in shown["text/html"]


@needs_dot
@pytest.mark.parametrize(
    "label",
    ["a|b", "{x}", "<p> q", 'say "hi"', "back\\slash\\", "&amp;", "<b>", "two\nlines", "w ü"],
)
def test_any_label_is_drawn_literally(engine, label):
    svg = draw_dot(engine.Value(1.0, label=label)).pipe(encoding="utf-8")
    texts = [unescape(t) for t in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)]
    assert texts == [*label.split("\n"), "data 1", "grad 0"]


@needs_dot
@pytest.mark.parametrize("op", ["<b>", "my\\op", 'a"b'])
def test_any_operator_name_is_drawn_literally(engine, op):
    svg = draw_dot(engine.Value(1.0, (engine.Value(2.0),), op)).pipe(encoding="utf-8")
    assert op in [unescape(t) for t in re.findall(r"<text[^>]*>(.*?)</text>", svg)]


@needs_dot
@pytest.mark.parametrize("format, magic", [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_format_selects_the_format_that_dot_writes(engine, format, magic):
    assert draw_dot(engine.Value(1.0) + 2, format=format).pipe().startswith(magic)


def test_rankdir(engine):
    assert "rankdir=TB" in draw_dot(engine.Value(1.0), rankdir="TB").source
    with pytest.raises(ValueError, match="one of LR, RL, TB, BT, got 'up'"):
        draw_dot(engine.Value(1.0), rankdir="up")


def test_unknown_format(engine):
    with pytest.raises(ValueError, match="format.*jpog"):
        draw_dot(engine.Value(1.0), format="jpog")


def test_refuses_a_large_graph_with_its_count(engine):
    x = engine.Value(1.0)
    for _ in range(2000):
        x = x.tanh()
    expected = "the graph has 2001 Values, more than max_nodes=2000: .* or pass max_nodes=2001"
    with pytest.raises(ValueError, match=expected):
        draw_dot(x)
    assert draw_dot(x, max_nodes=2001).source.count("shape=record") == 2001
    assert draw_dot(x, max_nodes=None).source.count("shape=record") == 2001


def test_the_net_of_the_lecture_is_drawn(engine):
    model = engine.nn.MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    losses = [(model(x).tanh() - y) ** 2 for x, y in zip(xs, [1.0, -1.0, -1.0, 1.0])]
    loss = sum(losses) + 1e-4 * sum(p * p for p in model.parameters())
    assert draw_dot(loss).source.count("shape=record") > 400


def test_names_of_parameters(engine):
    model = engine.nn.MLP(2, [2, 1], nonlin="tanh")
    model.layers[0].neurons[1].b.label = "my bias"
    source = draw_dot(model([1.0, 2.0]), names=model).source
    names = [
        f"{layer}.neurons[{i}].{part}"
        for layer, n in (("layers[0]", 2), ("layers[1]", 1))
        for i in range(n)
        for part in ("w[0]", "w[1]", "b")
    ]
    names[names.index("layers[0].neurons[1].b")] = "my bias"
    drawn = [box.split(" | ")[0].strip("{ ") for box in re.findall('label="(.*)" shape', source)]
    assert sorted(name for name in drawn if not name.startswith("data")) == sorted(names)
    x = engine.Value(3.0)
    assert "{ x | data 3 | grad 0 }" in draw_dot(x * 2, names={"x": x}).source
    with pytest.raises(TypeError, match="expected names as a dict such as locals"):
        draw_dot(x, names=[x])


def test_a_neuron_is_a_frame(engine):
    """Its nodes are in it: n products, n sums, the parameters and the nonlinearity."""
    model = engine.nn.MLP(2, [2, 1], nonlin="tanh")
    x = [engine.Value(1.0), engine.Value(2.0)]
    penalty = sum(p * p for p in model.parameters())
    root = (model(x) - 1.0) ** 2 + penalty
    frames = frames_of(draw_dot(root, names=model).source)
    assert {path: len(nodes) for path, nodes in frames.items()} == {
        "layers[0]": 0,
        "layers[0] neurons[0]": 3 + 2 + 2 + 1,
        "layers[0] neurons[1]": 3 + 2 + 2 + 1,
        "layers[1]": 0,
        "layers[1] neurons[0]": 3 + 2 + 2,
    }
    assert "subgraph" not in draw_dot(root).source
    assert "subgraph" not in draw_dot(root, names={"x": x}).source


def frames_of(source):
    """Return the boxes in each frame, by the frames' labels from outside in."""
    frames, path = {}, []
    for line in source.splitlines():
        label = re.search(r'label="?([^" ]+)"? style=rounded', line)
        if "subgraph" in line:
            path.append("")
        elif label and path:
            path[-1] = label[1]
            frames[" ".join(path)] = []
        elif "shape=record" in line and path:
            frames[" ".join(path)].append(line)
        elif line.strip() == "}" and path:
            path.pop()
    return frames


def test_a_graph_deeper_than_python_recurses(engine):
    x = engine.Value(1.0)
    for _ in range(5 * sys.getrecursionlimit()):
        x = x.tanh()
    with pytest.raises(ValueError, match=f"{5 * sys.getrecursionlimit() + 1} Values"):
        draw_dot(x)


def test_refuses_anything_but_a_value():
    with pytest.raises(TypeError, match="expected a Value, got list"):
        draw_dot([1.0])


def test_without_the_graphviz_package(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    expected = "draw_dot needs the graphviz package: pip install .*explore needs nothing"
    with pytest.raises(ImportError, match=expected):
        draw_dot(engine.Value(1.0))
