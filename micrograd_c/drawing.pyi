"""Types of ``drawing``. A Digraph is Any: graphviz is an extra, so it may be absent."""

from collections.abc import Mapping
from typing import Any

from micrograd_c.engine import Value
from micrograd_c.nn import Module

__all__ = ["draw_dot"]

def draw_dot(
    root: Value,
    format: str = "svg",
    rankdir: str = "LR",
    max_nodes: int | None = 2000,
    *,
    names: Module | Mapping[str, Any] | None = None,
) -> Any: ...
