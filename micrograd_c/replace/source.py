"""Finds a program's class Value in its source, and compiles the source with ``swap`` after it."""

import ast

from micrograd_c.replace.errors import NoClass, NotReplaced
from micrograd_c.replace.methods import CARRIED_DUNDERS, STATE, TEXTS, ours_has

NAME = "Value"
KEYWORDS = {"data", "_children", "_op", "label", "children", "local_grads"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def compile_with_ours(source, filename):
    """Return the code of a program in which our Value replaces its own class.

    Raises SyntaxError as compile() does, NoClass if there is no class Value or more than one,
    and NotReplaced if the program uses what ours does not have.
    """
    tree = ast.parse(source, filename)
    name = filename.replace("\\", "/").rpartition("/")[2]
    classes = find_classes(tree)
    if not classes:
        raise NoClass(f"{name} {why_none(tree)}")
    if len({scope for scope, _ in classes}) > 1:
        lines = " and ".join(str(node.lineno) for _, node in classes)
        raise NoClass(f"{name} defines class {NAME} in several places, lines {lines}")
    nodes = [node for _, node in classes]
    check_uses(tree, nodes, name)
    tree = ast.fix_missing_locations(Inserted(nodes, "swap_or_exit").visit(tree))
    return compile(tree, filename, "exec", dont_inherit=True)


def find_classes(tree, scope=()):
    """Return the definitions of a scalar class Value, each with the scope that it is in."""
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and node.name == NAME and is_scalar(node):
            found.append((scope, node))
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found += find_classes(node, (*scope, node))
        else:
            found += find_classes(node, scope)
    return found


def is_scalar(node):
    """True for a class with ``backward`` and a sum or product of its own."""
    return {"backward"} <= names_in(node) and bool({"__add__", "__mul__"} & names_in(node))


def names_in(node):
    """Return the names that the body of a class defines."""
    names = {child.name for child in node.body if isinstance(child, FUNCTIONS)}
    for child in node.body:
        for target in getattr(child, "targets", [getattr(child, "target", None)]):
            if isinstance(target, ast.Name):
                names.add(target.id)
    return names


def why_none(tree):
    """Return what a program without a scalar class Value has instead."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == NAME:
            return (
                f"has a class {NAME} in line {node.lineno}, but it has no backward() or no "
                "operators of its own"
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and NAME in [alias.name for alias in node.names]:
            module = "." * node.level + (node.module or "")
            return (
                f"imports {NAME} from {module} in line {node.lineno}; "
                f"expected a program that defines class {NAME} itself"
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and is_scalar(node):
            return f"has a class {node.name} in line {node.lineno}; expected the name {NAME}"
    return f"defines no class {NAME} with operators and backward()"


class Inserted(ast.NodeTransformer):
    """Inserts ``Value = swap(Value)`` after classes; ``function`` is the name of swap there."""

    def __init__(self, nodes, function):
        self.nodes, self.function = nodes, function

    def visit_ClassDef(self, node):
        if node not in self.nodes:
            return self.generic_visit(node)
        # An import by function binds no further name in the program.
        call = (
            f"{NAME} = __import__('micrograd_c.replace.swap', fromlist=['swap'])."
            f"{self.function}({NAME})"
        )
        statement = ast.parse(call).body[0]
        for part in ast.walk(statement):
            ast.copy_location(part, node)
            part.end_lineno, part.end_col_offset = node.lineno, node.col_offset
        return [node, statement]


# --- what the program uses of its class ------------------------------------------------


def check_uses(tree, classes, name):
    """Raise NotReplaced for each attribute of the program's class that ours does not have."""
    state = set().union(*map(state_of, classes))
    others = attributes_of_others(tree, classes)
    for node in outside(tree, classes):
        used = None
        if isinstance(node, ast.Attribute):
            used = node.attr
        elif isinstance(node, ast.Call) and is_named(node.func, ("getattr", "hasattr", "setattr")):
            used = node.args[1].value if isinstance_constant(node.args[1:2]) else None
        elif isinstance(node, ast.Call) and is_named(node.func, (NAME,)):
            check_call(node, name)
        if used in state - others:
            raise NotReplaced(
                f"{name}, line {node.lineno}: uses {used!r} of its class {NAME}, which "
                f"micrograd_c's does not have{instead(used)}"
            )


def check_call(node, name):
    for keyword in node.keywords:
        if keyword.arg not in (*KEYWORDS, None):
            raise NotReplaced(
                f"{name}, line {node.lineno}: {NAME}(…, {keyword.arg}=…), which micrograd_c's "
                f"does not take; it takes {', '.join(sorted(KEYWORDS))}"
            )


def instead(attribute):
    return "; write _prev" if "child" in attribute or "parent" in attribute else ""


def is_named(node, names):
    return isinstance(node, ast.Name) and node.id in names


def isinstance_constant(nodes):
    return bool(nodes) and isinstance(nodes[0], ast.Constant)


def is_carried(method):
    return method in CARRIED_DUNDERS or method in TEXTS or not ours_has(method)


def state_of(node):
    """Return the attributes of the class's objects and of the class that ours does not have."""
    methods = [child for child in node.body if isinstance(child, FUNCTIONS)]
    by_ours = [m for m in methods if m.name == "__init__" or not is_carried(m.name)]
    state = stored_in(by_ours)
    for child in node.body:
        targets = getattr(child, "targets", [getattr(child, "target", None)])
        value = getattr(child, "value", None)
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if "__slots__" in names:
            slots = {c.value for c in ast.walk(value) if isinstance(c, ast.Constant)}
            state |= slots - stored_in([m for m in methods if m not in by_ours])
        elif not isinstance(value, ast.Constant) or isinstance(value.value, bool):
            state |= {n for n in names if not isinstance(value, (ast.Name, ast.Lambda, ast.Call))}
    return {s for s in state if isinstance(s, str)} - STATE - {m.name for m in methods}


def stored_in(nodes):
    return {
        part.attr
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, (ast.Store, ast.Del))
    }


def attributes_of_others(tree, classes):
    """Return the attributes of the program's other classes and modules.

    Which object has an attribute cannot be seen. If it is a Value after all, reading an
    attribute that ours does not have raises AttributeError at run time.
    """
    others = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node not in classes:
            others |= names_in(node) | stored_in([node])
    return others


def outside(tree, classes):
    """Return the nodes of a tree outside of these classes."""
    found = [tree]
    for node in found:  # grows while it is read
        found += [child for child in ast.iter_child_nodes(node) if child not in classes]
    return found[1:]
