# SPDX-License-Identifier: Apache-2.0
"""One way to print JSON: UTF-8, no spaces, the same bytes for the same value (RFC 8259).

Frozen dataclasses print as objects of their fields, in order; addresses as text; times as
ISO 8601.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime

import orjson

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None


def print_json(value: object) -> bytes:
    """One line without its line end. Lone surrogates become "?": JSON text must be UTF-8."""
    try:
        return orjson.dumps(value, default=str)
    except TypeError:  # a lone surrogate, or a number beyond 64 bits
        return _encoder.encode(value).encode("utf-8", "replace")


def _plain(value: object) -> object:
    """What orjson does by itself, for the standard library's encoder."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else str(value)


_encoder = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
)
