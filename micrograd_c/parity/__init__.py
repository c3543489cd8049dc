"""Random programs, run on both engines and compared bit for bit: ``python -m micrograd_c parity``.

A random program is a list of steps, made from a seed. ``report`` has it run on the C engine and
on the Python engine. Each run leaves a ``compare.Result``: what the steps raised, and the data
and gradient of every node that is left. If the two Results differ, ``shrink`` makes the program
smaller while they still do, and the Report holds that program, which is printed as Python source.

One file for each kind of program (``--kind``), with its ``random_program(rng)``:

- ``programs``: eager operators; also what all kinds share: Var, Step, Form, printing.
- ``net_programs``: neurons, layers and MLPs among the operators, optimizers, changed parameters.
- ``override_programs``: subclasses and patched classes whose operators users changed.
- ``gradient_programs``: gradients by ``gradients()``, and gradients of these.
- ``jit_programs``: functions for jit, with parameters and a batch of rows.

And what is done with a program:

- ``compare``: runs it on one engine, and says how two Results differ.
- ``compare_jit``: the same for a function for jit: by a compiled program, and row by row.
- ``shrink``: makes a program smaller while a condition still holds.
- ``report``: makes and compares many programs of one kind, and reports the first that differs.
"""
