"""All elementary functions of jit's programs: a module in the place of core's ieee_libm."""

from python_ref.core.ieee_libm import *  # noqa: F403 - those that are still the C library's
from python_ref.elementary.exponentials import exp  # noqa: F401
