"""The docstrings of the API have sections for arguments and errors, which fit the signatures.

``docs/make_api.py`` says which names the API has, and parses the sections, as mkdocstrings does.
"""

import builtins
import importlib.util
import inspect
import re
import sys
from importlib import import_module

import pytest
from checkout_tools import ROOT

import micrograd_c
from micrograd_c.gradcheck import GradcheckError

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").is_dir(), reason="an installed package has no docs beside it"
)

ERRORS = {"TraceError": micrograd_c.TraceError, "GradcheckError": GradcheckError}


@pytest.fixture(scope="module")
def make_api():
    spec = importlib.util.spec_from_file_location("make_api", ROOT / "docs" / "make_api.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def api(make_api):
    """Yield what the API has, as (name, function, class or property)."""
    for module_name, names in make_api.MODULES.items():
        module = import_module(module_name)
        for name in names or module.__all__:
            thing = getattr(module, name)
            yield f"{module_name}.{name}", thing
            if isinstance(thing, type):
                members = dict(make_api.members(thing))
                if "__call__" in vars(thing):
                    members["__call__"] = thing.__call__
                for member_name, member in members.items():
                    yield f"{module_name}.{name}.{member_name}", member


def parameters_of(thing):
    """Return the names of the parameters, with their stars, without self."""
    if not callable(thing) or (isinstance(thing, type) and issubclass(thing, Exception)):
        return []
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(thing).parameters.values()
    return [stars.get(p.kind, "") + p.name for p in parameters if p.name != "self"]


def problems(make_api, thing):
    """Yield what is wrong with a docstring."""
    doc, parameters = inspect.getdoc(thing) or "", parameters_of(thing)
    sections = make_api.sections(doc)
    titles = re.findall(
        r"^\s*(Args|Arguments|Returns?|Raises|Warns|Yields):\s*$", doc, re.MULTILINE
    )
    if titles != list(sections) or not all(sections.values()):
        yield f"sections {titles}, of which {sections} can be read"
    arguments = list(sections.get("Args", ()))
    if (arguments or len(parameters) > 1) and arguments != parameters:
        yield f"Args: {arguments} for the parameters {parameters}"
    for title in ("Raises", "Warns"):
        for name in sections.get(title, ()):
            error = ERRORS.get(name) or getattr(builtins, name, None)
            if not (isinstance(error, type) and issubclass(error, Exception)):
                yield f"{title}: {name} is no error"
    if re.search(r"\bRaises [A-Z]\w+", re.sub(make_api.SECTION, "", doc)):
        yield "an error that is not in the section Raises"


def test_sections_fit_the_signatures(make_api):
    names = dict(api(make_api))
    assert len(names) > 150 and sys.modules["micrograd_c"].jit.fit in names.values()
    found = {name: list(problems(make_api, thing)) for name, thing in names.items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


def example(doc, signature="x, y=0"):
    namespace = {}
    exec(f"def f({signature}): pass", namespace)
    namespace["f"].__doc__ = doc
    return namespace["f"]


@pytest.mark.parametrize(
    ("doc", "problem"),
    [
        ("Add.\n\nArgs:\n    x: One.\n    y: Two, and\n        more.", None),
        ("Add.", "Args: [] for"),
        ("Add.\n\nArgs:\n    x: One.", "Args: ['x'] for"),
        ("Add.\n\nArgs:\n    x: One.\n    y: Two.\n    z: Three.", "Args: ['x', 'y', 'z'] for"),
        ("Add.\n\nArgs:\n    y: Two.\n    x: One.", "Args: ['y', 'x'] for"),
        ("Add.\n\nArgs:\nx: One.\ny: Two.", "sections ['Args'], of which {}"),
        ("Add.\n\nArgs:\n    x: One.\n    y: Two.\n\nRaises:\n    Wrong: Often.", "no error"),
        ("Add. Raises TypeError.\n\nArgs:\n    x: One.\n    y: Two.", "not in the section"),
    ],
)
def test_a_docstring_that_does_not_fit_is_found(make_api, doc, problem):
    found = list(problems(make_api, example(doc)))
    assert found == [] if problem is None else len(found) >= 1 and problem in " ".join(found)


def test_parameters_have_their_stars(make_api):
    doc = "Add.\n\nArgs:\n    *xs: Numbers.\n    **options: Others."
    assert list(problems(make_api, example(doc, "*xs, **options"))) == []
    assert list(problems(make_api, example(doc.replace("*", ""), "*xs, **options"))) != []
