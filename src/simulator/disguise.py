# SPDX-License-Identifier: Apache-2.0
"""Letters that look like others, and ones that cannot be seen: how spam hides its words.

Source of the pairs: Unicode Technical Standard 39 (confusables); the few here are ours to choose.
"""

from simulator.dice import Dice

_LOOKALIKES = {
    "a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "s": "ѕ", "x": "х", "y": "у",
    "A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "K": "К", "M": "М", "O": "О", "P": "Р",
    "T": "Т",
}  # fmt: skip
_UNSEEN = ("\u200b", "\u200c", "\u00ad", "\u2060")


def _bold(letter: str) -> str:
    """The mathematical bold letter that screens show like a plain one."""
    if "a" <= letter <= "z":
        return chr(0x1D41A + ord(letter) - ord("a"))
    if "A" <= letter <= "Z":
        return chr(0x1D400 + ord(letter) - ord("A"))
    return letter


def disguised(text: str, dice: Dice, share: float = 0.15) -> str:
    """The text with this share of its letters changed; a reader notes little."""
    if share > 0.1 and dice.chance(0.25) and text.isascii():
        return "".join(map(_bold, text))
    out = []
    for letter in text:
        if dice.random() < share:
            other = _LOOKALIKES.get(letter)
            out.append(other if other else letter + dice.pick(_UNSEEN))
        else:
            out.append(letter)
    return "".join(out)
