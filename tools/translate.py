# SPDX-License-Identifier: Apache-2.0
"""Gathers the console's texts into its translation files and compiles them.

    .venv/bin/python tools/translate.py          # after any change of a text
    .venv/bin/python tools/translate.py --check  # changes nothing; 1 if something is missing

Texts are found where they are marked: `gettext` and kin in Python, `translate` and `blocktranslate`
in templates. What is gone from the code goes from the files. Needs no GNU gettext.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.template.base import Lexer, TokenType
from django.utils.translation.template import (
    block_re,
    constant_re,
    endblock_re,
    inline_re,
    plural_re,
)

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "comity" / "web"
LANGUAGES = ("fr", "ko")
_CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
_PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "ko": "nplurals=1; plural=0;"}


@dataclass(frozen=True, slots=True)
class Text:
    """One text as it stands in the code: the key of its translation."""

    one: str
    many: str = ""
    place: str = ""


def texts() -> list[Text]:
    """Each once, in order of file and line."""
    found: dict[tuple[str, str], Text] = {}
    for path in sorted(WEB.rglob("*.py")):
        for text in _in_python(path):
            found.setdefault((text.one, text.many), text)
    for path in sorted(WEB.rglob("*.html")):
        for text in _in_template(path):
            found.setdefault((text.one, text.many), text)
    return list(found.values())


def _in_python(path: Path) -> Iterator[Text]:
    place = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if name in _CALLS and said:
            yield Text(str(said[0]), place=place)
        elif name in _PLURAL_CALLS and len(said) > 1:
            yield Text(str(said[0]), str(said[1]), place)


def _in_template(path: Path) -> Iterator[Text]:
    place = path.relative_to(ROOT).as_posix()
    parts: list[list[str]] = []  # of an open block: one, then many
    trimmed = False
    for token in Lexer(path.read_text("utf-8")).tokenize():
        if token.token_type is TokenType.BLOCK:
            if parts and endblock_re.match(token.contents):
                one, *many = ["".join(part) for part in parts]
                if trimmed:
                    one, many = _trim(one), [_trim(part) for part in many]
                yield Text(one, many[0] if many else "", place)
                parts = []
            elif parts and plural_re.match(token.contents):
                parts.append([])
            elif block_re.match(token.contents):
                parts, trimmed = [[]], " trimmed" in token.contents
            elif found := inline_re.match(token.contents):
                yield Text(found[1].strip("\"'").replace("%", "%%"), place=place)
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            for said in constant_re.findall(token.contents):
                yield Text(said.strip("\"'").replace("%", "%%"), place=place)
        if parts and token.token_type is TokenType.VAR:
            parts[-1].append(f"%({token.contents})s")
        elif parts and token.token_type is TokenType.TEXT:
            parts[-1].append(token.contents.replace("%", "%%"))


def _trim(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.strip())


def catalogue(language: str, wanted: list[Text]) -> polib.POFile:
    """The file of a language brought up to these texts: new ones empty, gone ones dropped."""
    path = _path(language)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgid, entry.msgid_plural): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _PLURALS[language],
    }
    for text in wanted:
        entry = known.get((text.one, text.many)) or polib.POEntry(
            msgid=text.one, msgid_plural=text.many
        )
        entry.occurrences = [(text.place, "")]
        if "%(" in text.one and "python-format" not in entry.flags:
            entry.flags.append("python-format")
        new.append(entry)
    return new


def problems(catalogue: polib.POFile, language: str) -> list[str]:
    """What a release may not hold: a text without translation, changed placeholders, new markup."""
    found = []
    for entry in catalogue:
        said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not said or not all(said):
            found.append(f"{language}: not translated: {entry.msgid}")
            continue
        for text in said:
            wanted = set(_HOLES.findall(entry.msgid)) | set(_HOLES.findall(entry.msgid_plural))
            if not set(_HOLES.findall(text)) <= wanted or (
                not entry.msgid_plural and set(_HOLES.findall(text)) != wanted
            ):
                found.append(f"{language}: other placeholders: {entry.msgid}")
            if _marks_up(text, entry.msgid):
                found.append(f"{language}: other markup: {entry.msgid}")
            if "%(" in entry.msgid and "%" in _HOLES.sub("", text.replace("%%", "")):
                found.append(f"{language}: % stands alone, write %%: {entry.msgid}")
    return found


def _marks_up(text: str, source: str) -> bool:
    """Other tags than its source, or a sign more that could begin one or end an attribute."""
    return sorted(_TAGS.findall(text)) != sorted(_TAGS.findall(source)) or any(
        text.count(sign) > source.count(sign) for sign in '<>"'
    )


_HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TAGS = re.compile(r"</?\w[^>]*>|&\w+;")


def _path(language: str) -> Path:
    return WEB / "locale" / language / "LC_MESSAGES" / "django.po"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is missing")
    options = parser.parse_args()
    wanted, found = texts(), []
    for language in LANGUAGES:
        new = catalogue(language, wanted)
        found += problems(new, language)
        path = _path(language)
        if options.check:
            if not path.exists() or str(polib.pofile(str(path), wrapwidth=100)) != str(new):
                found.append(f"{language}: run tools/translate.py, then translate what is new")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(path))
        new.save_as_mofile(str(path.with_suffix(".mo")))
    print("\n".join(found), file=sys.stderr) if found else None
    print(f"{len(wanted)} texts, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
