"""The reference engine: micrograd's API in plain Python, written to be read.

It is the fallback where the C library could not be built, and the oracle that the C engine is
tested against: both compute the same numbers, to the last bit.
"""
