# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes as a box of reports.

Run: python tests/fuzz/fuzz_report_container.py -max_total_time=60
"""

import io
import sys

from comity.report.caps import Caps
from comity.report.container import unpack
from comity.values.digest import digest_of

SMALL = Caps(report_bytes=100_000, ratio_from=200_000, members=50, bombs=2)


def one(data: bytes) -> None:
    """Nothing raises; nothing over a cap comes out; digests are right."""
    for item in unpack("x", io.BytesIO(data), SMALL):
        assert len(item.content) <= SMALL.report_bytes
        assert item.refused or item.digest == digest_of(item.content)


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
