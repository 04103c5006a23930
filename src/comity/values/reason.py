# SPDX-License-Identifier: Apache-2.0
"""Why something was found. No finding stands without its reasons."""

from dataclasses import dataclass

from comity.values.json import JSON
from comity.values.span import Span


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is stable and kebab-case, `text` one plain English sentence for an officer.

    `weight` says how much it counted, in the unit of the decision that lists it
    (log-odds for a category); 0.0 where a decision has no weights.
    """

    code: str
    text: str
    span: Span | None = None
    weight: float = 0.0

    def as_json(self) -> dict[str, JSON]:
        return {
            "code": self.code,
            "text": self.text,
            "span": self.span.as_json() if self.span else None,
            "weight": round(self.weight, 4),
        }
