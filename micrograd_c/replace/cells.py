"""``%micrograd_c replace`` and ``%micrograd_c restore`` in IPython and Jupyter."""

import ast

from micrograd_c.engine import Value
from micrograd_c.replace import carrying
from micrograd_c.replace.errors import NotReplaced
from micrograd_c.replace.source import NAME, Inserted, check_uses, find_classes
from micrograd_c.replace.swap import own_classes, say, swap_in_cell

USAGE = "%micrograd_c replace, or %micrograd_c restore to undo it"


class Cells:
    """What IPython calls with each cell's syntax tree: inserts ``Value = swap(Value)``."""

    def visit(self, tree):
        classes = [node for _, node in find_classes(tree)]
        if classes:
            try:
                check_uses(tree, classes, "this cell")
            except NotReplaced as error:
                from IPython.core.error import InputRejected

                raise InputRejected(str(error)) from None
            return ast.fix_missing_locations(Inserted(classes, "swap_in_cell").visit(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name == NAME and not node.bases:
                say([f"class {NAME} of this cell stays yours: it has no backward() yet"])
        return tree


cells = Cells()


def register(shell):
    """Add the magic to an IPython shell."""
    shell.register_magic_function(lambda line: magic(shell, line), "line", "micrograd_c")


def unregister(shell):
    """Undo ``%micrograd_c replace``, if it is in effect, and remove the magic."""
    if cells in shell.ast_transformers:
        restore(shell)
    shell.magics_manager.magics["line"].pop("micrograd_c", None)


def magic(shell, line):
    command = line.strip()
    if command == "replace":
        replace(shell)
    elif command == "restore":
        restore(shell)
    else:
        say([f"expected {USAGE}, got {command or 'nothing'}"])


def replace(shell):
    """Replace a class Value that is there already, and each that a later cell defines."""
    if cells not in shell.ast_transformers:
        shell.ast_transformers.append(cells)
    there = shell.user_ns.get(NAME)
    if not isinstance(there, type) or there is Value or not hasattr(there, "backward"):
        say([f"each class {NAME} that a later cell defines is replaced; see %micrograd_c restore"])
        return
    shell.user_ns[NAME] = swap_in_cell(there)
    if shell.user_ns[NAME] is not there:
        say([f"what you made of your class {NAME} before stays yours: make it again"])


def restore(shell):
    """Undo ``replace``: the program's class gets its name back, and our Value is as before."""
    if cells in shell.ast_transformers:
        shell.ast_transformers.remove(cells)
    removed = carrying.restore()
    own = own_classes.pop(NAME, None)
    if own is not None and shell.user_ns.get(NAME) is Value:
        shell.user_ns[NAME] = own
        say([f"{NAME} is your class again; what you made in between stays micrograd_c's"])
    if removed:
        say([f"removed from micrograd_c's {NAME}: {', '.join(removed)}"])
