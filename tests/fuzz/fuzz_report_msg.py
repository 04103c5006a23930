# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes as an Outlook item.

Run: python tests/fuzz/fuzz_report_msg.py -max_total_time=60
"""

import sys

from comity.report import msg


def one(data: bytes) -> None:
    """Nothing raises but what is named in `msg`."""
    for content in (data, msg.MAGIC + data):
        assert msg.reports(content, "x")


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
