# SPDX-License-Identifier: Apache-2.0
"""Marks of the program that wrote a mail: order of its fields, Message-ID, boundary, parts.

Sending programs have habits (RFC 5322 leaves order and Message-ID free; RFC 2046 the boundary)
that stay while text, links and hosts change. Reads header facts only; judges nobody.
"""

import re

from comity.mime.part import Field, Part

MAX_FIELDS = 60  # ours: names of the sender's own fields that are compared
MAX_PARTS = 30
MAX_VALUE = 200  # characters of a Message-ID or boundary that are looked at

# Written on the way or by the recipient's side, so they say nothing of the sending program.
_ON_THE_WAY = (
    "arc-",
    "authentication-results",
    "delivered-to",
    "dkim-",
    "domainkey",
    "errors-to",
    "return-path",
    "received",
    "x-apparently",
    "x-eopattributed",
    "x-exchange",
    "x-forefront",
    "x-forwarded",
    "x-gm-",
    "x-google",
    "x-incoming",
    "x-message",
    "x-microsoft",
    "x-ms-",
    "x-original",
    "x-received",
    "x-sender-ip",
    "x-sid",
    "x-spam",
    "x-virus",
    "x-ymail",
    "x-ovh",
    "x-antiabuse",
    "envelope-to",
    "delivery-date",
    "status",
    "x-status",
    "x-keywords",
    "x-uid",
    "x-mozilla",
    "lines",
    "content-length",
)
_RUN = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+")


_FORMS = {0: "", 1: "0", 2: "a", 3: "a0", 4: "A", 5: "A0", 6: "Aa", 7: "Aa0"}


def shape(text: str) -> str:
    """The form of a made-up name: each run of letters and digits as its kinds and rough length.

    "4fA9c" is one run ("Aa0" and length 4 to 7): where letters and digits change is chance.
    """
    return _RUN.sub(_form, text[:MAX_VALUE])


def _form(run: re.Match[str]) -> str:
    word = run[0]
    kinds = any(map(str.isdigit, word)) + 2 * (word.upper() != word) + 4 * (word.lower() != word)
    return f"{_FORMS[kinds]}{len(word).bit_length()}"


def own_fields(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Names of the fields that the sending program wrote, in its order and spelling."""
    first = len(fields)
    while first and fields[first - 1].key != "received":
        first -= 1
    below = fields[first : first + MAX_FIELDS]
    return tuple(field.name for field in below if not field.key.startswith(_ON_THE_WAY))


def message_id_shape(message_id: str | None, author: str) -> str:
    """Shape of the part before "@", and what stands behind it: the author's domain or another."""
    if not message_id:
        return ""
    local, _, domain = message_id[:MAX_VALUE].strip("<> \t").rpartition("@")
    domain = domain.lower()
    if author and (domain == author or domain.endswith("." + author)):
        behind = "author"
    elif domain.replace(".", "").isdigit() or domain.startswith("["):
        behind = "address"
    else:
        behind = "other" if "." in domain else "bare"
    return f"{shape(local)}@{behind}"


def structure(parts: tuple[Part, ...]) -> str:
    """Types and encodings of all parts, in document order."""
    return "|".join(
        f"{part.depth}{part.content_type[:60]};{part.encoding[:20]};{part.disposition[:12]}"
        for part in parts[:MAX_PARTS]
    )


def marks(
    fields: tuple[Field, ...],
    parts: tuple[Part, ...],
    message_id: str | None,
    author: str,
) -> dict[str, str]:
    """Each mark by its name; "" where the mail does not have it."""
    boundary = next((p.params["boundary"] for p in parts if "boundary" in p.params), "")
    mailer = next((f.value for f in fields if f.key in {"x-mailer", "user-agent"}), "")
    return {
        "order": "|".join(own_fields(fields)),
        "message-id": message_id_shape(message_id, author),
        "boundary": shape(boundary),
        "mailer": _DIGITS.sub("0", mailer[:MAX_VALUE]).strip(),
        "structure": structure(parts),
    }
