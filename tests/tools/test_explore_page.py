"""explore's page in a browser: what it shows, its steps, changes and keys."""

import random

import pytest
from browser_tools import (  # noqa: F401 - the fixtures
    box,
    browser,
    click_group,
    numbers,
    open_page,
    texts,
    type_data,
)

from micrograd_c import Value, explore, nn
from micrograd_c.explorer.api import Explorer
from micrograd_c.explorer.graph import collect
from python_ref.core.walking import topological_sort


def readme(a=-4.0, b=2.0):
    """The variables of micrograd's README expression; g is its result."""
    a, b = Value(a), Value(b)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return locals()


def net(nin=3, nouts=(12, 12, 1), nonlin="tanh"):
    """A net and its output for Values as inputs."""
    random.seed(1)
    model = nn.MLP(nin, list(nouts), nonlin=nonlin)
    x = [Value(random.uniform(-1, 1), label=f"x{i}") for i in range(nin)]
    y = model(x)
    y.backward()
    return model, y


def grads(values):
    return [v.grad for v in values]


def short(x):
    return f"{x:.4g}".replace("-", "−").replace("e−0", "e−0")


def says(page):
    return page.locator("#says").text_content()


# --- steps -----------------------------------------------------------------------------------


def test_all_steps_of_backward_have_the_engines_numbers(open_page):  # noqa: F811
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
        assert says(page).startswith(f"step {count} of {2 * len(inner) + 1} · forward")
        assert says(page).endswith(f"= {short(v.data)}")
        assert short(v.data) in texts(page, order.index(v))
        assert numbers(page, "grad") == [0.0] * len(order)

    page.keyboard.press("ArrowRight")
    g.grad = 1.0
    assert "the gradient of the root, g, is 1" in says(page)
    for v in reversed(inner):
        page.keyboard.press("ArrowRight")
        v._backward()
        assert numbers(page, "grad") == grads(order)
        for operand in v._prev:
            assert f"= {short(operand.grad)}" in says(page)
            assert f"∇{short(operand.grad)}" in texts(page, order.index(operand))
    assert variables["a"].grad == 138.83381924198252
    page.keyboard.press("ArrowRight")  # nothing is left
    assert numbers(page, "grad") == grads(order)


def test_steps_back_jumps_and_play(open_page):  # noqa: F811
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


def test_the_panel_writes_the_chain_rule_out(open_page):  # noqa: F811
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


def test_numbers_are_written_as_by_percent_4g(open_page):  # noqa: F811
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


def test_the_line_of_a_node_and_the_nodes_of_a_line(open_page):  # noqa: F811
    a = Value(2.0, label="a")
    b = a * 3 + 1

    def line_of(value):
        return ("/home/me/program.py", 7, "b = a * 3 + 1") if value._prev else None

    page = open_page(Explorer(collect(b, line_of=line_of)))
    box(page, page.evaluate("graph.root")).click()
    panel = page.locator("#panel").text_content()
    assert "program.py, line 7" in panel and "b = a * 3 + 1" in panel
    assert "nodes of this line: v2, v4" in panel


# --- change ----------------------------------------------------------------------------------


def test_a_changed_leaf_gives_the_engines_numbers(open_page):  # noqa: F811
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


def test_dragging_is_one_change(open_page):  # noqa: F811
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


def test_what_is_no_number_changes_nothing(open_page):  # noqa: F811
    a = Value(2.0, label="a")
    page = open_page(explore(a.log() * 3))
    type_data(page, 0, "two")
    assert says(page) == "two is not a number"
    assert numbers(page, "data")[0] == 2.0
    type_data(page, 0, "-1")  # the engine would raise ValueError
    assert "nan: the engine may raise an error" in says(page)


def test_gradient_descent_moves_parameters_as_a_program_does(open_page):  # noqa: F811
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


def test_a_gradient_is_checked_by_a_nudge(open_page):  # noqa: F811
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


def test_operators_of_the_users_own(open_page):  # noqa: F811
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


# --- nets and large graphs -------------------------------------------------------------------


def test_a_net_opens_into_layers_neurons_and_operators(open_page):  # noqa: F811
    model, y = net()
    page = open_page(explore(y))
    shown = "groups.items().map(item => item.title ?? nameOf(item))"
    layers = ["layer 1: 12 neurons", "layer 2: 12 neurons", "layer 3: neuron 1"]
    assert set(layers) <= set(page.evaluate(shown))
    click_group(page, layers[1])
    neurons = [f"neuron {k}" for k in range(1, 13)]
    assert set(neurons) < set(page.evaluate(shown))
    click_group(page, "neuron 4")
    # As in micrograd: the path to the parameter, though the page was given no names.
    weights = [f"layers[1].neurons[3].w[{j}]" for j in range(12)]
    assert {*weights, "layers[1].neurons[3].b"} < set(page.evaluate(shown))
    place = page.evaluate("[...foundNames].find(([, n]) => n === 'layers[1].neurons[3].w[5]')[0]")
    assert numbers(page, "data")[place] == model.layers[1].neurons[3].w[5].data
    assert numbers(page, "grad")[place] == model.layers[1].neurons[3].w[5].grad
    assert texts(page, place)[0] == "w[5]"
    page.locator(".frame text", has_text="layer 2").click()
    assert set(neurons).isdisjoint(page.evaluate(shown))


def test_a_loss_over_rows_is_a_sum_of_terms(open_page):  # noqa: F811
    random.seed(2)
    model = nn.MLP(2, [8, 1])
    rows = [[random.gauss(0, 1), random.gauss(0, 1)] for _ in range(50)]
    losses = [(1 + -model(row)).relu() for row in rows]
    loss = sum(losses) * (1.0 / 50)
    page = open_page(explore(loss, names={"model": model}))
    click_group(page, "sum of 50 terms")
    click_group(page, "terms 1–25 of 50")
    click_group(page, "term 1")
    shown = page.evaluate("groups.items().map(item => item.title ?? nameOf(item))")
    assert {"layer 1: 8 neurons", "layer 2: neuron 1", "50 additions", "term 2"} < set(shown)
    assert len(shown) < 60


@pytest.mark.parametrize("count, nouts", [(1_000, (16, 16, 1)), (100_000, (150, 40, 1))])
def test_large_nets_open(open_page, count, nouts):  # noqa: F811
    _, y = net(3 if count < 2000 else 150, nouts)
    page = open_page(explore(y))
    size = page.evaluate("graph.n")
    assert 0.8 * count < size < 1.3 * count
    assert page.evaluate("view.boxes.length") < 200
    page.keyboard.press("End")
    order = topological_sort(y)
    assert page.evaluate("Array.from(graph.grad.subarray(0, 50))") == grads(order[:50])


def test_a_long_chain_opens(open_page):  # noqa: F811
    x = v = Value(1.0)
    for _ in range(3000):
        v = v * 1.0001 + 0.0
    v.backward()
    page = open_page(explore(v, names={"x": x, "v": v}))
    assert page.evaluate("view.boxes.length") < 60
    page.evaluate("select(2000, true)")  # opens what it is in
    assert box(page, 2000).count() == 1
    assert page.evaluate("view.boxes.length") < 150


# --- the page itself -------------------------------------------------------------------------


def test_dark_and_light(open_page):  # noqa: F811
    explorer = explore(Value(1.0) + 1)
    shades = {}
    for scheme in ("dark", "light"):
        page = open_page(explorer, color_scheme=scheme)
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, color[4:-1].split(",")))
    assert shades["dark"] < 150 and shades["light"] > 600


def test_in_a_notebook_it_takes_the_shade_of_the_page_around(open_page, tmp_path):  # noqa: F811
    around = tmp_path / "notebook.html"
    frame = explore(Value(2.0, label="a") * 3)._repr_html_()
    around.write_text(
        f"<!DOCTYPE html><html data-ready><body style='background:#111'>{frame}</body></html>",
        encoding="utf-8",
    )
    page = open_page.visit(around.as_uri(), color_scheme="light")
    inside = page.frames[1]
    inside.wait_for_selector("html[data-ready]")
    assert inside.evaluate("document.documentElement.dataset.theme") == "dark"
    assert inside.evaluate("view.boxes.length") == 3


def test_labels_are_texts_whatever_is_in_them(open_page):  # noqa: F811
    label = "</script><img src=x onerror=document.title='hit'><b>&amp;\"'\u2028`${1}"
    a = Value(1.0, label=label)
    b = Value(2.0, (a,), label)
    page = open_page(explore(b + 0, names={"</title><script>document.title='hit'</script>": b}))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("t")
    page.evaluate("select(0)")
    assert page.locator("#panel h2").text_content() == label
    assert page.locator("img, b, main script, #tableSection script").count() == 0
    assert page.title() != "hit"


def test_a_table_of_all_nodes(open_page):  # noqa: F811
    variables = readme()
    g = variables["g"]
    g.backward()
    order = topological_sort(g)
    page = open_page(explore(g, names=variables))
    page.keyboard.press("t")
    assert page.locator("#showTable").get_attribute("aria-expanded") == "true"
    rows = page.locator("#tableSection tbody tr").all()
    assert len(rows) == len(order)
    for v, row in zip(order, rows):
        cells = [cell.text_content() for cell in row.locator("td").all()]
        assert cells[-2:] == [short(v.data), short(v.grad)]
    rows[order.index(variables["b"])].get_by_role("button").click()
    assert page.locator("#panel h2").text_content() == "b"


def test_keys_and_focus(open_page):  # noqa: F811
    a = Value(2.0, label="a")
    page = open_page(explore(a * 3))
    box(page, 0).focus()  # as Tab does
    assert page.locator("#panel h2").text_content() == "a"
    page.keyboard.press("Enter")
    assert page.evaluate("selected") == 0
    assert box(page, 0).get_attribute("role") == "button"
    page.keyboard.press("g")
    assert numbers(page, "data")[0] == 2.0 - 0.05 * 3.0
    page.keyboard.press("u")
    assert numbers(page, "data")[0] == 2.0
    scale = page.evaluate("view.scale")
    page.keyboard.press("+")
    assert page.evaluate("view.scale") > scale
    page.keyboard.press("0")
    assert page.evaluate("view.scale") == scale
    # Keys that are typed into a field are no commands.
    page.locator("#rate").press("g")
    assert numbers(page, "data")[0] == 2.0
