# SPDX-License-Identifier: Apache-2.0
"""Reads one header: its fields, where its body begins, and what is wrong with it (RFC 5322).

Nothing is dropped in silence: a line that is no field comes back as a field without a name. The
standard library's reader loses a first line `From : x` without a word, and takes 3 GB for a
340 KB Subject; see docs/decisions/0002-own-mime-splitter.md.
"""

import re

from comity.mime.caps import CAPS, MimeCaps
from comity.mime.part import Field
from comity.values.defect import Defect
from comity.values.span import Span

# Name, white space before the colon, value with its folded lines (obsolete empty folds as well).
_FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_NAME = re.compile(rb"[!-9;-~]+")
_FIELD_END = re.compile(rb"\n(?![ \t])")
_BLANK = re.compile(rb"[ \t]*\r?\n")
_BLANK_LINES = re.compile(rb"[ \t\r\n]*\n")
_FOLD = re.compile(rb"\r*\n(?=[ \t])")
_BARE_CR = re.compile(rb"\r(?!\n|\Z)")
_FIELD_AFTER_CR = re.compile(rb"\r(?=[!-9;-~]+:)")
_BOM = b"\xef\xbb\xbf"

# Names met so far, with their lower case: few are met only once.
_NAMES: dict[bytes, tuple[str, str]] = {}
_MOST_NAMES = 4_096  # kept; ours
_LONGEST_NAME = 80  # bytes of a name that is kept; ours
_new = tuple.__new__  # what `Field(…)` calls in the end, at half the cost


def read_header(
    raw: bytes, start: int = 0, end: int | None = None, caps: MimeCaps = CAPS
) -> tuple[tuple[Field, ...], int, tuple[Defect, ...]]:
    """(fields, offset where the body begins, defects). Raises nothing."""
    end = len(raw) if end is None else end
    defects: list[Defect] = []
    at = _skip_front(raw, start, end, defects)
    plain = _plain_header(raw, at, end, caps)
    if plain is not None:
        return *plain, tuple(defects)
    return _read_carefully(raw, start, end, caps)


def _read_carefully(
    raw: bytes, start: int, end: int, caps: MimeCaps
) -> tuple[tuple[Field, ...], int, tuple[Defect, ...]]:
    """Field by field, with every fault named."""
    fields: list[Field] = []
    defects: list[Defect] = []
    at = _skip_front(raw, start, end, defects)
    left = caps.header_bytes
    field_at = _FIELD.match
    while at < end and left > 0:
        found = field_at(raw, at, end)
        if found is None:
            blank = _BLANK.match(raw, at, end)
            if blank:
                return tuple(fields), blank.end(), tuple(defects)
            if not _more_header_follows(raw, at, end):
                if fields:
                    defects.append(Defect("header-without-blank-line", span=Span("raw", at, at)))
                return tuple(fields), at, tuple(defects)
            stop = _line_end(raw, at, end)
            defects.append(Defect("header-line-unparsed", span=Span("raw", at, stop)))
            shown = raw[at : min(stop, at + 998)].rstrip(b"\r\n")
            fields.append(Field("", "", _decoded(shown), at, stop))
            left -= stop - at
            at = stop
            continue
        stop = found.end()
        if len(fields) >= caps.fields:
            defects.append(Defect("too-many-fields", f"more than {caps.fields}"))
            break
        fields += _fields(raw, found, defects, caps)
        left -= min(stop - at, caps.field_bytes)
        at = stop
    if at >= end:
        return tuple(fields), end, tuple(defects)
    if left <= 0:
        defects.append(Defect("header-too-long", f"more than {caps.header_bytes:,} bytes"))
    return tuple(fields), _body_after(raw, at, end), tuple(defects)


def _plain_header(
    raw: bytes, at: int, end: int, caps: MimeCaps
) -> tuple[tuple[Field, ...], int] | None:
    """The header if nothing about it is odd, as of nine mails in ten; in a third of the time."""
    first = raw.find(b"\n", at, end)
    line_end = b"\r\n" if first > at and raw[first - 1] == 0x0D else b"\n"
    stop = raw.find(line_end * 2, at, min(end, at + caps.field_bytes))
    if first < 0 or stop < 0 or raw.find(b"\x00", at, stop) >= 0:
        return None
    block = raw[at:stop]
    lines = block.replace(b"\r", b"")
    if block != (lines if line_end == b"\n" else lines.replace(b"\n", line_end)):
        return None  # a bare CR, or line ends of two kinds
    fields: list[Field] = []
    begin = at
    returns = len(line_end) - 1
    for line in _FIELD_END.split(lines):
        written, colon, value = line.partition(b":")
        name = _NAMES.get(written) or _name(written)
        if name is None or not colon:
            return None
        after = begin + len(line) + len(line_end)
        if 0x0A in value:
            folded = len(value)
            value = value.replace(b"\n", b"")
            after += (folded - len(value)) * returns
        value = value.strip(b" \t")
        try:  # `_decoded`, without the call
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        fields.append(_new(Field, (*name, text, begin, after)))
        begin = after
    if len(fields) > caps.fields:
        return None
    return tuple(fields), stop + 2 * len(line_end)


def _name(written: bytes) -> tuple[str, str] | None:
    """A field's name and its lower case; None if it can't be one."""
    if not _NAME.fullmatch(written):
        return None
    name = written.decode("ascii")
    found = name, name.lower()
    if len(_NAMES) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
        _NAMES[written] = found
    return found


def _skip_front(raw: bytes, start: int, end: int, defects: list[Defect]) -> int:
    """Step over what is no header yet: a byte order mark, an mbox line, blank lines."""
    at = start
    if raw.startswith(_BOM, at, end):
        defects.append(Defect("byte-order-mark", span=Span("raw", at, at + 3)))
        at += len(_BOM)
    if start:  # a part may begin with its blank line: it then has no header
        return at
    blanks = at
    if (blank := _BLANK_LINES.match(raw, at, end)) is not None:
        at = blank.end()
        if not _FIELD.match(raw, at, end):
            return blanks  # a mail that is all body
        defects.append(Defect("blank-lines-before-header", span=Span("raw", blanks, at)))
    if raw.startswith((b"From ", b">From "), at, end):
        stop = _line_end(raw, at, end)
        if b":" not in raw[at : at + 6]:
            defects.append(Defect("mbox-from-line", span=Span("raw", at, stop)))
            at = stop
    return at


def _fields(
    raw: bytes, found: re.Match[bytes], defects: list[Defect], caps: MimeCaps
) -> list[Field]:
    name_bytes, space, value = found.groups()
    start, stop = found.span()
    name = name_bytes.decode("ascii")
    if space:
        defects.append(Defect("space-before-colon", name, Span("raw", start, stop)))
    if stop - start > caps.field_bytes:
        defects.append(Defect("header-too-long", name, Span("raw", start, stop)))
        value = value[: caps.field_bytes].lstrip()
    if b"\n" in value:
        value = _FOLD.sub(b"", value)
    value = value.strip(b" \t\r\n")
    if b"\r" in value:
        return _split_at_bare_cr(name, value, start, stop, defects)
    if b"\x00" in value:
        defects.append(Defect("nul-in-header", name, Span("raw", start, stop)))
    return [Field(name, name.lower(), _decoded(value), start, stop)]


def _split_at_bare_cr(
    name: str, value: bytes, start: int, stop: int, defects: list[Defect]
) -> list[Field]:
    """Some readers end a line at a bare CR, so a field can hide behind one. Show it, marked."""
    defects.append(Defect("bare-cr", name, Span("raw", start, stop)))
    head, *rest = _FIELD_AFTER_CR.split(value)
    fields = [Field(name, name.lower(), _decoded(_BARE_CR.sub(b" ", head)), start, stop)]
    for hidden in rest:
        inner, _, content = hidden.partition(b":")
        text = inner.decode("ascii", "replace")
        defects.append(Defect("field-behind-bare-cr", text, Span("raw", start, stop)))
        shown = _decoded(_BARE_CR.sub(b" ", content.strip()))
        fields.append(Field(text, text.lower(), shown, start, stop))
    return fields


def _more_header_follows(raw: bytes, at: int, end: int) -> bool:
    """Whether one of the next three lines is a field again, so that this one is a stray line."""
    for _ in range(3):
        at = _line_end(raw, at, end)
        if at >= end or _BLANK.match(raw, at, end):
            return False
        if _FIELD.match(raw, at, end):
            return True
    return False


def _line_end(raw: bytes, at: int, end: int) -> int:
    found = raw.find(b"\n", at, end)
    return end if found < 0 else found + 1


def _body_after(raw: bytes, at: int, end: int) -> int:
    """Where the body begins after a header that was cut off at a cap."""
    ends = [
        found + len(mark)
        for mark in (b"\n\n", b"\n\r\n")
        if (found := raw.find(mark, at, end)) >= 0
    ]
    return min(ends, default=end)


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
