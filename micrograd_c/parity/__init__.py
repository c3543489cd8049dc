"""Random programs, run on both engines, compared by bits: ``python -m micrograd_c parity``."""
