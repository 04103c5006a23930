# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers, read strictly (RFC 8259, RFC 7493): XARF documents and SMS records.

Refuses what parsers disagree on: a key twice, NaN, numbers out of range, lone surrogates, deep
nests. Never raises on content.
"""

import json
import math
import re
from typing import cast

from comity.report.caps import CAPS, Caps
from comity.values.defect import Defect
from comity.values.json import JSON

MAX_DEPTH = 20  # ours: XARF documents nest 4 deep
MAX_BYTES = 24 * 1024 * 1024  # XARF allows 15 MB of evidence, 20 MB as base64
MAX_VALUES = 100_000  # ours: keys and values of one document
_MAX_DIGITS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")

BAD_JSON = "json-refused"


class _Refused(ValueError):
    """Carries the sentence from inside the parser; never leaves this file."""


def _pairs(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused(f"the key {key[:80]!r} stands there twice")
        found[key] = value
    return found


def _constant(text: str) -> JSON:
    raise _Refused(f"{text} is not JSON")


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _Refused(f"a number of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text) if len(text) <= 400 else math.inf
    if math.isinf(value):
        raise _Refused(f"the number {text[:40]} is out of range")
    return value


_decoder = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
)


def read_json(content: bytes, caps: Caps = CAPS) -> tuple[JSON, Defect | None]:
    """(value, None), or (None, why it was refused)."""
    cap = min(caps.report_bytes, MAX_BYTES)
    if len(content) > cap:
        return None, Defect(BAD_JSON, f"{len(content)} bytes, and the cap is {cap}")
    if content.count(b",") + content.count(b":") > MAX_VALUES * 2:  # before the parser's cost
        return None, Defect(BAD_JSON, f"more than {MAX_VALUES} values")
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        return None, Defect(BAD_JSON, f"not UTF-8 at byte {error.start}")
    try:
        value = cast(JSON, _decoder.decode(text))
    except _Refused as error:
        return None, Defect(BAD_JSON, str(error))
    except RecursionError:
        return None, Defect(BAD_JSON, f"nested more than {MAX_DEPTH} deep")
    except json.JSONDecodeError as error:
        return None, Defect(BAD_JSON, f"{error.msg} at line {error.lineno} column {error.colno}")
    fault = _walk(value)
    return (None, fault) if fault else (value, None)


def _walk(value: JSON) -> Defect | None:
    """The first text that is not text, or a nest too deep, with its path."""
    todo: list[tuple[str, JSON, int]] = [("", value, 1)]
    while todo:
        path, one, depth = todo.pop()
        if isinstance(one, str):
            if not one.isascii() and _SURROGATE.search(one):
                return Defect(BAD_JSON, f"{path or 'the document'}: half of a surrogate pair")
        elif isinstance(one, dict):
            for key, inner in one.items():
                if not key.isascii() and _SURROGATE.search(key):
                    return Defect(BAD_JSON, f"{path}: a key with half of a surrogate pair")
                todo.append((f"{path}.{key[:80]}" if path else key[:80], inner, depth + 1))
        elif isinstance(one, list):
            todo += [(f"{path}[{at}]", inner, depth + 1) for at, inner in enumerate(one)]
        if depth > MAX_DEPTH and isinstance(one, dict | list):
            return Defect(BAD_JSON, f"{path[:200]}: nested more than {MAX_DEPTH} deep")
    return None


def text_of(value: JSON) -> str:
    """A JSON value as a claim for people: text as it is, all else as one line of JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
