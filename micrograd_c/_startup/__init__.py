"""The directory that the stand-in for micrograd puts first on PYTHONPATH."""
