"""A directory for the front of PYTHONPATH. It has a sitecustomize and nothing else."""
