"""explore.live: what is kept of a training run, when pictures come, and the saved player."""

import json
import math
import re

import pytest

from micrograd_c import jit, no_grad
from micrograd_c.explorer.live import in_notebook, live
from micrograd_c.explorer.live_frames import Recording, signed_decades
from micrograd_c.explorer.live_svg import Curve, bars_of, boundary_paths, histogram_paths
from micrograd_c.optim import SGD

pytest.importorskip("numpy")


class Clock:
    """A clock that stands still unless it is set, or goes on by ``tick`` with each reading."""

    def __init__(self, tick=0.0):
        self.now, self.tick = 100.0, tick

    def __call__(self):
        self.now += self.tick
        return self.now


def data_of(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_at_most_ten_pictures_a_second(engine):
    clock, pictures = Clock(), []
    view = live(engine.nn.MLP(2, [2, 1]), show=pictures.append, clock=clock, resolution=2)
    for step in range(100):
        clock.now = 100.0 + 0.01 * step
        view(step, 1.0)
    assert len(pictures) == 10
    assert "step 90 · loss 1 · 0.9 s" in pictures[-1]
    view.update()
    view.update()
    assert len(pictures) == 11 and "step 99" in pictures[-1]


def test_frames_take_at_most_a_tenth_of_the_time(engine):
    """The clock goes on by a second with each reading, so a frame takes one."""
    clock, pictures = Clock(tick=1.0), []
    view = live(engine.nn.MLP(2, [2, 1]), show=pictures.append, clock=clock, resolution=2)
    for _ in range(37):
        view(1.0)
    # Each step reads the clock once, a frame twice more; nine seconds lie between two frames.
    assert [re.search(r"step (\d+)", picture)[1] for picture in pictures] == [
        "0",
        "9",
        "18",
        "27",
        "36",
    ]


def test_fit_calls_it_after_each_epoch():
    from micrograd_c.nn import MLP

    model = MLP(2, [3, 1])
    loss = jit(lambda x, y: (model(x) - y) ** 2)
    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 2.0]], [1.0, -1.0, 1.0]
    clock = Clock(tick=1.0)
    view = live(model, loss, X, y, clock=clock, resolution=3)
    losses = loss.fit(X, y, optimizer=SGD(model.parameters(), lr=0.01), epochs=7, callback=view)
    assert [kept for _, kept in view._recording.losses] == losses and len(losses) == 7
    assert sum(view._recording.frames[-1].gradients.values()) == len(model.parameters())
    loss.fit(X, y, optimizer=SGD(model.parameters(), lr=0.01), epochs=2, callback=view)
    assert [step for step, _ in view._recording.losses] == list(range(9))


def test_a_loop_of_ones_own(engine):
    """A step's loss is a Value or a number; the gradients are those of the moment."""
    model = engine.nn.Neuron(2)
    view = live(model, clock=Clock(), resolution=2)
    total = model([1.0, 2.0]) * 0.0 + model.b * 3 - model.w[0]
    total.backward()
    assert view(total) is None
    assert repr(view).startswith("<live view: 1 steps, 1 frames, loss ")
    assert view._recording.frames[0].gradients == {(1, 0): 1, (-1, 0): 1, "zero": 1}
    assert all(p.grad == g for p, g in zip(model.parameters(), (-1.0, 0.0, 3.0)))


def test_parameters_of_the_loss_where_the_model_is_a_function():
    from micrograd_c import Value

    w = Value(2.0)
    loss = jit(lambda x: (w * x) ** 2)
    view = live(lambda row: w * row[0] - row[1], loss, bounds=(0, 1, 0, 1), clock=Clock())
    loss.backward([1.0])
    view(1.0)
    assert view._recording.frames[0].gradients == {(1, 1): 1}


def test_half_decades():
    class P:
        def __init__(self, grad):
            self.grad = grad

    grads = (0.0, 1.0, -1.0, 3.2, 0.05, 5e-324, math.nan, -math.inf, 1e300)
    counts = signed_decades(map(P, grads))
    assert counts == {
        "zero": 1, (1, 0): 1, (-1, 0): 1, (1, 1): 1, (1, -3): 1, (1, -647): 1,
        "not finite": 2, (1, 600): 1,
    }  # fmt: skip
    assert bars_of(counts) == {(1, 0): 1, (-1, 0): 1, (1, 1): 1, (1, -3): 1, (1, -18): 1, (1, 5): 1}
    paths = histogram_paths({(1, 0): 2, (-1, -18): 1}, most=4)
    assert paths["mg-positive"] == "M150.5 100v-50h7.333v50z"
    assert paths["mg-negative"] == "M0.5 100v25h7.333v-25z"


def test_the_boundary_of_one_score():
    """Rows begin at the bottom; equal neighbours are one rectangle."""
    paths = boundary_paths([[[-3.0], [-3.0]], [[0.3], [math.nan]]])
    assert paths == {
        "mg-c0 mg-s5": "M0 100h200v100h-200z",
        "mg-c1 mg-s2": "M0 0h100v100h-100z",
        "mg-between": "M0 100h100M100 100h100M100 0v100",
    }


def test_the_boundary_of_several_classes():
    paths = boundary_paths([[[0.0, 1.0, 3.0], [5.0, 1.0, 4.9]], [[0, 0, 0], [math.inf] * 3]])
    assert set(paths) == {"mg-c2 mg-s5", "mg-c0 mg-s1", "mg-between"}


def test_the_curve():
    log = Curve([(0, 100.0), (5, 10.0), (10, 1.0)])
    assert log.path() == "M0.0 0.0L100.0 100.0L200.0 200.0"
    assert log.range_text() == ["1", "100", "0", "10", " (logarithmic)"]
    gap = Curve([(0, -1.0), (1, math.nan), (2, 1.0), (3, 0.0)])
    assert gap.path() == "M0.0 200.0M133.3 0.0L200.0 100.0"
    assert gap.mark(1, math.inf) == ""
    assert Curve([(4, 2.0)]).path() == "M0.0 200.0"


def test_long_runs_keep_a_bounded_number(engine):
    recording = Recording(engine.nn.Neuron(3), None, None, None, None, 2, 4)
    for step in range(10_001):
        recording.add_loss(step, float(step))
        if step % 1000 == 0:
            recording.add_frame(0.0)
    assert len(recording.losses) <= 2000 and recording.losses[-1] == (10_000, 10_000.0)
    steps = [step for step, _ in recording.losses]
    assert steps == sorted(set(steps)) and {b - a for a, b in zip(steps, steps[1:-1])} == {8}
    kept = [frame.step for frame in recording.frames]
    assert len(kept) <= 4 and kept[-1] == 10_000 and kept == sorted(kept)


def test_which_models_have_a_boundary(engine):
    nn = engine.nn
    for model, bounds in (
        (nn.MLP(2, [3, 1]), (-3.0, 3.0, -3.0, 3.0)),
        (nn.Layer(2, 3), (-3.0, 3.0, -3.0, 3.0)),
        (nn.Neuron(2), (-3.0, 3.0, -3.0, 3.0)),
        (nn.MLP(3, [3, 1]), None),
        (lambda row: row[0], None),
    ):
        view = live(model, clock=Clock(), resolution=2)
        view(1.0)
        assert view._recording.bounds == bounds
        assert ("decision boundary</text>" in view._repr_html_()) == (bounds is not None)
    view = live(nn.MLP(2, [1]), None, [[0.0, 5.0], [10.0, 5.0]], clock=Clock())
    assert view._recording.bounds == (-1.0, 11.0, 4.0, 6.0)


def test_scores_record_no_graph_and_change_nothing(engine, live_nodes):
    model, made = engine.nn.MLP(2, [3, 1]), []

    def scores(row):
        made.append(model(row))
        return made[-1]

    before = live_nodes()
    view = live(scores, bounds=(-3, 3, -3, 3), clock=Clock())
    view(1.0)
    assert len(made) == 24 * 24 and not any(score._prev for score in made)
    del made[:]
    with no_grad():
        expected = model([-2.875, -2.875]).data
    assert view._recording.frames[0].scores[0][0] == [expected]
    assert live_nodes() == before


def test_the_saved_page_needs_nothing_and_escapes_all(engine, tmp_path):
    hostile = '</script><img src=x onerror="alert(1)"><!-- DATA -->'
    view = live(engine.nn.MLP(2, [2, 1]), title=hostile, clock=Clock(tick=1.0), resolution=2)
    with pytest.raises(RuntimeError, match="nothing to save yet"):
        view.save(tmp_path / "training.html")
    for step in range(30):
        view(step, 1.0 / (1 + step))
    path = tmp_path / "training.html"
    assert view.save(path) == str(path)
    text = path.read_text(encoding="utf-8")
    assert "<img" not in text and "http" not in text.replace("http-equiv", "")
    assert text.count("</script>") == 2 and "&lt;/script&gt;&lt;img" in text
    data = data_of(path)
    assert data["frames"][-1]["text"].startswith("step 29 · loss 0.03333 · ")
    assert len(data["frames"]) == len(view._recording.frames) > 2
    assert "<img" not in view._repr_html_()


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"model": 3}, TypeError, "a module or a function as model, got"),
        ({"loss": 0.5}, TypeError, "a jitted function as loss, got"),
        ({"X": [[1.0]]}, ValueError, r"expected X of shape \(n, 2\)"),
        ({"X": [[1.0, 2.0]], "y": [1, 2]}, ValueError, r"expected y of shape \(1,\)"),
        ({"y": [1.0]}, ValueError, "expected X too"),
        ({"bounds": (1, 0, 0, 1)}, ValueError, "x_min < x_max"),
        ({"bounds": (0, math.inf, 0, 1)}, ValueError, "finite bounds"),
        ({"bounds": 3}, TypeError, r"bounds as \(x_min, x_max, y_min, y_max\)"),
        ({"resolution": 1}, ValueError, "resolution >= 2, got 1"),
        ({"resolution": 2.5}, TypeError, "an int as resolution"),
        ({"max_frames": 0}, ValueError, "max_frames >= 2"),
        ({"show": "yes"}, TypeError, "a function, None or False as show"),
    ],
)
def test_what_does_not_fit(engine, options, error, message):
    with pytest.raises(error, match=message):
        live(**{"model": engine.nn.Neuron(2), **options})


def test_calls_that_do_not_fit(engine):
    view = live(engine.nn.Neuron(2), show=False, clock=Clock())
    with pytest.raises(TypeError, match="got 3 arguments"):
        view(1, 2, 3)
    with pytest.raises(TypeError, match="an int as step"):
        view("one", 2.0)
    with pytest.raises(TypeError):
        view("loss")
    assert view._recording.n_steps == 0 and view._repr_html_() == "<p>no step yet</p>"


def test_explore_has_it():
    from micrograd_c import explore

    assert explore.live is live


def test_a_terminal_shows_nothing():
    assert in_notebook() is None


def test_a_notebook_updates_one_output(monkeypatch):
    IPython = pytest.importorskip("IPython")
    shown_with = pytest.importorskip("IPython.display")

    calls = []

    class Handle:
        def update(self, html):
            calls.append(("update", html.data))

    def display(html, display_id):
        calls.append(("display", html.data))
        return Handle()

    shell = type("Shell", (), {"kernel": True})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(shown_with, "display", display)
    show = in_notebook()
    for html in ("<p>1</p>", "<p>2</p>", "<p>3</p>"):
        show(html)
    assert calls == [("display", "<p>1</p>"), ("update", "<p>2</p>"), ("update", "<p>3</p>")]


def test_the_player_in_a_browser(tmp_path):
    """Chromium plays the saved page: slider, play to the end, dark, and no request."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    from micrograd_c.nn import MLP

    model = MLP(2, [4, 1])
    clock = Clock(tick=1.0)
    view = live(model, None, [[0.0, 1.0], [2.0, 3.0]], [0, 1], clock=clock, resolution=4)
    for step in range(60):
        model.layers[1].neurons[0].b.data = 0.2 * step - 6
        view(step, 2.0 - 0.01 * step)
    view.save(tmp_path / "training.html")
    frames = data_of(tmp_path / "training.html")["frames"]
    with sync.sync_playwright() as p:
        browser = chromium(p)
        page = browser.new_page(color_scheme="dark")
        problems = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.append(request.url))
        page.goto((tmp_path / "training.html").as_uri())
        assert problems.pop(0).startswith("file:") and problems == []

        def shown():
            paths = page.eval_on_selector_all(
                ".mg-picture path",
                "all => all.map(path => [path.getAttribute('class'), path.getAttribute('d')])",
            )
            return page.text_content(".mg-text"), dict(paths)

        text, paths = shown()
        assert text == frames[-1]["text"]
        page.fill("#frame", "0")
        text, paths = shown()
        assert text == frames[0]["text"]
        for name, d in frames[0]["paths"].items():
            assert paths[name] == d
        assert any(name not in frames[0]["paths"] and not paths[name] for name in paths)
        page.select_option("#speed", "5")
        page.click("#play")
        sync.expect(page.locator(".mg-text")).to_have_text(frames[-1]["text"])
        sync.expect(page.locator("#play")).to_have_text("Play")
        assert shown()[0] == frames[-1]["text"]
        colour = page.eval_on_selector("h1", "heading => getComputedStyle(heading).color")
        assert colour == "rgb(255, 255, 255)" and problems == []
        browser.close()


def chromium(p):
    """Return the system's Chromium; skips where there is none."""
    import shutil

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium here")
    return p.chromium.launch(executable_path=path, args=["--no-sandbox"])
