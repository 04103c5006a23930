# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: a vault segment of any bytes, through the reader and through fsck."""

import io
import sys
from types import SimpleNamespace

from comity.evidence.note import Verifier
from comity.evidence.segment import Header, Kind, name, print_frame
from comity.service.fsck import fsck

MARKER = b"\x01\x02\x03\x04\x05\x06\x07\x08"


class Segments:
    """One segment in memory: a whole header, then what the fuzzer likes."""

    def __init__(self, content):
        self.content = content

    def names(self):
        return [name(0)]

    def open(self, _):
        return io.BytesIO(self.content)

    def checkpoint(self):
        return None

    def set_aside(self):
        return []

    def in_use(self):
        return False

    def hint(self, _):
        return None


def one(data: bytes) -> None:
    """fsck raises nothing, and names every byte that is no whole frame."""
    header = Header(0, MARKER).print()
    frame = print_frame(MARKER, Kind.REPORT, 0, bytes(32), data, b"", data)
    verifier = Verifier("comity/gb/1", bytes(31) + b"\x01")
    for content in (data, header + data, header + frame + data, header + data + frame):
        found = fsck(SimpleNamespace(segments=Segments(content), verifier=verifier))
        assert found.checked_bytes == len(content)
        assert found.damaged or content == header


if __name__ == "__main__":
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
