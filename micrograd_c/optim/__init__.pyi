"""Types of ``optim``."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micrograd_c.engine import Value
from micrograd_c.lr_scheduler import CosineAnnealingLR, LinearLR, StepLR

__all__ = ["SGD", "Adam", "AdamW", "RMSprop", "StepLR", "CosineAnnealingLR", "LinearLR"]

class Optimizer:
    kind: str
    state_names: tuple[str, ...]
    @property
    def params(self) -> tuple[Value, ...]: ...
    @params.setter
    def params(self, params: Iterable[Value]) -> None: ...
    state: dict[str, NDArray[np.float64]]
    step_count: int
    lr: float
    weight_decay: float
    def __init__(self, params: Iterable[Value], **hyperparameters: float) -> None: ...
    def zero_grad(self) -> None: ...
    def step(self) -> None: ...
    def hyperparameters(self) -> dict[str, float]: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...

class SGD(Optimizer):
    momentum: float
    dampening: float
    nesterov: bool
    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ) -> None: ...

class Adam(Optimizer):
    beta1: float
    beta2: float
    betas: tuple[float, float]
    eps: float
    amsgrad: bool
    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
    ) -> None: ...

class AdamW(Adam):
    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None: ...

class RMSprop(Optimizer):
    alpha: float
    eps: float
    momentum: float
    centered: bool
    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
    ) -> None: ...
