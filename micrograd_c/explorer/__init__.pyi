"""Types of ``explorer``."""

import os
from collections.abc import Mapping
from typing import Any

from micrograd_c.engine import Value
from micrograd_c.nn import Module

__all__ = ["Explorer", "explore"]

class Explorer:
    @property
    def size(self) -> int: ...
    def html(self) -> str: ...
    def save(self, path: str | os.PathLike[str]) -> None: ...

def explore(
    root: Value,
    *,
    names: Mapping[str, Any] | Module | None = None,
    max_nodes: int | None = 2_000_000,
) -> Explorer: ...
