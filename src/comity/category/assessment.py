# SPDX-License-Identifier: Apache-2.0
"""What a mail is, and why. Types only; `category.decide` decides.

Spam is a way of sending, not an opinion: nothing here may use who reported it or what view a
mail holds.
"""

from dataclasses import dataclass
from enum import StrEnum

from comity.values.reason import Reason


class Label(StrEnum):
    COMMERCIAL = "commercial"
    FRAUD = "fraud"
    PHISHING = "phishing"
    MALWARE = "malware"
    OTHER = "other"
    NON_COMMERCIAL = "non-commercial"
    UNDETERMINED = "undetermined"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Assessment:
    label: Label
    subtype: str | None  # fraud: advance-fee, investment, extortion, lottery, romance, job, …
    brand: str | None  # phishing: the brand it imitates
    confidence: float  # calibrated probability of `label`, 0 to 1
    probabilities: dict[str, float]  # of every label, sums to 1
    reasons: tuple[Reason, ...]
    zombie_origin: Answer
    zombie_reasons: tuple[Reason, ...]
    model_version: str
