# SPDX-License-Identifier: Apache-2.0
"""Decompressed streams that stop: at the ratio cap, at damage, at a cut-off end.

gzip (RFC 1952), raw deflate (RFC 1951), zstd (RFC 8878). A fault is never raised: the stream ends
there and `defect` says why. Memory is bounded whatever the input claims. Never touches disk.
"""

import io
import zlib
from typing import Protocol

import zstandard

from comity.report.caps import Caps
from comity.values.defect import Defect

_IN = 64 * 1024
_IN_ZSTD = 1024  # one zstd block of 4 bytes can unfold to 128 KiB: 1 KiB to 32 MiB
_OUT = 1024 * 1024
_ZSTD_WINDOW = 128 * 1024 * 1024  # 2^27, what `zstd --long` writes and every reader accepts

CUT_OFF = "container-cut-off"
DAMAGED = "container-damaged"
RATIO = "container-ratio"


class Bytes(Protocol):
    """What the inflaters need of a stream."""

    def read(self, size: int = -1, /) -> bytes: ...


class Inflated(io.RawIOBase):
    """A readable stream over a compressed one."""

    def __init__(self, source: Bytes, caps: Caps) -> None:
        super().__init__()
        self._source = source
        self._caps = caps
        self._ready = b""
        self._at = 0
        self._done = False
        self.taken = 0
        self.given = 0
        self.defect: Defect | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return super().read(size) or b""

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        while self._at >= len(self._ready):
            if self._done:
                return 0
            self._ready, self._at = self._step(), 0
            self._check()
        size = min(len(target), len(self._ready) - self._at)
        target[:size] = self._ready[self._at : self._at + size]
        self._at += size
        return size

    def _check(self) -> None:
        self.given += len(self._ready)
        if self.given > self._caps.ratio_from and self.given > self.taken * self._caps.ratio:
            text = f"{self.taken} bytes gave more than {self.given}: over {self._caps.ratio} to 1"
            self._stop(RATIO, text)
            self._ready = b""

    def _stop(self, code: str, text: str) -> None:
        self._done = True
        self.defect = Defect(code, text)

    def _take(self, size: int) -> bytes:
        chunk = self._source.read(size)
        self.taken += len(chunk)
        return chunk

    def _step(self) -> bytes:
        """Some more bytes, perhaps none; sets `_done` at the end."""
        raise NotImplementedError


class Gunzipped(Inflated):
    """All members of a gzip file, one after another."""

    def __init__(self, source: Bytes, caps: Caps) -> None:
        super().__init__(source, caps)
        self._z = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._rest = b""
        self._between = False  # a member has ended and no byte of the next was seen

    def _step(self) -> bytes:
        rest = self._rest or self._take(_IN)
        if not rest:
            if self._between:
                self._done = True
            else:
                text = f"the gzip data ends at byte {self.taken}, before its end mark"
                self._stop(CUT_OFF, text)
            return b""
        if self._between:  # tapes pad with zeros, gzip skips them
            rest = rest.lstrip(b"\0")
            if not rest.startswith(b"\x1f\x8b"[: len(rest)]):
                self._stop(DAMAGED, "bytes that are not gzip follow the gzip data")
                return b""
            self._between = not rest
        try:
            out = self._z.decompress(rest, _OUT)
        except zlib.error as error:
            self._stop(DAMAGED, f"gzip: {error}")
            return b""
        self._rest = self._z.unconsumed_tail
        if self._z.eof:
            self._rest, self._between = self._z.unused_data, True
            self._z = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return out


class Deflated(Inflated):
    """Raw deflate of a zip member (its checksum is the reader's to check)."""

    def __init__(self, source: Bytes, caps: Caps) -> None:
        super().__init__(source, caps)
        self._z = zlib.decompressobj(-zlib.MAX_WBITS)
        self._rest = b""

    def _step(self) -> bytes:
        rest = self._rest or self._take(_IN)
        if not rest:
            self._stop(CUT_OFF, "the deflate data ends before its end mark")
            return b""
        try:
            out = self._z.decompress(rest, _OUT)
        except zlib.error as error:
            self._stop(DAMAGED, f"deflate: {error}")
            return b""
        self._rest = self._z.unconsumed_tail
        self._done = self._z.eof
        return out


class Unzstd(Inflated):
    """All frames of a zstd file, skippable ones passed over."""

    def __init__(self, source: Bytes, caps: Caps) -> None:
        super().__init__(source, caps)
        self._reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._z = self._reader.decompressobj()
        self._rest = b""
        self._between = False  # a frame has ended and no byte of the next was seen

    def _step(self) -> bytes:
        rest = self._rest or self._take(_IN_ZSTD)
        if not rest:
            if self._between:
                self._done = True
            else:
                text = f"the zstd data ends at byte {self.taken}, before its end mark"
                self._stop(CUT_OFF, text)
            return b""
        try:
            out = self._z.decompress(rest)
        except zstandard.ZstdError as error:
            self._stop(DAMAGED, f"zstd: {error}")
            return b""
        self._rest, self._between = b"", False
        if self._z.eof:
            self._rest, self._between = self._z.unused_data, True
            self._z = self._reader.decompressobj()
        return out
