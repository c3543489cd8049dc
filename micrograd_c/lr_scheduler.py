"""The learning-rate schedulers, a public name for what is in ``optim/lr_scheduler.py``."""

from micrograd_c.optim.lr_scheduler import CosineAnnealingLR, LinearLR, LRScheduler, StepLR

__all__ = ["LRScheduler", "StepLR", "CosineAnnealingLR", "LinearLR"]
