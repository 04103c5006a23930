# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes as one mail.

Run: python tests/fuzz/fuzz_message.py -max_total_time=60
"""

import sys

from comity.message.attachment import read_named
from comity.message.read import read
from comity.mime.split import split


def one(data: bytes) -> None:
    """Nothing raises; spans lie inside; the same bytes give the same message."""
    message = read(data)
    for link in message.links:
        if link.span is not None and link.span.where == "text":
            assert 0 <= link.span.start <= link.span.end <= len(message.text)
    assert message == read(data)
    root = split(data).parts[0]
    for start in (b"", b"PK\x05\x06", b"%PDF-1.7 ", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        read_named("a.pdf.exe", "application/pdf", root, start + data)


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
