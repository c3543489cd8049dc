"""What mkdocs.yml cannot say: pages from outside of docs/, and links that GitHub follows too.

The pages are written for GitHub. Their links lead from file to file of the repository, such as
``../README.md#how-fast``. Here they become links between pages of the site, or, to a file that is
no page, links into the repository.
"""

import posixpath
import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs"))
import make_api  # noqa: E402

# The pages that are not in docs/: the page of the site, and the file of the repository.
OUTSIDE = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "security.md": "SECURITY.md",
}
SITE_PAGE = {name: uri for uri, name in OUTSIDE.items()}
SITE_PAGE["docs/api.md"] = "api/index.md"

# A block of code, which stays as it is, or a link. "layers[0](x)" is no link.
LINK = re.compile(
    r"^```.*?^```$|(?<![\w\])`])\[(?P<text>[^\[\]]*)\]\((?P<target>[^)\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
# A listing of mkdocstrings: its file, and the number of its first line.
SOURCE = re.compile(
    r"<summary>Source code in <code>(?P<file>[^<]+)</code></summary>"
    r"(?P<rest>.*?<span class=\"normal\">\s*(?P<line>\d+)</span>)",
    re.DOTALL,
)


def api_uri(module_name):
    return f"api/{module_name.partition('.')[2]}.md"


def api_page(module_name):
    """Return the page of a module: its docstring, and what mkdocstrings fills in.

    As in docs/api.md, a method that classes share is described once, for the first of them.
    """
    module = import_module(module_name)
    parts = [f"# {module_name}", make_api.markdown(module.__doc__)]
    shown = {}  # method -> the class under which it is described
    for name in make_api.MODULES[module_name] or module.__all__:
        thing = getattr(module, name)
        own, inherited = [], {}
        for member_name, member in make_api.members(thing) if isinstance(thing, type) else ():
            if member in shown:
                inherited.setdefault(shown[member], []).append(f"`{member_name}`")
            else:
                shown[member] = name
                own.append(member_name)
        path = f"{module_name}.{name}"
        if hasattr(module, "__path__") and find_spec(path):
            # A module of the package has the name too, and Griffe would take that.
            parts.append(f'<a id="{path}"></a>')
            path = f"{thing.__module__}.{name}"
        parts.append(f"::: {path}\n    options: {{members: {own}}}")
        for owner, names in inherited.items():
            parts.append(f"As `{owner}`: {', '.join(names)}.")
    return "\n\n".join(parts) + "\n"


def api_index():
    lines = ["# API reference", "", "The types are in the `.pyi` files beside the modules.", ""]
    for name in make_api.MODULES:
        summary = make_api.markdown(import_module(name).__doc__).split("\n\n")[0]
        lines.append(f"- [{name}]({posixpath.basename(api_uri(name))}): {summary}")
    return "\n".join(lines) + "\n"


def on_config(config):
    """Put the pages of the modules where the nav says "api/"."""
    for entry in config.nav:
        for title, pages in entry.items():
            if pages == "api/":
                entry[title] = ["api/index.md", *map(api_uri, make_api.MODULES)]


def on_files(files, config):
    """Add the pages that are not in docs/."""
    for uri, name in OUTSIDE.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, uri, content=text))
    files.append(File.generated(config, "api/index.md", content=api_index()))
    for name in make_api.MODULES:
        files.append(File.generated(config, api_uri(name), content=api_page(name)))


def in_repository(config, name, line=None):
    """Return the address of a file of the repository, or None if that has no address."""
    if not config.repo_url:
        return None
    return f"{config.repo_url.rstrip('/')}/blob/main/{name}" + (f"#L{line}" if line else "")


def on_page_markdown(markdown, page, config, files):
    """Lead the links to pages of the site, and others into the repository."""
    here = page.file.src_uri
    if here == "index.md":
        page.meta["hide"] = ["navigation"]  # it would be this page alone
    if here.startswith("api/"):
        return None
    folder = posixpath.dirname(OUTSIDE.get(here, f"docs/{here}"))

    def rewritten(match):
        target = match["target"]
        if target is None or "://" in target or target.startswith(("#", "mailto:")):
            return match[0]
        path, hash_mark, anchor = target.partition("#")
        name = posixpath.normpath(posixpath.join(folder, path))
        uri = SITE_PAGE.get(name, name.partition("docs/")[2])
        if files.get_file_from_path(uri):
            address = posixpath.relpath(uri, posixpath.dirname(here) or ".")
        elif (ROOT / name).exists():
            address = in_repository(config, name)
            if address is None:
                return match["text"]
        else:
            return match[0]  # of which mkdocs warns
        return f"[{match['text']}]({address}{hash_mark}{anchor})"

    return LINK.sub(rewritten, markdown)


def on_page_content(html, page, config, files):
    """Lead from a listing of source code to its file in the repository."""

    def linked(match):
        address = in_repository(config, match["file"], match["line"])
        if address is None:
            return match[0]
        link = f'<a href="{address}"><code>{match["file"]}</code></a>'
        return f"<summary>Source code in {link}</summary>{match['rest']}"

    return SOURCE.sub(linked, html)
