# SPDX-License-Identifier: Apache-2.0
"""One way to print JSON: UTF-8, no spaces, the same bytes for the same value (RFC 8259)."""

import json

import orjson

JSON = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def print_json(value: object) -> bytes:
    """One line without its line end. Lone surrogates become "?": JSON text must be UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, or a number beyond 64 bits
        return _encoder.encode(value).encode("utf-8", "replace")
