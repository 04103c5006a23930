# SPDX-License-Identifier: Apache-2.0
"""What the splitter gives: header fields and parts, each with its place in the raw bytes.

Pure values (RFC 5322, RFC 2045). Decoding text is `mime.decode`, splitting is `mime.split`.
"""

from dataclasses import dataclass
from typing import NamedTuple

from comity.values.defect import Defect


class Field(NamedTuple):
    """One header field. `start`/`end` are byte offsets in the raw mail, folding included.

    A line that is no field has the empty name and its text as value. A named tuple, because a
    mail has some sixty of them and a frozen dataclass takes four times as long to make.
    """

    name: str  # as written; compare with `key`
    key: str  # lower case
    value: str  # unfolded; bytes that are not ASCII as UTF-8 where valid, else latin-1
    start: int
    end: int


class Part(NamedTuple):
    """One MIME entity. Leaf parts hold text or an attachment; the root is `index` 0.

    All offsets are bytes in the raw mail; the body as transferred is
    `raw[body_start:body_end]`. A named tuple for the same reason as `Field`.
    """

    index: int  # type: ignore[assignment]  # document order; hides a method no one needs
    parent: int | None
    depth: int  # 0 for the root
    fields: tuple[Field, ...]
    content_type: str  # "text/plain", lower case, after the defaults of RFC 2045 section 5.2
    params: dict[str, str]  # lower-case names, RFC 2231 undone
    encoding: str  # "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", other
    disposition: str  # "inline", "attachment" or ""
    filename: str | None  # decoded, as the sender wrote it
    start: int  # where its header begins
    body_start: int
    body_end: int
    children: tuple[int, ...] = ()

    def first(self, key: str) -> str | None:
        """Value of the first field with this lower-case name."""
        for field in self.fields:
            if field.key == key:
                return field.value
        return None

    def all(self, key: str) -> tuple[Field, ...]:
        """Every field with this lower-case name, topmost first."""
        return tuple(field for field in self.fields if field.key == key)


@dataclass(frozen=True, slots=True)
class Mime:
    """A whole mail, split. `gaps` are the byte ranges outside all parts that are not blank.

    Those are preambles and epilogues (RFC 2046 section 5.1.1): no reader shows them, and text
    can be hidden there.
    """

    parts: tuple[Part, ...]
    defects: tuple[Defect, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
