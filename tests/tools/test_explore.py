"""explore without a browser: what goes into the page, names, errors, and the command."""

import gc
import html
import json
import math
import re
import sys
from base64 import b64decode

import pytest
from c_tools import ROOT
from cli_tools import assert_mistake, run_command

from micrograd_c.cli import main
from micrograd_c.explorer.api import MAX_IN_NOTEBOOK, explore
from micrograd_c.explorer.graph import collect
from micrograd_c.explorer.page import SCRIPTS, as_json
from python_ref.core.naming import names_of


def data_of(page):
    """The JSON in a page."""
    return json.loads(re.search(r'id="graphData">(.*?)</script>', page)[1])


def small(engine):
    a, b = engine.Value(2.0, label="a"), engine.Value(-3.0)
    c = (a * b + a**2).tanh()
    c.backward()
    return a, b, c


def test_the_page_is_one_file_without_addresses(engine, tmp_path):
    _, _, c = small(engine)
    explorer = explore(c)
    explorer.save(tmp_path / "graph.html")
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert page == explorer.html()
    assert "default-src 'none'" in page
    assert not re.search(r"<(link|img|iframe)|src=|@import|fetch\(|XMLHttp|WebSocket", page)
    assert set(re.findall(r"https?://[^\"'\s]+", page)) == {"http://www.w3.org/2000/svg"}
    assert page.count("</script>") == len(SCRIPTS) + 2


def test_both_engines_give_the_same_page():
    import python_ref.engine
    import python_ref.nn
    from micrograd_c import engine, nn

    pages = []
    for module, value in ((nn, engine.Value), (python_ref.nn, python_ref.engine.Value)):
        module.random.seed(3)
        model = module.MLP(2, [4, 1], nonlin="tanh")
        y = model([1.0, value(2.0, label="x")]).leaky_relu() ** 3
        y.backward()
        pages.append(explore(y, names={"model": model}).html())
    assert pages[0] == pages[1]


def test_what_is_collected(engine):
    a, b, c = small(engine)
    graph = collect(c, {id(b): "b"}, lambda v: (__file__, 1) if v is c else None)
    assert graph.operators == ["leaf", "leaf", "mul", "pow_k", "add", "tanh"]
    assert list(graph.counts) == [0, 0, 2, 1, 2, 1]
    assert list(graph.distances) == [2, 1, 3, 2, 1, 1]
    assert list(graph.data) == [2.0, -3.0, -6.0, 4.0, -2.0, c.data]
    assert list(graph.grad)[:2] == [a.grad, b.grad]
    assert graph.names == {0: "a", 1: "b"}
    assert graph.ks == {3: 2.0} and graph.texts == {3: "**2"}
    with open(__file__, encoding="utf-8") as file:
        assert graph.lines == {5: (__file__, 1, file.readline().strip())}
    assert data_of(explore(c).html())["ks"] == {"3": 2}


def test_operators_of_the_users_own(engine):
    x = engine.Value(1.0)
    local = engine.Value(2.0, (x,), (math.inf,))
    plain = engine.Value(2.0, (x,), "mine")
    custom = engine.Value(2.0, (x,), "own")
    custom._backward = lambda: None
    graph = collect(local + plain + custom)
    assert graph.locals_ == {1: (math.inf,)}
    assert list(graph.texts.values()) == ["", "mine", "own"]
    assert graph.opaque == [4]
    assert as_json(graph)["locals"] == {1: ["Infinity"]}  # JSON has no infinity


def test_numbers_are_in_the_page_to_the_last_bit(engine):
    x = engine.Value(0.1)
    x.grad = math.nan
    y = x * math.inf
    page = data_of(explore(y).html())
    assert not page["data"]["deflated"]
    raw = b64decode(page["data"]["base64"])
    assert list(memoryview(raw).cast("d")) == [0.1, math.inf, math.inf]
    assert math.isnan(memoryview(b64decode(page["grad"]["base64"])).cast("d")[0])


def test_labels_cannot_end_the_script_element(engine):
    label = "</script><img src=x onerror=alert(1)>&<!--\u2028"
    page = explore(engine.Value(1.0, label=label)).html()
    assert label not in page and "<img" not in page
    assert data_of(page)["names"] == {"0": label}
    # In a notebook the whole page is the value of an attribute.
    frame = explore(engine.Value(1.0, label=label))._repr_html_()
    assert html.unescape(re.fullmatch(r'<iframe .*srcdoc="([^"]*)".*', frame, re.S)[1]) == page


# --- names -----------------------------------------------------------------------------------


def test_names_of_variables_and_of_parameters(engine):
    a = engine.Value(1.0)
    model = engine.nn.MLP(2, [3, 1])
    w = model.layers[0].neurons[2].w
    other = engine.Value(1.0)
    names = names_of(
        {"a": a, "_": w[0], "weights": w, "model": model, "Out": {1: other}, "alias": a}
    )
    assert id(other) not in names
    assert names[id(a)] == "a"
    assert [names[id(p)] for p in w] == [f"layers[0].neurons[2].w[{j}]" for j in range(2)]
    assert names[id(model.layers[1].neurons[0].b)] == "layers[1].neurons[0].b"
    assert len(names) == 1 + len(model.parameters())
    assert names_of(model)[id(w[0])] == "layers[0].neurons[2].w[0]"
    two = names_of({"first": model, "second": engine.nn.Neuron(1), "inputs": {"x": [a]}})
    assert two[id(w[1])] == "first.layers[0].neurons[2].w[1]"
    assert "second.b" in two.values() and two[id(a)] == "inputs['x'][0]"


def test_a_label_comes_first_and_lists_may_contain_themselves(engine):
    a, b = engine.Value(1.0, label="mine"), engine.Value(2.0)
    everything = [a, b]
    everything.append(everything)
    graph = collect(a * b, names_of({"everything": everything}))
    assert graph.names == {0: "mine", 1: "everything[1]"}


# --- mistakes, sizes -------------------------------------------------------------------------


def test_mistakes(engine):
    a = engine.Value(1.0)
    for wrong in (3.0, None, [a]):
        with pytest.raises(TypeError, match="expected a Value as root, got"):
            explore(wrong)
    with pytest.raises(TypeError, match=r"a dict such as locals\(\), or a Module, got str"):
        explore(a, names="a")
    with pytest.raises(ValueError, match="3 nodes, more than max_nodes=2.*max_nodes=3"):
        explore(a * 2, max_nodes=2)
    assert explore(a * 2, max_nodes=None).size == 3
    with pytest.raises(FileNotFoundError):
        explore(a).save("/nowhere/graph.html")


def test_in_a_notebook_a_page_has_a_limit(engine, monkeypatch):
    explorer = explore(engine.Value(1.0) * 2)
    assert len(explorer._repr_html_()) < MAX_IN_NOTEBOOK
    monkeypatch.setattr("micrograd_c.explorer.api.MAX_IN_NOTEBOOK", 10)
    assert "explore(…).save(" in explorer._repr_html_()
    assert repr(explorer).startswith("<Explorer of a graph of 3 nodes")


def test_the_cyclic_collector_goes_on_as_it_was(engine):
    a = engine.Value(1.0)
    was_on = gc.isenabled()
    try:
        for change in (gc.enable, gc.disable):
            change()
            expected = gc.isenabled()
            with pytest.raises(ValueError, match="max_nodes"):
                explore(a * 2, max_nodes=1)
            explore(a).html()
            assert gc.isenabled() == expected
    finally:
        if was_on:
            gc.enable()


def test_a_deep_graph(engine):
    v = engine.Value(1.0)
    for _ in range(20_000):
        v = v + 1.0
    assert explore(v).size == 40_001


@pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="there is no checkout to build from")
def test_the_pages_files_are_packaged():
    folder = ROOT / "micrograd_c" / "explorer"
    files = {file.name for file in folder.iterdir() if file.suffix in (".js", ".css", ".html")}
    of_live = {"live.js", "live.css", "live.html"}
    assert files == {*SCRIPTS, *of_live, "page.css", "page.html"}
    assert '"micrograd_c.explorer" = ["*.css", "*.html", "*.js"]' in (
        ROOT / "pyproject.toml"
    ).read_text(encoding="utf-8")


# --- the command -----------------------------------------------------------------------------

PROGRAM = """
from micrograd.engine import Value
a = Value(2.0)
b = a * 3
if __name__ == "__main__":
    loss = b + 1
    loss.backward()
text = "no Value"
"""


def test_the_command_writes_the_page(engine, tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = run_command(engine, "explore", "program.py", "--no-open", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("wrote program_graph.html: a graph of 5 nodes\n", "")
    page = data_of((tmp_path / "program_graph.html").read_text(encoding="utf-8"))
    assert set(page["names"].values()) == {"a", "b", "loss"}


def test_the_command_shows_the_variable_that_is_named(in_own_directory, monkeypatch, capsys):
    with open("program.py", "w") as file:
        file.write(PROGRAM.replace("micrograd.", "micrograd_c."))
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    monkeypatch.setattr("micrograd_c._startup.finder.install", lambda: None)
    monkeypatch.setattr(sys, "argv", ["-m"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    assert main(["explore", "program.py:b", "--out", "b.html"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "wrote b.html: a graph of 3 nodes\n"
    assert captured.err == "there is no browser to open: open b.html in one\n"
    assert opened[0].startswith("file://") and opened[0].endswith("/b.html")

    assert_mistake(capsys, ["explore", "program.py:text"], "no variable text", "it has b, loss")
    assert_mistake(capsys, ["explore", "other.py:b"], "there is no file other.py")
    assert_mistake(capsys, ["explore", "program.py", "--out", "b.png"], "ends in .html")
    for code, expected in (("x = 1", "no variable"), ("raise SystemExit(3)", "ended with 3")):
        with open("bad.py", "w") as file:
            file.write(code)
        assert main(["explore", "bad.py"]) in (1, 2)
        assert expected in capsys.readouterr().err
    with open("bad.py", "w") as file:
        file.write("1 / 0\n")
    assert main(["explore", "bad.py"]) == 1
    report = capsys.readouterr().err
    assert 'bad.py", line 1' in report and "commands/explore.py" not in report
    assert report.splitlines()[-1].endswith("bad.py raised ZeroDivisionError")
