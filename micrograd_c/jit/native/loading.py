"""Loads a library that was compiled here, with CFFI."""


class loaded:  # noqa: N801 - used as a function
    """A library: ``lib`` has its functions, ``ffi`` is what they were declared to."""

    def __init__(self, path, declarations):
        """``declarations``: of the library's functions, in C. Raises ImportError without CFFI."""
        try:
            from cffi import FFI
        except ImportError:
            raise ImportError("native=True needs cffi: pip install cffi") from None
        self.ffi = FFI()
        self.ffi.cdef(declarations)
        self.lib = self.ffi.dlopen(str(path))
