# SPDX-License-Identifier: Apache-2.0
"""Where in a mail something stands. Pure value; knows nothing of parsing."""

from dataclasses import dataclass

from comity.values.json import JSON


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `start <= i < end`.

    `where` names what is counted:
      "raw"                       bytes of the reported mail as received
      "subject", "from", "text",  characters of that decoded text of the `Message`
      "hidden"
    """

    where: str
    start: int
    end: int

    def as_json(self) -> dict[str, JSON]:
        return {"where": self.where, "start": self.start, "end": self.end}
