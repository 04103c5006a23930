# SPDX-License-Identifier: Apache-2.0
"""Content-Type and Content-Disposition values: the word and its parameters.

RFC 2045 section 5.1, RFC 2183, RFC 2231. Never raises; a broken value gives what can be read.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from comity.mime import decode
from comity.mime.caps import CAPS

_PARAM = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;"\s][^;\r\n]*)|)')
_ESCAPE = re.compile(r"\\(.)")
_SECTION = re.compile(r"^([^*]+)(?:\*(\d{1,3}))?(\*)?$")
_TYPE = re.compile(r"^[\w.+-]+/[\w.+*-]+$")


@lru_cache(maxsize=512)
def read_value(value: str) -> tuple[str, dict[str, str]]:
    """("text/plain", {"charset": "utf-8"}). Do not change the dictionary: it is shared."""
    value = value[: CAPS.param_chars]
    word, semicolon, _ = value.partition(";")
    found: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    if semicolon:
        for match in _PARAM.finditer(value, len(word)):
            name, quoted, bare = match.groups()
            text = _ESCAPE.sub(r"\1", quoted) if quoted is not None else (bare or "").strip()
            key = name.lower()
            shape = _SECTION.match(key) if "*" in key else None
            if shape:
                number = int(shape[2] or 0)
                sections.setdefault(shape[1], {}).setdefault(number, (text, bool(shape[3])))
            else:
                found.setdefault(key, text)
    for name, pieces in sections.items():
        found[name] = _joined(pieces)  # RFC 2231 section 3: wins over the plain one
    return word.strip().lower(), found


def content_type(value: str | None, default: str) -> tuple[str, dict[str, str]]:
    """As `read_value`; a missing or unreadable type becomes `default` (RFC 2045 section 5.2)."""
    if value is None:
        return default, {}
    word, params = read_value(value)
    if _TYPE.match(word):
        return word, params
    if word in ("text", "html"):  # what old mailers wrote
        return ("text/html" if word == "html" else "text/plain"), params
    return default, params


def filename(disposition: dict[str, str], type_params: dict[str, str]) -> str | None:
    """Name of the file as the sender wrote it, encoded words undone (RFC 2047 in practice)."""
    name = disposition.get("filename") or type_params.get("name")
    return decode.words(name)[0] if name else None


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    charset = "utf-8"
    content = b""
    for number in sorted(pieces):
        text, encoded = pieces[number]
        if encoded and number == min(pieces) and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode.text(content, charset)[0]
