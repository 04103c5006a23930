# SPDX-License-Identifier: Apache-2.0
"""The fuzz target, run briefly: on the corpus with random cuts and changes."""

import importlib.util
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
SEEDS = [path.read_bytes() for path in sorted((HERE / "corpus").glob("*.eml"))]


def _target():
    path = HERE.parent / "fuzz" / "fuzz_received.py"
    spec = importlib.util.spec_from_file_location("fuzz_received", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.one


ONE = _target()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(data):
    ONE(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2000), st.integers(0, 2000), st.binary(max_size=12))
def test_known_chains_with_a_piece_replaced(seed, start, size, piece):
    start %= len(seed)
    ONE(seed[:start] + piece + seed[start + size % 80 :])
