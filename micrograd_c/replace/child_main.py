"""The main module of a process that a replaced program's multiprocessing has spawned."""

from micrograd_c.replace import child

child.run_program(globals())
