# SPDX-License-Identifier: Apache-2.0
"""Splits a mail into its parts, by byte offsets in the raw mail (RFC 2045, RFC 2046).

Never raises on content, never recurses, copies no body. Why not the standard library's parser:
docs/decisions/0002-own-mime-splitter.md.
"""

from dataclasses import dataclass, field

from comity.mime import params
from comity.mime.caps import CAPS, MimeCaps
from comity.mime.header import read_header
from comity.mime.part import Field, Mime, Part
from comity.values.defect import Defect
from comity.values.span import Span

__all__ = ["Mime", "read_header", "split"]

_WANTED = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})


@dataclass(slots=True)
class _Work:
    """Where the splitter stands: ranges still to read, and what it found so far."""

    raw: bytes
    caps: MimeCaps
    parts: list[Part] = field(default_factory=list)
    children: dict[int, list[int]] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    # start, end, parent, depth, default content type; the next one to read is last
    todo: list[tuple[int, int, int | None, int, str]] = field(default_factory=list)


def split(raw: bytes, caps: MimeCaps = CAPS) -> Mime:
    """Split a whole mail. `parts[0]` is the root and always there. Raises nothing."""
    work = _Work(raw, caps)
    work.todo.append((0, len(raw), None, 0, "text/plain"))
    while work.todo:
        if len(work.parts) >= caps.parts:
            start = work.todo[-1][0]
            work.defects.append(Defect("too-many-parts", f"more than {caps.parts}"))
            work.gaps.append((start, len(raw)))
            break
        _read_part(work, *work.todo.pop())
    for index, children in work.children.items():
        work.parts[index] = work.parts[index]._replace(children=tuple(children))
    return Mime(tuple(work.parts), tuple(work.defects), tuple(work.gaps))


def _read_part(
    work: _Work, start: int, end: int, parent: int | None, depth: int, default: str
) -> None:
    fields, body_start, defects = read_header(work.raw, start, end, work.caps)
    work.defects += defects
    part = _part(len(work.parts), parent, depth, fields, default, (start, body_start, end))
    if parent is not None:
        work.children.setdefault(parent, []).append(part.index)
    major = part.content_type.partition("/")[0]
    if major == "multipart" or part.content_type in ("message/rfc822", "message/global"):
        if depth >= work.caps.depth:
            work.defects.append(Defect("too-deep", f"depth {depth}", Span("raw", body_start, end)))
            work.gaps.append((body_start, end))
        elif major == "multipart":
            part = _open_multipart(work, part)
        elif part.encoding in ("7bit", "8bit", "binary"):
            work.todo.append((body_start, end, part.index, depth + 1, "text/plain"))
    work.parts.append(part)


def _part(
    index: int,
    parent: int | None,
    depth: int,
    fields: tuple[Field, ...],
    default: str,
    place: tuple[int, int, int],
) -> Part:
    values: dict[str, str] = {}
    for one in fields:
        if one.key in _WANTED:
            values.setdefault(one.key, one.value)
    kind, type_params = params.content_type(values.get("content-type"), default)
    disposition = ""
    disposition_params: dict[str, str] = {}
    if "content-disposition" in values:
        disposition, disposition_params = params.read_value(values["content-disposition"])
    encoding = values.get("content-transfer-encoding", "7bit").partition(";")[0].strip().lower()
    start, body_start, end = place
    return Part(
        index=index,
        parent=parent,
        depth=depth,
        fields=fields,
        content_type=kind,
        params=type_params,
        encoding=encoding or "7bit",
        disposition=disposition,
        filename=params.filename(disposition_params, type_params),
        start=start,
        body_start=body_start,
        body_end=end,
    )


def _open_multipart(work: _Work, part: Part) -> Part:
    """Queue the children of a multipart. One that cannot be opened becomes text, to be searched."""
    start, end = part.body_start, part.body_end
    where = Span("raw", start, end)
    boundary = part.params.get("boundary", "").rstrip()
    if not boundary:
        work.defects.append(Defect("boundary-missing", part.content_type, where))
        return part._replace(content_type="text/plain")
    delimiter = b"--" + boundary.encode("utf-8", "replace")
    found, closed = _delimiters(work.raw, delimiter, start, end, work.caps.parts)
    if not found:
        work.defects.append(Defect("boundary-not-found", boundary[:80], where))
        return part._replace(content_type="text/plain")
    if not closed:
        work.defects.append(Defect("boundary-not-closed", boundary[:80], where))
    _note_gap(work, start, found[0][0])
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    ranges = []
    for number, (_, after, closing) in enumerate(found):
        stop = found[number + 1][0] if number + 1 < len(found) else end
        if closing:
            _note_gap(work, after, end)
            break
        ranges.append((after, max(after, stop), part.index, part.depth + 1, default))
    work.todo += reversed(ranges)
    return part


def _delimiters(
    raw: bytes, delimiter: bytes, start: int, end: int, most: int
) -> tuple[list[tuple[int, int, bool]], bool]:
    """Delimiter lines as (end of the content before, start after, closing); whether closed.

    A line that only begins with the boundary is not a delimiter: one boundary may be a prefix of
    another (RFC 2046 section 5.1.1).
    """
    found: list[tuple[int, int, bool]] = []
    at = start
    while (at := raw.find(delimiter, at, end)) >= 0:
        line_start = at
        at += len(delimiter)
        if line_start > start and raw[line_start - 1] != 0x0A:
            continue
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[at : min(line_end, at + 200)].strip(b" \t\r")
        if rest not in (b"", b"--"):
            continue
        before = line_start
        if before > start:
            before -= 1
            if before > start and raw[before - 1] == 0x0D:
                before -= 1
        found.append((before, min(line_end + 1, end), rest == b"--"))
        at = line_end
        if rest == b"--":
            return found, True
        if len(found) > most:
            return found, False
    return found, False


def _note_gap(work: _Work, start: int, end: int) -> None:
    """Remember text that stands outside all parts."""
    if work.raw[start:end].strip():
        work.gaps.append((start, end))
