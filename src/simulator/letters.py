# SPDX-License-Identifier: Apache-2.0
"""The written matter of the world: letters by category, subtype and language, from `texts/`.

File form, one file `LANGUAGE-LABEL.txt` a language and label, all self-written:
  == subtype          a letter begins; `== subtype brand:KIND` names the kind of brand it imitates
  s: subject          one of several
  1: paragraph        lines with the same number are alternatives; `3?:` may be left out
  a: anchor           words of its link; with none, the letter holds no link
  g: greeting  c: closing  f: footer      instead of the language's own
  u: words of the unsubscribe link (in common-LANGUAGE.txt)
  ~name: a | b | c    a list, used as `$name`
`common-LANGUAGE.txt` holds lists and the language's own greetings, closings, footers.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from simulator.grammar import Choice, Node, parse

LABELS = ("commercial", "fraud", "phishing", "malware", "other", "non-commercial")
LANGUAGES = ("en", "ko", "de", "fr", "es", "pt", "ja", "zh", "ar", "ru")

_LINE = re.compile(r"([sagcfu]|\d+\??|~[a-z_]+):\s?(.*)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    options: Choice
    may_miss: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """What can be written for one purpose in one language."""

    label: str
    subtype: str
    language: str
    brand_kind: str | None
    subjects: Node
    paragraphs: tuple[Paragraph, ...]
    anchors: Node | None
    greetings: Node
    closings: Node
    footers: Node
    unsubscribe: Node


@dataclass
class _Draft:
    head: str
    lines: dict[str, list[Node]] = field(default_factory=dict)


def _read(name: str) -> str | None:
    path = files("simulator") / "texts" / name
    return path.read_text("utf-8") if path.is_file() else None


def _drafts(text: str, lists: dict[str, Node]) -> list[_Draft]:
    drafts = [_Draft("")]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("=="):
            drafts.append(_Draft(line[2:].strip()))
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"line {number} is no line of a letter: {line[:60]!r}")
        key, value = found.groups()
        if key.startswith("~"):
            lists[key[1:]] = parse("{" + re.sub(r"\s*\|\s*", "|", value) + "}", lists)
        else:
            drafts[-1].lines.setdefault(key, []).append(parse(value, lists))
    return drafts


@cache
def _common(language: str) -> tuple[dict[str, Node], dict[str, list[Node]]]:
    lists: dict[str, Node] = {}
    text = _read(f"common-{language}.txt") or ""
    return lists, _drafts(text, lists)[0].lines


def _letter(label: str, language: str, draft: _Draft) -> Letter:
    subtype, _, brand = draft.head.partition(" brand:")
    own = _common(language)[1]

    def lines(key: str) -> Node:
        return Choice(tuple(draft.lines.get(key) or own.get(key) or [""]))

    numbers = sorted(
        (key for key in draft.lines if key[0].isdigit()), key=lambda k: int(k.strip("?"))
    )
    return Letter(
        label=label,
        subtype=subtype.strip(),
        language=language,
        brand_kind=brand.strip() or None,
        subjects=Choice(tuple(draft.lines["s"])),
        paragraphs=tuple(
            Paragraph(Choice(tuple(draft.lines[key])), key.endswith("?")) for key in numbers
        ),
        anchors=Choice(tuple(draft.lines["a"])) if "a" in draft.lines else None,
        greetings=lines("g"),
        closings=lines("c"),
        footers=lines("f"),
        unsubscribe=lines("u"),
    )


@cache
def letters(label: str, language: str) -> tuple[Letter, ...]:
    """All letters of a label in a language; empty if none is written yet."""
    text = _read(f"{language}-{label}.txt")
    if text is None:
        return ()
    lists = dict(_common(language)[0])
    return tuple(_letter(label, language, d) for d in _drafts(text, lists) if d.head)


@cache
def lists(language: str) -> dict[str, Node]:
    """The language's own lists: first and last names, cities, …"""
    return _common(language)[0]


@cache
def languages_with(label: str) -> tuple[str, ...]:
    return tuple(one for one in LANGUAGES if letters(label, one))


@cache
def brands() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """kind of brand → (name, languages it is met in; none: anywhere)."""
    table: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in (_read("brands.txt") or "").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, _, names = line.partition(":")
        for entry in names.split(","):
            name, _, tongues = entry.strip().partition("@")
            table.setdefault(kind.strip(), []).append(
                (name.strip(), tuple(tongues.split("/")) if tongues else ())
            )
    return {kind: tuple(rows) for kind, rows in table.items()}


def brands_for(kind: str, language: str) -> tuple[str, ...]:
    rows = brands()[kind]
    near = tuple(name for name, tongues in rows if not tongues or language in tongues)
    return near or tuple(name for name, _ in rows)
