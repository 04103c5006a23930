# SPDX-License-Identifier: Apache-2.0
"""An attachment in an archive that opens only with a password, so that nothing opens it by chance.

The password is no secret: it keeps virus scanners and double clicks away, as the trade does it.
"""

import re
from io import BytesIO

import pyzipper

PASSWORD = "infected"  # noqa: S105 - shown on the page, used by every sample exchange
_UNSAFE = re.compile(r"[^\w.-]+")


def archive(name: str, content: bytes) -> bytes:
    """A ZIP with AES-256. The member's name is harmless: no folder, and no ending that runs."""
    out = BytesIO()
    with pyzipper.AESZipFile(out, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as box:
        box.setpassword(PASSWORD.encode())
        box.writestr(member(name), content)
    return out.getvalue()


def member(name: str) -> str:
    safe = _UNSAFE.sub("_", name).lstrip(".")[-80:] or "unnamed"
    return f"{safe}.sample"
