"""explore's page in a browser: nets, large graphs, and the page itself: keys, shades, labels."""

# ruff: noqa: F811, RUF001 - fixtures are imported; the page writes mathematical signs

import html
import random

import pytest
from browser_tools import (  # noqa: F401 - the fixtures
    box,
    browser,
    click_group,
    grads,
    net,
    numbers,
    open_page,
    readme,
    short,
    texts,
    type_data,
)

from micrograd_c import Value, explore, nn
from python_ref.core.walking import topological_sort

# --- nets and large graphs -------------------------------------------------------------------


def test_a_net_opens_into_layers_neurons_and_operators(open_page):
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
    page.keyboard.press("0")  # the title of the layer's frame is beside the window
    page.locator(".frame text", has_text="layer 2").click()
    assert set(neurons).isdisjoint(page.evaluate(shown))


def test_a_loss_over_rows_is_a_sum_of_terms(open_page):
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
def test_large_nets_open(open_page, count, nouts):
    _, y = net(3 if count < 2000 else 150, nouts)
    page = open_page(explore(y))
    size = page.evaluate("graph.n")
    assert 0.8 * count < size < 1.3 * count
    assert page.evaluate("view.boxes.length") < 200
    page.keyboard.press("End")
    order = topological_sort(y)
    assert page.evaluate("Array.from(graph.grad.subarray(0, 50))") == grads(order[:50])


def test_a_long_chain_opens(open_page):
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


def test_dark_and_light(open_page):
    explorer = explore(Value(1.0) + 1)
    shades = {}
    for scheme in ("dark", "light"):
        page = open_page(explorer, color_scheme=scheme)
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, color[4:-1].split(",")))
    assert shades["dark"] < 150 and shades["light"] > 600


def test_in_a_notebook_it_takes_the_shade_of_the_page_around(open_page, tmp_path):
    around = tmp_path / "notebook.html"
    frame = explore(Value(2.0, label="a") * 3)._repr_html_()
    around.write_text(
        f"<!DOCTYPE html><html data-ready><body style='background:#111'>{frame}</body></html>",
        encoding="utf-8",
    )
    page = open_page.visit(around, color_scheme="light")
    inside = page.frames[1]
    inside.wait_for_selector("html[data-ready]")
    assert inside.evaluate("document.documentElement.dataset.theme") == "dark"
    assert inside.evaluate("view.boxes.length") == 3


def test_it_works_in_a_sandbox_of_another_origin_and_of_little_room(open_page, tmp_path):
    """As outputs stand in Colab: the page can ask nothing of what is around, and store nothing."""
    a = Value(0.5, label="a")
    out = (a * 3).tanh()
    output = f"<!DOCTYPE html><body style='margin:0'>{explore(out)._repr_html_()}</body>"
    around = tmp_path / "notebook.html"
    around.write_text(
        "<!DOCTYPE html><html data-ready><body><iframe sandbox='allow-scripts' "
        f'style="width:420px;height:300px" srcdoc="{html.escape(output)}"></iframe></body></html>',
        encoding="utf-8",
    )
    page = open_page.visit(around)
    inside = page.frames[2]
    inside.wait_for_selector("html[data-ready]")
    assert inside.evaluate("origin") == "null"
    assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth")

    box(inside, 0).click()
    type_data(inside, 0, "-0.25")
    a.data = -0.25
    out = (a * 3).tanh()
    out.backward()
    assert numbers(inside, "data")[-1] == out.data
    assert numbers(inside, "grad")[0] == a.grad
    inside.locator("#panel h2").click()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert inside.locator("#says").text_content().startswith("step 1 of 5")


def test_labels_are_texts_whatever_is_in_them(open_page):
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


def test_a_table_of_all_nodes(open_page):
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


def test_keys_and_focus(open_page):
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
