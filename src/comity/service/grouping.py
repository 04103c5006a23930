# SPDX-License-Identifier: Apache-2.0
"""The second pass of `comity analyse --campaigns`: which mails of one call belong together.

Lines wait in a temporary file, fingerprints as packed rows in memory, so that a hundred thousand
mails need some 200 MB. Stores nothing that outlives the call.
"""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO

from comity.campaign.cluster import campaign_id, cluster_table
from comity.campaign.table import digests, pack, read
from comity.service.line import with_campaign
from comity.service.ports import Analysed


class Grouping(AbstractContextManager["Grouping"]):
    """Collect every mail with `add`, then read `lines` once."""

    def __init__(self) -> None:
        self._lines: IO[bytes] = tempfile.TemporaryFile(prefix="comity-")  # noqa: SIM115
        self._digests: list[str | None] = []  # of each line, None where it has no fingerprint
        self._rows = bytearray()

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def add(self, mail: Analysed) -> None:
        self._lines.write(mail.line + b"\n")
        if mail.fingerprint is None:
            self._digests.append(None)
        else:
            self._digests.append(mail.fingerprint.digest)
            self._rows += pack(mail.fingerprint)

    def lines(self) -> Iterator[bytes]:
        """Every line in the order of `add`, its campaign filled in."""
        campaigns = self._campaigns()
        self._lines.seek(0)
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
