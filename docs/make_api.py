"""Writes docs/api.md from the docstrings, and the types of operators into the stubs.

Run ``python docs/make_api.py`` in a checkout, after a change of docstrings or of the operator
table.
"""

import inspect
import re
import textwrap
from importlib import import_module
from pathlib import Path

PAGE = Path(__file__).with_name("api.md")

# The modules in the order of the page, and the names to document; None: all that it exports.
MODULES = {
    "micrograd_c.engine": ["Value"],
    "micrograd_c.nn": ["Module", "Neuron", "Layer", "MLP"],
    "micrograd_c.functional": None,
    "micrograd_c.losses": [
        "mse_loss",
        "hinge_loss",
        "binary_cross_entropy_with_logits",
        "cross_entropy",
        "l2_penalty",
    ],
    "micrograd_c.optim": None,
    "micrograd_c.differentiate": None,
    "micrograd_c.jit": None,
    "micrograd_c.optimize": None,
    "micrograd_c.distributed": None,
    "micrograd_c.state": ["state_dict", "load_state_dict", "save", "load"],
    "micrograd_c.grad_mode": None,
    "micrograd_c.debugging": None,
    "micrograd_c.gradcheck": ["gradcheck"],
    "micrograd_c.drawing": ["draw_dot"],
    "micrograd_c.explorer": ["explore", "live"],
    "micrograd_c.plotting": ["plot_decision_boundary", "plot_history"],
    "micrograd_c.standin": ["install", "uninstall"],
}

HEAD = """\
# API reference

Written by `python docs/make_api.py` from the docstrings, whose examples run as tests.
The types are in the `.pyi` files beside the modules.
"""


# A section of a docstring: its title, and its lines, which are indented.
SECTION = re.compile(r"^(Args|Returns|Raises|Warns):\n((?:(?: {4}.*)?\n)*(?: {4}.*))", re.MULTILINE)
TITLES = {"Args": "Arguments"}


def sections(doc):
    """Return the sections of a docstring: a dict of titles to the items of each.

    The items are a dict of names to texts, for "Args" of parameters, for "Raises" of errors. What
    "Returns" has under the name "".
    """
    found = {}
    for title, lines in SECTION.findall(doc):
        text = re.sub(r"^ {4}", "", lines, flags=re.MULTILINE)
        if title == "Returns":
            found[title] = {"": text}
        else:
            items = re.findall(r"^(\S[^:\n]*): (.*\n?(?:(?: .*)?\n?)*)", text, re.MULTILINE)
            found[title] = {
                name: re.sub(r"^ {4}", "", item, flags=re.MULTILINE).rstrip()
                for name, item in items
            }
    return found


def with_lists(markdown):
    """Return the Markdown of a docstring with its sections as titles and lists."""

    def listed(match):
        (items,) = sections(match[0]).values()
        parts = [f"**{TITLES.get(match[1], match[1])}**\n"]
        for name, text in items.items():
            code = f"`{name}`: " if name else ""
            parts.append(textwrap.indent(f"{code}{text}", "  ").replace("  ", "- ", 1))
        return "\n".join(parts)

    return SECTION.sub(listed, markdown)


def markdown(doc):
    """Return a docstring as Markdown: with single backticks, and examples in code blocks.

    Its sections stay as they are.
    """
    parts = []
    for paragraph in re.split(r"\n\n+", doc):
        if paragraph.startswith(">>> "):
            # Code that both engines share has its examples in python_ref, in terms of that.
            example = re.sub(r"from python_ref\.(core\.)?", "from micrograd_c.", paragraph)
            parts.append(f"```pycon\n{example}\n```")
        else:
            parts.append(paragraph.replace("``", "`"))
    return "\n\n".join(parts)


def documentation(thing):
    return with_lists(markdown(inspect.getdoc(thing)))


def signature(thing):
    """Return the parameters as in ``(x, y=1)``, without self; "" for an exception."""
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return ""
    text = str(inspect.signature(thing))
    return re.sub(r"^\((self|cls)(, )?", "(", text)


def own_classes(cls):
    """Return cls and its bases, without those of Python, base classes first."""
    own = ("micrograd_c", "python_ref")
    return [base for base in reversed(cls.__mro__) if base.__module__.startswith(own)]


def members(cls):
    """Yield the documented public methods and properties of cls, as (name, member)."""
    names = dict.fromkeys(name for base in own_classes(cls) for name in vars(base))
    for name in names:
        member = getattr(cls, name, None)  # None for a Hint, which raises AttributeError
        documented = inspect.isfunction(member) or inspect.isdatadescriptor(member)
        if documented and inspect.getdoc(member) and not name.startswith("_"):
            yield name, member


def entries(module_name):
    """Yield the paragraphs of one module's section."""
    module = import_module(module_name)
    yield f"## {module_name}"
    yield documentation(module)
    shown = {}  # method -> the class under which it is documented; subclasses refer to that
    for name in MODULES[module_name] or module.__all__:
        thing = getattr(module, name)
        yield f"### `{name}{signature(thing)}`"
        yield documentation(thing)
        inherited = {}
        for member_name, member in members(thing) if inspect.isclass(thing) else ():
            if member in shown:
                inherited.setdefault(shown[member], []).append(f"`{member_name}`")
                continue
            shown[member] = name
            arguments = signature(member) if callable(member) else ""
            yield f"#### `{name}.{member_name}{arguments}`"
            yield documentation(member)
        for owner, names in inherited.items():
            yield f"As `{owner}`: {', '.join(names)}."


def page():
    """Return the text of docs/api.md."""
    parts = [HEAD.rstrip()]
    for module_name in MODULES:
        parts += entries(module_name)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    import make_stubs

    make_stubs.write()
    PAGE.write_text(page(), encoding="utf-8")
