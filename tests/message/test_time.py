# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""M15: no pattern of this room takes more than linear time on bait.

Patterns that only ever see a capped text are tested at that cap, as they are used there.
"""

import importlib
import pkgutil
import re
import time

import pytest

import comity.message.read  # noqa: F401  (makes the package known)

LENGTH = 50_000
CAPPED = {  # pattern: (characters it is given at most, how it is applied)
    "mailbox._SIMPLE": (1_000, "fullmatch"),
    "mailbox._BARE": (1_000, "fullmatch"),
    "mailbox._ADDRESS": (1_000, "finditer"),
    "magic._XML": (4_096, "match"),
    "magic._MAIL": (4_096, "match"),
    "url._HOSTLIKE": (4_096, "match"),
    "url._PLAIN": (4_096, "match"),
    "url._NUMBER": (64, "fullmatch"),
    "link._URL_SHOWN": (480, "fullmatch"),
    "link._ADDRESS_SHOWN": (480, "fullmatch"),
    "style._SIMPLE": (200, "fullmatch"),
}
BAIT = [
    piece * (LENGTH // len(piece)) + "!"
    for piece in (
        "a", " ", "\t", "\n", "<", "<a ", "</", "a.", "a@", '"', "'", '<a x="', "(", "/", ":",
        "http://", "www.", "<style>", "<style ", "<!--", "a{", "1", "=", "#", "-1", "&u=", "/*",
        "/URI (", "\\", "a=", "data:image/png;base64,", "<meta ", "\u200b", "a\u200b", "rect(",
        "\nbegin 644 x\n", "a:b\r\n", "%41", "href=", "type=  ", "rgb( ", "a:\n \n", "0x", "<title>",
        "=?utf-8?q?a?=", "1 Jan ", "a\u0435",
    )
] + ["data:image/png;base64," + "A" * LENGTH + "!", "a:" + "\n " * LENGTH]  # fmt: skip


def patterns() -> dict[str, re.Pattern]:
    import sys

    found = {}
    for module in pkgutil.iter_modules(sys.modules["comity.message"].__path__):
        names = vars(importlib.import_module(f"comity.message.{module.name}"))
        for name, value in names.items():
            several = value if isinstance(value, tuple) else (value,)
            for number, one in enumerate(several):
                if isinstance(one, re.Pattern):
                    found[f"{module.name}.{name}" + (f"[{number}]" if number else "")] = one
    return found


PATTERNS = patterns()


def test_there_are_patterns_to_test():
    assert len(PATTERNS) > 40
    assert set(CAPPED) <= set(PATTERNS)


@pytest.mark.parametrize("name", PATTERNS)
def test_m15_linear_time(name):
    pattern = PATTERNS[name]
    most, how = CAPPED.get(name, (LENGTH + 1_000, "finditer"))
    for bait in BAIT:
        subject = bait[:most] if isinstance(pattern.pattern, str) else bait[:most].encode()
        start = time.process_time()
        found = getattr(pattern, how)(subject)
        if how == "finditer":
            for _ in found:
                pass
        assert time.process_time() - start < 0.1, bait[:20]
