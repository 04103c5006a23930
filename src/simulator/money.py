# SPDX-License-Identifier: Apache-2.0
"""Sums of money as each language's mails write them."""

from simulator.dice import Dice

# before, after, rate to about one dollar, thousands, decimal mark ("" where none is used)
_WAYS = {
    "en": (("$", ""), ("£", ""), ("US$", ""), ("", " USD"), ("€", "")),
    "de": (("", " €"), ("", " EUR"), ("EUR ", "")),
    "fr": (("", " €"), ("", " euros"), ("", " EUR")),
    "es": (("", " €"), ("US$", ""), ("", " euros"), ("$", "")),
    "pt": (("R$ ", ""), ("", " €"), ("R$", "")),
    "ko": (("", "원"), ("₩", "")),
    "ja": (("", "円"), ("¥", "")),
    "zh": (("¥", ""), ("", "元"), ("人民币", "元")),
    "ar": (("", " دولار"), ("", " ريال"), ("$", "")),
    "ru": (("", " руб."), ("", " ₽"), ("", " рублей")),
}
_RATE = {"ko": 1300, "ja": 150, "zh": 7, "ru": 90, "pt": 5}
_MARKS = {"de": (".", ","), "fr": (" ", ","), "es": (".", ","), "pt": (".", ","), "ru": (" ", ",")}


def _written(language: str, units: int, cents: bool, dice: Dice) -> str:
    before, after = dice.pick(_WAYS[language])
    thousands, decimal = _MARKS.get(language, (",", "."))
    amount = units * _RATE.get(language, 1)
    text = f"{amount:,}".replace(",", thousands)
    if cents and language not in ("ko", "ja"):
        text += f"{decimal}{dice.upto(0, 99):02d}"
    return f"{before}{text}{after}"


def small(language: str, dice: Dice) -> str:
    """A price or fee."""
    return _written(language, dice.upto(1, 180), True, dice)


def middling(language: str, dice: Dice) -> str:
    """A wage, a refund, a ransom."""
    return _written(language, dice.upto(3, 99) * 50, dice.chance(0.2), dice)


def big(language: str, dice: Dice) -> str:
    """A fortune."""
    return _written(
        language,
        dice.pick((5, 8, 12, 15, 25, 45, 85, 105, 187, 250)) * 100_000,
        dice.chance(0.3),
        dice,
    )
