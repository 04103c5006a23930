# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes after a separator line as a mailbox.

Run: python tests/fuzz/fuzz_report_mbox.py -max_total_time=60
"""

import io
import sys

from comity.report import mbox

FROM = b"From a@x.example Mon Jun  3 10:15:00 2024\n"


def one(data: bytes) -> None:
    """No byte is lost, and what is printed reads back."""
    mails = list(mbox.split(io.BytesIO(FROM + data)))
    whole = b"".join(mail.separator + mail.content + mail.end for mail in mails)
    assert whole == FROM + data


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
