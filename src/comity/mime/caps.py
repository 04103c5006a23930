# SPDX-License-Identifier: Apache-2.0
"""Limits of the splitter. All ours: no RFC caps these. Real mail stays far below each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MimeCaps:
    fields: int = 2_000  # per header
    field_bytes: int = 65_536  # of one field; the rest is skipped
    header_bytes: int = 1_048_576  # of one header; the rest is skipped
    parts: int = 1_000
    depth: int = 30
    param_chars: int = 8_192  # of one Content-Type or Content-Disposition value
    encoded_words: int = 2_000  # per field
    base64_runs: int = 10_000  # of one part, each with padding of its own


CAPS = MimeCaps()
