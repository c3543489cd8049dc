"""explore's page in a browser: its steps, what it says of a node, and changes of leaves."""

# ruff: noqa: F811, RUF001 - fixtures are imported; the page writes mathematical signs

import random

import pytest
from browser_tools import (  # noqa: F401 - the fixtures
    box,
    browser,
    grads,
    net,
    numbers,
    open_page,
    readme,
    short,
    texts,
    type_data,
)

from micrograd_c import Value, explore
from micrograd_c.explorer.api import Explorer
from micrograd_c.explorer.graph import collect
from python_ref.core.walking import topological_sort


def says(page):
    return page.locator("#says").text_content()


# --- steps -----------------------------------------------------------------------------------


def test_all_steps_of_backward_have_the_engines_numbers(open_page):
    variables = readme()
    g = variables["g"]
    order = topological_sort(g)
    inner = [v for v in order if v._prev]
    page = open_page(explore(g, names=variables))
    assert numbers(page, "data") == [v.data for v in order]

    page.keyboard.press("Home")
    assert "?" in texts(page, order.index(g))
    for count, v in enumerate(inner, 1):  # forward
        page.keyboard.press("ArrowRight")
        said = says(page)
        assert said.startswith(f"step {count} of {2 * len(inner) + 1} · forward")
        assert said.endswith(f"= {short(v.data)}")
        assert short(v.data) in texts(page, order.index(v))
    assert numbers(page, "grad") == [0.0] * len(order)

    page.keyboard.press("ArrowRight")
    g.grad = 1.0
    assert "the gradient of the root, g, is 1" in says(page)
    for v in reversed(inner):
        page.keyboard.press("ArrowRight")
        v._backward()
        assert numbers(page, "grad") == grads(order)
        said = says(page)
        for operand in v._prev:
            assert f"= {short(operand.grad)}" in said
            assert f"∇{short(operand.grad)}" in texts(page, order.index(operand))
    assert variables["a"].grad == 138.83381924198252
    page.keyboard.press("ArrowRight")  # nothing is left
    assert numbers(page, "grad") == grads(order)


def test_steps_back_jumps_and_play(open_page):
    g = readme()["g"]
    g.backward()
    order = topological_sort(g)
    page = open_page(explore(g))
    final = numbers(page, "grad")
    assert final == grads(order)
    page.keyboard.press("Home")
    page.keyboard.press("End")
    assert numbers(page, "grad") == final
    page.keyboard.press("ArrowLeft")
    before = numbers(page, "grad")
    assert before != final
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert numbers(page, "grad") == before

    page.locator("#position").fill("5")
    assert says(page).startswith("step 5 of ")
    page.evaluate("select(graph.root)")
    page.get_by_role("button", name="backward to here").click()
    assert page.evaluate("steps.node === graph.root")
    assert numbers(page, "grad")[-1] == 1.0
    page.keyboard.press("Home")
    page.evaluate("steps.pace = () => 1")
    page.keyboard.press("Space")
    page.wait_for_selector("#play[aria-label=Play]")
    assert numbers(page, "grad") == final
    assert page.locator("#play").get_attribute("aria-label") == "Play"


# --- look ------------------------------------------------------------------------------------


def test_the_panel_writes_the_chain_rule_out(open_page):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = c + a**2
    d.label = "d"
    d.backward()
    page = open_page(explore(d))
    box(page, 0).hover()
    panel = page.locator("#panel").text_content()
    assert "from c: b × grad c(−3) × 1 = −3" in panel
    assert "2 × a ^ (2 − 1) × grad v3" in panel
    assert "4 + (−3) = 1" in panel
    box(page, 2).click()
    assert "c = a × b= 2 × (−3) = −6" in page.locator("#panel").text_content()
    # Edges: the sign by colour and dashes, the size by width.
    edges = page.evaluate("view.edges.map(e => [e.element.classList[1], e.from, e.to])")
    assert ["minus", 0, 2] in edges and ["plus", 0, 3] in edges


def test_numbers_are_written_as_by_percent_4g(open_page):
    page = open_page(explore(Value(1.0) + 1))
    random.seed(0)
    samples = [0.0, 1.0, -2.5, 1234.5, 12345.0, 1e-4, 9.99996e-5, 0.99996, 99999.0, 1e100, -1e-300]
    samples += [random.choice([-1, 1]) * 10 ** random.uniform(-9, 9) for _ in range(300)]
    shown = page.evaluate("xs => xs.map(short)", samples)
    assert [text.replace("−", "-") for text in shown] == [f"{x:.4g}" for x in samples]
    assert page.evaluate("[NaN, Infinity, -Infinity, -0].map(short)") == [
        "nan",
        "inf",
        "−inf",
        "−0",
    ]


def test_the_line_of_a_node_and_the_nodes_of_a_line(open_page, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("a = 2\nb = a * 3 + 1\n")
    a = Value(2.0, label="a")
    b = a * 3 + 1

    def line_of(value):
        return (str(program), 2) if value._prev else None

    page = open_page(Explorer(collect(b, line_of=line_of)))
    box(page, page.evaluate("graph.root")).click()
    panel = page.locator("#panel").text_content()
    assert "program.py, line 2" in panel and "b = a * 3 + 1" in panel
    assert "nodes of this line: v2, v4" in panel


# --- change ----------------------------------------------------------------------------------


def test_a_changed_leaf_gives_the_engines_numbers(open_page):
    variables = readme()
    variables["g"].backward()
    page = open_page(explore(variables["g"], names=variables))
    order = topological_sort(variables["g"])
    before = numbers(page, "data"), numbers(page, "grad")
    type_data(page, order.index(variables["b"]), "2.625")
    other = readme(b=2.625)["g"]
    other.backward()
    assert numbers(page, "data") == [v.data for v in topological_sort(other)]
    assert numbers(page, "grad") == grads(topological_sort(other))
    assert f"was 24.7 and is {short(other.data)}" in says(page)

    page.keyboard.press("Escape")
    page.locator("#undo").click()
    assert (numbers(page, "data"), numbers(page, "grad")) == before
    assert page.locator("#undo").is_disabled()


def test_dragging_is_one_change(open_page):
    a = Value(2.0, label="a")
    page = open_page(explore(a * a))
    page.evaluate("select(0)")
    slider = page.locator("#panel input[type=range]")
    slider.evaluate("s => { for (s.value of [2.2, 2.4]) s.dispatchEvent(new Event('input')) }")
    slider.evaluate("s => s.dispatchEvent(new Event('change'))")
    assert numbers(page, "data") == [2.4, 2.4 * 2.4]
    page.keyboard.press("Escape")
    page.locator("#undo").click()
    assert numbers(page, "data") == [2.0, 4.0]
    assert page.locator("#undo").is_disabled()


def test_what_is_no_number_changes_nothing(open_page):
    a = Value(2.0, label="a")
    page = open_page(explore(a.log() * 3))
    type_data(page, 0, "two")
    assert says(page) == "two is not a number"
    assert numbers(page, "data")[0] == 2.0
    type_data(page, 0, "-1")  # the engine would raise ValueError
    assert "nan: the engine may raise an error" in says(page)


def test_gradient_descent_moves_parameters_as_a_program_does(open_page):
    model, y = net()
    loss = (y - 1.0) ** 2
    model.zero_grad()
    order = topological_sort(loss)
    page = open_page(explore(loss, names={"model": model}))
    page.evaluate("[...graph.names].forEach(([i, n]) => n.startsWith('x') && edits.fixed.add(i))")
    places = [i for i, v in enumerate(order) if any(v is p for p in model.parameters())]
    page.locator("#rate").fill("0.1")
    for _ in range(3):
        page.locator("#descend").click()
    data = numbers(page, "data")

    x = [v for v in order if v.label.startswith("x")]
    for _ in range(3):
        loss = (model(sorted(x, key=lambda v: v.label)) - 1.0) ** 2
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert [data[i] for i in places] == pytest.approx([order[i].data for i in places], rel=1e-12)
    page.locator("#undo").click()
    assert numbers(page, "data") != data


def test_a_gradient_is_checked_by_a_nudge(open_page):
    variables = readme()
    variables["g"].backward()
    page = open_page(explore(variables["g"], names=variables))
    before = numbers(page, "data"), numbers(page, "grad")
    page.evaluate("select([...graph.names].find(([, name]) => name === 'a')[0])")
    page.get_by_label("h", exact=True).fill("1e-6")
    page.get_by_role("button", name="nudge").click()
    panel = page.locator("#panel").text_content()
    higher = readme(a=-4.0 + 1e-6)["g"].data
    assert f"difference / h = {short((higher - variables['g'].data) / 1e-6)}" in panel
    assert "gradient = 138.8" in panel
    assert (numbers(page, "data"), numbers(page, "grad")) == before


def test_operators_of_the_users_own(open_page):
    """With local gradients the page knows the derivative; with a function it says so."""
    x = Value(0.5, label="x")
    t = Value(0.25, (x,), (3.0,))
    y = t * 2
    y.backward()
    page = open_page(explore(y))
    page.keyboard.press("Home")
    page.keyboard.press("End")
    assert numbers(page, "grad") == grads(topological_sort(y)) == [6.0, 2.0, 0.25, 1.0]
    type_data(page, 0, "1")
    assert says(page).startswith("x cannot be changed here")

    z = Value(0.25, (x,), "mine")
    z._backward = lambda: None
    page = open_page(explore(z * 2))
    page.keyboard.press("Home")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert "a _backward of your own, which only Python can run" in says(page)
    page.locator("#descend").click()
    assert numbers(page, "data") == [0.5, 0.25, 2.0, 0.5]


def test_a_leaf_alone_and_numbers_that_are_not_finite(open_page):
    page = open_page(explore(Value(3.0)))
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft", "End", "g", "u", "t"):
        page.keyboard.press(key)
    assert numbers(page, "grad") == [1.0]
    page.evaluate("select(0)")
    assert "The root: d v0 / d v0 = 1." in page.locator("#panel").text_content()

    x = Value(1e300, label="x")
    y = (x * 1e300 - 1.0) * 0.0
    y.backward()
    page = open_page(explore(y))
    page.keyboard.press("End")
    assert [str(v) for v in numbers(page, "data")] == [str(v.data) for v in topological_sort(y)]
    assert numbers(page, "grad")[:2] == grads(topological_sort(y))[:2]
    assert "nan" in texts(page, page.evaluate("graph.root"))
