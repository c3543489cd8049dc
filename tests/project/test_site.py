"""The site of the documentation: MkDocs builds it without a warning, and nothing is lost."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from checkout_tools import ROOT

pytest.importorskip("material", reason="needs mkdocs-material: pip install -e '.[docs]'")
pytest.importorskip("mkdocstrings", reason="needs mkdocstrings: pip install -e '.[docs]'")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / "micrograd_c").is_dir(), reason="an installed package has no checkout around it"
    ),
]

REPOSITORY = "https://github.com/OWNER/micrograd_c"


class Page(HTMLParser):
    """The ids, and the addresses of links and pictures, of a page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.links += [attrs[name] for name in ("href", "src") if attrs.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={
            **os.environ, "SITE_REPOSITORY": REPOSITORY, "NO_MKDOCS_2_WARNING": "1",
            "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("index.html")}


def test_every_page_of_the_repository_is_there(pages):
    names = {path.stem for path in (ROOT / "docs").glob("*.md")}
    names |= {"changelog", "contributing", "security", "benchmarks/report", "benchmarks/workloads"}
    assert {f"{name}/index.html" for name in names} | {"index.html"} <= set(pages)


def test_every_name_of_the_api_reference_is_there(pages):
    """docs/api.md has the same names; make_api.py finds them for both."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    module, found = None, 0
    for heading in re.finditer(r"^(## |#+ `)([\w.]+)", text, re.MULTILINE):
        if heading[1] == "## ":
            module = heading[2]
            continue
        page = pages[f"api/{module.partition('.')[2]}/index.html"]
        assert f"{module}.{heading[2]}" in page.ids
        found += 1
    assert found > 150


def test_examples_of_docstrings_are_code(site):
    for path in (site / "api").rglob("index.html"):
        assert "<blockquote>" not in path.read_text(encoding="utf-8"), path


def test_functions_are_not_taken_for_modules(site):
    """``distributed.fit`` is a function, and distributed/fit.py the module that it is in."""
    for path in (site / "api").rglob("index.html"):
        assert "doc-symbol-module" not in path.read_text(encoding="utf-8"), path


def test_sections_of_docstrings_are_tables(site):
    html = (site / "api" / "losses" / "index.html").read_text(encoding="utf-8")
    html = html.partition('id="micrograd_c.losses.cross_entropy"')[2].partition("<details")[0]
    tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
    texts = [" ".join(re.sub("<[^>]*>", "", table).split()) for table in tables]
    for text, start in zip(
        texts,
        ("PARAMETER DESCRIPTION logits For", "RETURNS A", "RAISES DESCRIPTION IndexError For"),
    ):
        assert text.startswith(start)
    assert len(texts) == 3


def test_links_and_pictures_lead_to_files(site, pages):
    """mkdocs checks the links in Markdown; this, that of the hooks and of what they add."""
    checked = 0
    for name, page in pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            if link.startswith(REPOSITORY + "/"):
                file = path.removeprefix(f"{REPOSITORY}/blob/main/")
                assert (ROOT / file).exists(), f"{name}: {link}"
            elif "://" in link or not path or path.startswith(("data:", "mailto:")):
                continue
            else:
                target = (site / name).parent / path
                target = target / "index.html" if target.is_dir() else target
                assert target.exists(), f"{name}: {link}"
                if anchor and target.name == "index.html":
                    target = target.resolve().relative_to(site.resolve()).as_posix()
                    assert anchor in pages[target].ids, f"{name}: {link}"
            checked += 1
    assert checked > 1000


def test_the_source_of_the_api_is_linked(pages):
    links = pages["api/nn/index.html"].links
    assert any(re.search(r"/blob/main/micrograd_c/nn\.py#L\d+$", link) for link in links)


def test_search_finds_a_name_and_a_page(site):
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    assert '"api/nn/#micrograd_c.nn.MLP"' in index and '"faq/' in index
