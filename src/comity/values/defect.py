# SPDX-License-Identifier: Apache-2.0
"""A fault found in content. Parsers return these; they never raise on content."""

from dataclasses import dataclass

from comity.values.span import Span


@dataclass(frozen=True, slots=True)
class Defect:
    """`code` is kebab-case and listed in docs/reference/defects.md; `detail` is for people."""

    code: str
    detail: str = ""
    span: Span | None = None
