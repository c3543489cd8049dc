"""Value on the C engine: all that touches the C library, which is ``micrograd_c._native``."""

from micrograd_c._c import mode  # noqa: F401 - first: it may replace the library's functions
