"""docs/distributed.md: its program runs from the first line to the last."""

import random
import re
from functools import partial
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "distributed.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the pages are in a checkout")


def test_the_program_of_the_page(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    pytest.importorskip("dask.array", reason="Dask is not installed")
    small = partial(
        distributed.LocalCluster, n_workers=2, threads_per_worker=1, processes=False,
        dashboard_address=":0", silence_logs=50,
    )  # fmt: skip
    monkeypatch.setattr(distributed, "LocalCluster", small)
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert len(blocks) == 5
    random.seed(3)  # the page leaves the weights to chance
    names = {"__name__": "__main__"}
    try:
        for block in blocks:
            exec(compile(block, str(PAGE), "exec"), names)
    finally:
        for name in ("client", "cluster"):
            if name in names:
                names[name].close()
    assert names["history"][-1] < names["history"][0]
    assert 0.5 < names["accuracy"] <= 1 and names["gradient"].shape == (33,)
    assert names["best"][1] in names["rates"]
