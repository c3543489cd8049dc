"""The first entry of PYTHONPATH in child processes. It holds only a sitecustomize."""
