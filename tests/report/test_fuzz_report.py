# SPDX-License-Identifier: Apache-2.0
"""Runs this room's fuzz targets for a short while, on bytes grown from good reports."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_arf import report as arf_report
from test_attached import outer, rfc822
from test_container import BOX, tarred, zipped
from test_msg import GOOD as ITEM
from test_sms import record
from test_xarf import document, three

FUZZ = Path(__file__).parent.parent / "fuzz"
SEEDS = {
    "fuzz_report_read": [arf_report(), outer(rfc822()), document(), record(), BOX],
    "fuzz_report_container": [BOX, zipped({"1": BOX, "2": BOX}), tarred({"1": BOX})],
    "fuzz_report_mbox": [BOX, BOX.replace(b"\n", b"\r\n")],
    "fuzz_report_xarf": [document(), three(), record()],
    "fuzz_report_msg": [ITEM],
}


def target(name: str):
    spec = importlib.util.spec_from_file_location(name, FUZZ / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.one


@pytest.mark.parametrize("name", SEEDS)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_fuzz_target_holds(name, data):
    seed = bytearray(data.draw(st.sampled_from(SEEDS[name])))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(seed) - 1))
        seed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    target(name)(bytes(seed))
