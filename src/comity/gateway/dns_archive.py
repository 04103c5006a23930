# SPDX-License-Identifier: Apache-2.0
"""Reads archived DNS answers from a file. Asks no name server.

The format and its reader are `trace.dkim_check.Archive`; here is only the disk.
"""

from pathlib import Path

from comity.trace.dkim_check import Archive
from comity.values.errors import BadData, InputOutput

MAX_BYTES = 64 * 1024 * 1024  # ours


def read_archive(path: Path) -> Archive:
    """Raises InputOutput or BadData, each saying which file."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadData(
                f"{path}: {size} bytes of archived answers, at most {MAX_BYTES} are read",
                "Split the file by month.",
            )
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputOutput(f"{path}: {error.strerror}", "Check the name and the rights.") from None
    except UnicodeDecodeError:
        raise BadData(f"{path}: not UTF-8 text", "Archived answers are JSON, one a line.") from None
    return Archive.read(text, str(path))
