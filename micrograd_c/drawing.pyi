"""Types of ``drawing``. A Digraph is Any: graphviz is an extra, so it may be absent."""

from typing import Any

from micrograd_c.engine import Value

__all__ = ["draw_dot"]

def draw_dot(
    root: Value, format: str = "svg", rankdir: str = "LR", max_nodes: int | None = 2000
) -> Any: ...
