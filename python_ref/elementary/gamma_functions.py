"""lgamma, digamma and polygamma of our own. See ``csrc/elementary/gamma_functions.c``."""

from types import SimpleNamespace

from python_ref.elementary.gamma_template import gamma_functions
from python_ref.elementary.logarithms import log, log1p
from python_ref.elementary.powers import pow
from python_ref.elementary.trigonometry import sin, tan

lgamma, digamma, polygamma = gamma_functions(
    SimpleNamespace(log=log, log1p=log1p, sin=sin, tan=tan, pow=pow)
)
