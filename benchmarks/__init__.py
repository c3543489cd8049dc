"""How fast micrograd_c is, and next to whom. ``python -m benchmarks`` runs everything.

``python -m benchmarks.train_mlp``, ``.backward`` and ``.nets`` each answer one question
about the engine, in one process and without other libraries than micrograd.
"""
