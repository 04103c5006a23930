# SPDX-License-Identifier: Apache-2.0
"""Which files of a Maildir are mails (cr.yp.to/proto/maildir.html, Maildir++), and how it is named.

Pure: works on names. Walking the folder is the caller's, since this room touches no disk.
"""

from dataclasses import dataclass

_HOLDS_MAIL = ("cur", "new")


@dataclass(frozen=True, slots=True)
class MailFile:
    """One delivered mail's place: `folder` is "" for the inbox, "Spam" for `.Spam/cur/…`."""

    folder: str
    unique: str  # the name up to the flags
    flags: str  # P passed, R replied, S seen, T trashed, D draft, F flagged


def is_maildir(names: set[str]) -> bool:
    """By the names directly in a folder: it has cur, new and tmp."""
    return {"cur", "new", "tmp"} <= names


def read(path: str) -> MailFile | None:
    """The mail that a path inside a Maildir names, or None: `tmp` is not delivered yet."""
    parts = [one for one in path.replace("\\", "/").split("/") if one not in ("", ".")]
    if len(parts) < 2 or parts[-2] not in _HOLDS_MAIL or parts[-1].startswith("."):
        return None
    unique, _, info = parts[-1].partition(":2,")
    above = parts[-3] if len(parts) > 2 else ""
    folder = above[1:].replace(".", "/") if above.startswith(".") else ""
    return MailFile(folder, unique, info)


def print_path(file: MailFile) -> str:
    """The path inside the Maildir. A mail without flags stays in `new`."""
    place = "cur" if file.flags else "new"
    above = "." + file.folder.replace("/", ".") + "/" if file.folder else ""
    flags = ":2," + "".join(sorted(set(file.flags))) if file.flags else ""
    return f"{above}{place}/{file.unique}{flags}"
