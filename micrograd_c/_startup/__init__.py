"""What runs before a program: the stand-in for micrograd, and the start of ``python -m``.

- ``finder``: the import hook by which ``import micrograd`` gets micrograd_c. ``install()`` and the
  command ``run`` put it in place, in this process and in those that it starts.
- ``on_path/sitecustomize``: puts the hook in place in a new process, before its program runs.
- ``start``: the first thing that ``python -m micrograd_c`` does: it removes the current directory
  from sys.path, and for ``run`` replaces the process by a plain Python that runs the program.
- ``command``: tells whether this process is ``python -m micrograd_c`` at all.
- ``interrupted``: reports a Ctrl-C that comes before the command line can catch it.

These modules import as little as possible: a file beside the user's program may have the name of
a module of the standard library.
"""
