"""The elementary functions of jit's programs: the same bits as csrc/elementary, anywhere.

A module here has the functions of the header of the same name in C, operation for operation.
They take and return floats in IEEE arithmetic: they never raise, and overflow to infinity.
"""
