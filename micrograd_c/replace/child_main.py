"""The main module of a process that a replaced program's multiprocessing has spawned.

In any other process, as in a tool that imports all modules, it does nothing.
"""

import os

from micrograd_c.replace import child

if child.PROGRAM in os.environ:
    child.run_program(globals())
