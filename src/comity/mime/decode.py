# SPDX-License-Identifier: Apache-2.0
"""Undoes transfer encodings, character sets and encoded words (RFC 2045, 2047, 2231).

Never raises on content: what cannot be decoded comes back as far as it is sure, with a defect.
"""

import binascii
import re
from functools import lru_cache

from comity.mime.caps import CAPS
from comity.mime.charsets import CODECS, UTF8_FIRST
from comity.mime.part import Part
from comity.values.defect import Defect
from comity.values.span import Span

Defects = tuple[Defect, ...]

_NOT_BASE64 = bytes(sorted(set(range(256)) - set(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)))  # fmt: skip
_WHITE = b" \t\r\n"
_PADDING = re.compile(rb"=+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
# The charset may carry a language (RFC 2231 section 5); text may hold spaces, though it must not.
_WORD = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]{0,40})?\?([bBqQ])\?([^?]*)\?=")


def body(raw: bytes, part: Part) -> tuple[bytes, Defects]:
    """Content of a leaf part with its Content-Transfer-Encoding undone."""
    content = raw[part.body_start : part.body_end]
    encoding = part.encoding
    if encoding in ("7bit", "8bit", "binary", ""):
        return content, ()
    where = Span("raw", part.body_start, part.body_end)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(content), ()
    if encoding == "base64":
        return _base64(content, where)
    if encoding in ("x-uuencode", "uuencode", "x-uue"):
        return uudecode(content, where)
    return content, (Defect("unknown-transfer-encoding", encoding[:40], where),)


def _base64(content: bytes, where: Span | None) -> tuple[bytes, Defects]:
    letters = content.translate(None, _NOT_BASE64)
    defects: list[Defect] = []
    if len(letters) != len(content.translate(None, _WHITE)):
        defects.append(Defect("base64-stray-characters", span=where))
    body_letters = letters.rstrip(b"=")
    if b"=" not in body_letters:
        return _quads(body_letters, defects, where), tuple(defects)
    # Several runs, each with its own padding: the library stops at the first, readers do not.
    defects.append(Defect("base64-data-after-padding", span=where))
    *runs, rest = _PADDING.split(body_letters, CAPS.base64_runs)
    runs.append(rest.replace(b"=", b""))  # past the cap the rest is one run: no writer does that
    return b"".join(_quads(run, defects, where) for run in runs), tuple(defects[:8])


def _quads(letters: bytes, defects: list[Defect], where: Span | None) -> bytes:
    over = len(letters) % 4
    if over == 1:  # six bits that belong to no byte
        defects.append(Defect("base64-cut-off", span=where))
        letters, over = letters[:-1], 0
    return binascii.a2b_base64(letters + b"=" * (-over % 4))


def uudecode(content: bytes, where: Span | None = None) -> tuple[bytes, Defects]:
    """The first uuencoded file in `content` (POSIX `uuencode`); the content itself if none."""
    begin = _UU_BEGIN.search(content)
    if not begin:
        return content, (Defect("uuencode-without-begin", span=where),)
    out: list[bytes] = []
    for line in content[begin.end() :].splitlines():
        if line.strip() in (b"end", b"", b"`"):
            if line.strip() == b"end":
                return b"".join(out), ()
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            return b"".join(out), (Defect("uuencode-broken-line", span=where),)
    return b"".join(out), (Defect("uuencode-without-end", span=where),)


@lru_cache(maxsize=512)
def codec_of(charset: str) -> str | None:
    """Python codec for a label of the allow-list, None for all others."""
    label = charset.strip().strip("\"'").lower()
    return CODECS.get(label) or CODECS.get(label.replace("_", "-"))


def text(content: bytes, charset: str | None) -> tuple[str, Defects]:
    """Characters of `content`. Unknown, forbidden or wrong charsets fall back, with a defect.

    Order: byte order mark, then the label (valid UTF-8 first where the label promises ASCII),
    then UTF-8, then windows-1252.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:].decode("utf-8", "replace"), ()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), ()
    label = (charset or "").strip().strip("\"'").lower()
    if not label or label in UTF8_FIRST:
        try:
            return content.decode("utf-8"), ()
        except UnicodeDecodeError:
            broken = label.endswith("ascii")
            defects = (Defect("charset-mismatch", label),) if broken else ()
            return _guess(content), defects
    codec = codec_of(label)
    if codec is None:
        return _guess(content), (Defect("charset-not-allowed", label[:40]),)
    try:
        return content.decode(codec), ()
    except (UnicodeDecodeError, ValueError):
        pass
    try:
        return content.decode("utf-8"), (Defect("charset-mismatch", label[:40]),)
    except UnicodeDecodeError:
        return content.decode(codec, "replace"), (Defect("charset-error", label[:40]),)


def _guess(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def words(value: str) -> tuple[str, Defects]:
    """Header text with its encoded words decoded (RFC 2047).

    Neighbouring words of one charset are joined as bytes first: many mailers cut a multi-byte
    character in two.
    """
    if "=?" not in value:
        return value, ()
    out: list[str] = []
    defects: list[Defect] = []
    pending = b""
    pending_charset = ""
    at = 0
    for number, match in enumerate(_WORD.finditer(value)):
        if number >= CAPS.encoded_words:
            defects.append(Defect("too-many-encoded-words", f"more than {CAPS.encoded_words}"))
            break
        between = value[at : match.start()]
        charset = match[1].lower()
        if pending_charset and (charset != pending_charset or between.strip()):
            _flush(pending, pending_charset, out, defects)
            pending, pending_charset = b"", ""
        if between.strip() or (number == 0 and between):
            out.append(between)
        pending += _word_bytes(match[2], match[3], defects)
        pending_charset = charset
        at = match.end()
    if pending_charset:
        _flush(pending, pending_charset, out, defects)
    out.append(value[at:])
    return "".join(out), tuple(defects)


def _flush(content: bytes, charset: str, out: list[str], defects: list[Defect]) -> None:
    decoded, found = text(content, charset)
    out.append(decoded)
    defects += found


def _word_bytes(encoding: str, content: str, defects: list[Defect]) -> bytes:
    as_bytes = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(as_bytes, header=True)
    decoded, found = _base64(as_bytes, None)
    defects += found
    return decoded
