"""What runs before a program: the stand-in for micrograd, and the start of ``python -m``."""
