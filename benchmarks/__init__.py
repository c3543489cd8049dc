"""How fast micrograd_c is, compared with other libraries and with C written by hand.

``python -m benchmarks`` runs the suite: ``tasks/`` holds the workloads, ``peers/`` the ways to
compute them, ``limits/`` the C by hand. ``suite`` runs each peer in a process of its own
(``worker``), checks that all agree (``agreement``) and times them in turns; ``growth``,
``crossover`` and ``instructions`` are further measurements. The results become a report
(``report``, ``pictures``), a section of README.md (``readme``) and a comparison with earlier
results (``compare``).

``python -m benchmarks.workloads`` compares engineers' programs with JAX, CasADi, NumPy and C by
hand. Each of ``python -m benchmarks.train_mlp``, ``.backward``, ``.nets``, ``.programs`` and
``.rows`` compares one part of the engine with its targets.
"""
