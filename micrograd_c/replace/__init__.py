"""``run --replace-value`` and ``%micrograd_c replace``: our Value in place of a program's own.

The program's source is compiled with one statement more after its ``class Value``:
``Value = swap(Value)``. So the class is complete, and nothing uses it yet, when it is compared
with ours; then the name is bound to ours.

- ``source``: finds the class in a program's source, and uses of what ours does not have.
- ``code``: what a function's code reads and stores, and at which line it begins.
- ``methods``: which attributes of the class ours serves, which are carried over.
- ``probes``: both classes compute the same from the same numbers; ``compare`` judges results.
- ``carrying``: the program's methods as attributes of our Value, and how to remove them.
- ``swap``: puts these together, and reports on stderr.
- ``child`` and ``child_main``: the same in processes that multiprocessing starts by spawn.
- ``errors``: NotReplaced.
"""
