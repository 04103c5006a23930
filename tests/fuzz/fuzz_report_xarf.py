# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes as XARF and as a messaging record.

Run: python tests/fuzz/fuzz_report_xarf.py -max_total_time=60
"""

import sys

from comity.report import sms, xarf


def one(data: bytes) -> None:
    """Nothing raises; what is taken prints and reads back the same."""
    document, _ = xarf.read(data)
    if document is not None:
        assert xarf.read(xarf.print_xarf(document))[0] == document
    record, _ = sms.read(data)
    if record is not None:
        assert sms.read(sms.print_sms(record))[0] == record


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
