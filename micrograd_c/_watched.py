"""Whether any module's structure has changed, so that its net in C must be made again.

Modules keep their weights, neurons and layers in lists that say when they are changed,
and ``nn``'s ``__setattr__`` does so for attributes. A list that the user brought is not
watched: then there is no net in C. A model's pickle names ``Watched``, so this module
knows no engine.
"""

structure = object()  # another one whenever any module's structure changes


def changed():
    global structure
    structure = object()  # a number that two threads count up at once could go back


class Watched(list):
    """A list of weights, neurons or layers that says when it is changed."""

    __slots__ = ()


def watched(name):
    method = getattr(list, name)

    def change(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        finally:
            changed()  # after it: what another thread made of the old list is old

    change.__name__ = name
    return change


for _name in (
    "__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "clear", "extend",
    "insert", "pop", "remove", "reverse", "sort",
):  # fmt: skip
    setattr(Watched, _name, watched(_name))
