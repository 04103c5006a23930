# SPDX-License-Identifier: Apache-2.0
"""How one text differs from another, word by word. Pure; for showing the variants of a template."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_WORDS = 200  # of a text that is compared; ours: comparing takes time by their square
ALIKE = 0.4  # share of the letters that must be the same, or it is another text; ours
_WORD = re.compile(r"[^\W\d_]+|\d+|\s+|.", re.DOTALL)
_CJK = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a text: in both, only in the other text, or only in the sample."""

    kind: str  # "same", "added", "removed"
    text: str


def variants(texts: Sequence[str]) -> list[tuple[Run, ...]]:
    """Each text as it differs from the likest before it; whole where it is like none of them."""
    samples: list[str] = []
    found = []
    for text in texts:
        runs = max((differences(one, text) for one in samples), key=_alike, default=())
        if _alike(runs) < ALIKE:
            samples.append(text)
            runs = (Run("same", text),)
        found.append(runs)
    return found


def _alike(runs: tuple[Run, ...]) -> float:
    """Letters that both texts have, of all letters in either. Spaces count for nothing."""
    letters = {"same": 0, "added": 0, "removed": 0}
    for run in runs:
        letters[run.kind] += sum(not char.isspace() for char in run.text)
    return letters["same"] / max(1, letters["same"] + max(letters["added"], letters["removed"]))


def differences(sample: str, other: str) -> tuple[Run, ...]:
    """From `sample` to `other`: the runs "same" and "added" together are `other`."""
    a, b = _words(sample), _words(other)
    found: list[Run] = []
    for how, start, end, from_, to in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Run("same", "".join(b[from_:to])))
            continue
        if end > start:
            found.append(Run("removed", "".join(a[start:end])))
        if to > from_:
            found.append(Run("added", "".join(b[from_:to])))
    return tuple(found)


def _words(text: str) -> list[str]:
    """Words, numbers, spaces and single signs; languages written without spaces by character."""
    words: list[str] = []
    for one in _WORD.findall(text):
        words.extend(one if _CJK.search(one) else (one,))
    head, tail = words[:MAX_WORDS], words[MAX_WORDS:]
    return [*head, "".join(tail)] if tail else head
