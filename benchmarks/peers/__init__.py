"""The peers: who takes part in the benchmarks. There is one file for each way to compute.

A file has ``make_runner(task, **options)``, which raises CannotDo for a task that it cannot
compute. A runner has ``steps(n)``, which does n steps, and ``answer()``, which returns the loss
and the gradients of the last step, both at the inputs before that step's update.
"""

from typing import NamedTuple, Optional

ENOUGH = 10**9  # operators


class CannotDo(Exception):
    """Its message says why a peer has no figure for a task."""


class Peer(NamedTuple):
    name: str
    module: str  # in benchmarks.peers
    options: dict = {}
    packages: tuple = ()  # the packages it needs; the report shows their versions
    python: Optional[str] = None  # the command of its interpreter; None is this one
    collector: bool = True
    most_operators: int = ENOUGH  # larger tasks would take minutes, or all memory
    quick: bool = True  # True if it takes part in --quick


PEERS = (
    Peer("python_ref", "values", {"kind": "python_ref"}, most_operators=2_000_000),
    Peer("NumPy by hand", "numpy_by_hand", packages=("numpy", "scipy")),
    Peer("micrograd, gc on", "values", {"kind": "micrograd"}, ("micrograd",),
         most_operators=2_000_000),
    Peer("micrograd, gc off", "values", {"kind": "micrograd"}, ("micrograd",), collector=False,
         most_operators=2_000_000),
    Peer("micrograd on PyPy", "values", {"kind": "micrograd"}, ("micrograd",), python="pypy3",
         most_operators=2_000_000),
    Peer("minigrad", "values", {"kind": "minigrad"}, ("minigrad",)),
    Peer("xad", "xad_tape", packages=("xad",), most_operators=20_000_000),
    Peer("casadi", "casadi_sx", packages=("casadi",), most_operators=5_000_000),
    Peer("HIPS autograd", "hips_autograd", packages=("autograd",)),
    Peer("PyTorch eager", "pytorch", {"compiled": False}, ("torch",)),
    Peer("PyTorch compiled", "pytorch", {"compiled": True}, ("torch",), quick=False),
    Peer("JAX jit", "jax_jit", packages=("jax",)),
    Peer("micrograd_c eager", "values", {"kind": "micrograd_c"}, ("micrograd_c",)),
    Peer("micrograd_c eager on PyPy", "values", {"kind": "micrograd_c"}, ("micrograd_c",),
         python="pypy3"),
    Peer("micrograd_c nets", "nets", packages=("micrograd_c", "numpy")),
    Peer("micrograd_c jit", "jit", {"fit": False}, ("micrograd_c", "numpy")),
    Peer("micrograd_c fit", "jit", {"fit": True}, ("micrograd_c", "numpy")),
    Peer("C by hand", "c_by_hand"),
)  # fmt: skip

BY_NAME = {peer.name: peer for peer in PEERS}
OURS = tuple(peer.name for peer in PEERS if peer.name.startswith("micrograd_c"))
