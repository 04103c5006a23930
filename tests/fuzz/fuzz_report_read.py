# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: which form any bytes are, free and under each word of the operator.

Run: python tests/fuzz/fuzz_report_read.py -max_total_time=60
"""

import sys

from comity.report.form import Form
from comity.report.read import read
from comity.values.digest import digest_of


def one(data: bytes) -> None:
    """Nothing raises; each answer has its reason, and names what was received."""
    for form in (None, *Form):
        if form is Form.MSG:
            continue  # its own target
        for report in read(data, "x", form):
            assert report.reasons
            assert report.rewritten or report.digest == digest_of(report.mail)


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
