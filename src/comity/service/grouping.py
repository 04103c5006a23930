# SPDX-License-Identifier: Apache-2.0
"""The second pass of `comity analyse --campaigns`: which mails of one call belong together.

Lines wait in a temporary file, fingerprints as packed rows in memory, so that a hundred thousand
mails need some 200 MB. Stores nothing that outlives the call.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO

from comity.campaign.cluster import campaign_id, cluster_table
from comity.campaign.table import digests, pack, read
from comity.service.line import with_campaign
from comity.service.ports import Analysed
from comity.values.errors import TryLater


class Grouping(AbstractContextManager["Grouping"]):
    """Collect every mail with `add`, then read `lines` once."""

    def __init__(self) -> None:
        try:
            self._lines: IO[bytes] = tempfile.TemporaryFile(prefix="comity-")  # noqa: SIM115
        except OSError as error:
            raise _no_room(error) from error
        self._digests: list[str | None] = []  # of each line, None where it has no fingerprint
        self._rows = bytearray()

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what is lost with it is not needed any more
            self._lines.close()

    def add(self, mail: Analysed) -> None:
        """Raises TryLater where the temporary folder is full."""
        try:
            self._lines.write(mail.line + b"\n")
        except OSError as error:
            raise _no_room(error) from error
        if mail.fingerprint is None:
            self._digests.append(None)
        else:
            self._digests.append(mail.fingerprint.digest)
            self._rows += pack(mail.fingerprint)

    def lines(self) -> Iterator[bytes]:
        """Every line in the order of `add`, its campaign filled in."""
        campaigns = self._campaigns()
        try:
            self._lines.seek(0)  # writes what is still in memory
        except OSError as error:
            raise _no_room(error) from error
        for digest, line in zip(self._digests, self._lines, strict=True):
            campaign = campaigns.get(digest) if digest else None
            yield with_campaign(line.rstrip(b"\n"), campaign)

    def _campaigns(self) -> dict[str, str]:
        if not self._rows:
            return {}
        found = cluster_table(read(self._rows))
        names = digests(found.evidence.table)
        return {
            names[member]: campaign_id(names[members[0]])
            for members in found.campaigns()
            for member in members
        }


def _no_room(error: OSError) -> TryLater:
    return TryLater(
        f"the temporary file of --campaigns: {error.strerror or error}",
        "It needs about 4 KB a mail. Make room, or name another folder in TMPDIR.",
    )
