# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: the trace of any header.

Run: python tests/fuzz/fuzz_received.py -max_total_time=60
"""

import sys

from comity.mime.split import read_header
from comity.trace.addresses import NoAddressData
from comity.trace.authentication import read_results, read_spf
from comity.trace.find import find
from comity.trace.hop import read
from comity.trace.trust import Trust
from comity.values.address import DEMO

TRUSTS = (Trust(), Trust.providers(), Trust.providers().with_relay("own.example"))


def one(data: bytes) -> None:
    """Nothing raises; what is found is what a line says."""
    text = data.decode("utf-8", "replace")
    hop = read(text)
    assert hop.readable or hop.defects
    read_results(text)
    read_spf(text)
    fields, _, _ = read_header(data)
    for trust in TRUSTS:
        trace = find(fields, trust, NoAddressData(), DEMO)
        assert (trace.origin is None) == (trace.confidence.value == "none")


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
