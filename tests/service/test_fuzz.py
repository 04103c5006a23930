# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets of this room, run briefly."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parents[1] / "fuzz"


def target(name):
    spec = importlib.util.spec_from_file_location(name, FUZZ / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.one


@pytest.mark.parametrize("name", ["fuzz_checkpoint", "fuzz_segment"])
def test_any_bytes_are_read_or_refused(name):
    one = target(name)

    @settings(deadline=None)
    @given(st.binary(max_size=400))
    def run(data):
        one(data)

    run()
