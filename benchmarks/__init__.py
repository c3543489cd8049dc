"""How fast micrograd_c is, and next to whom. ``python -m benchmarks`` runs everything.

``python -m benchmarks.train_mlp``, ``.backward``, ``.nets`` and ``.programs`` each answer
questions about the engine against its targets, in one process.
"""
