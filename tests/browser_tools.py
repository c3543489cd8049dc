"""A browser for tests of the explorer's page, and how they read it.

The fixture ``browser`` is Chromium, started once a file; it skips where Playwright (the extra
``browser``) or Chromium is missing. ``open_page`` opens pages of explorers, and at the end of the
test asserts that none wrote an error to the console or asked for anything but its own file.
"""

import random
import shutil

import pytest

from micrograd_c import Value, nn

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
HANG = 120_000  # milliseconds: no page takes a tenth of it


@pytest.fixture(scope="module")
def browser():
    """A page of Chromium for all tests of the file."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: .[browser]")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    with api.sync_playwright() as playwright:
        # Chromium's sandbox does not work for root, as in containers. The pages are our own.
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-extensions"]
        started = playwright.chromium.launch(executable_path=found, args=arguments)
        page = started.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(HANG)
        yield page
        started.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """A function that opens the page of an Explorer, and returns Playwright's page.

    ``open_page.visit`` opens another file. Each takes the place of the one before.
    """
    page, files, complaints = browser, [], []
    listeners = {
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "request": lambda request: request.url in files or complaints.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)

    def open_page(explorer, color_scheme="light"):
        path = tmp_path / f"page{len(files)}.html"
        explorer.save(path)
        return visit(path, color_scheme)

    def visit(path, color_scheme="light"):
        files.append(path.as_uri())
        page.emulate_media(color_scheme=color_scheme)
        page.mouse.move(0, 0)  # away from the nodes
        page.goto(files[-1])
        page.wait_for_selector("html[data-ready]")
        return page

    open_page.visit = visit
    yield open_page
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert not complaints


def numbers(page, what):
    """The page's data or gradients, in the order of the graph."""
    return [float(x) for x in page.evaluate(f"Array.from(graph.{what}, exact)")]


def box(page, i):
    """The box of node i."""
    return page.locator(f'[data-node="{i}"]').first


def texts(page, i):
    return page.evaluate(
        "i => [...view.elementOf.get(i).querySelectorAll('text')].map(text => text.textContent)", i
    )


def click_group(page, title):
    page.locator(f'[data-group="{title}"]').dispatch_event("click")


def type_data(page, i, text):
    """Select leaf i and write its data."""
    page.evaluate("i => select(i, true)", i)
    field = page.locator("#panel input[aria-label^='data of']")
    field.fill(text)
    field.press("Enter")


# --- what they show ---


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
    """The text of a number in the page."""
    return f"{x:.4g}".replace("-", "\N{MINUS SIGN}")
