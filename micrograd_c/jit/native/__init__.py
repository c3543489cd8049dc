"""Programs as C code: ``to_c`` writes a file of it, ``native=True`` has it compiled.

- ``listing.py``: a program as data. ``compiled_listing.py`` reads it from the C library,
  ``listing_of_steps`` from an InterpretedProgram.
- ``operators.py``: the operators and elementary functions as C text, of ``operators.h``, which
  ``docs/make_native.py`` writes.
- ``statements.py``: instructions become statements of C, one for each value and gradient.
- ``loops.py``: finds the loops in a list of statements. ``overlap.py``: which of them run in
  turns, so that a recursion does not keep the others waiting.
- ``functions.py``: writes statements and loops as C. ``tables.py``: whole layers, long sums, and
  operands in no order. ``products.py``: dots that are a product of matrices.
- ``code.py``: puts functions of limited length together.
- ``c_file.py``, ``runner.py``: the file of ``to_c``, which runs rows itself.
- ``hook.py``: the functions that the C library runs in place of its kernels (csrc/jit/native.h);
  ``attach.py`` has them compiled and gives them to the library.
- ``standalone.py``: an InterpretedProgram runs by the functions of its C file.
- ``compiler.py``, ``loading.py``, ``limits.py``: the compiler, the cache, CFFI, and how long a
  program may be.
"""
