# SPDX-License-Identifier: Apache-2.0
"""The page of abuse cases names tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "abuse-cases.md"


def test_each_test_on_the_page_exists():
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE.read_text("utf-8"))
    assert len(named) > 60
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (TESTS / path).exists() or f"def {name}(" not in (TESTS / path).read_text("utf-8")
    ]
    assert not missing, f"docs/reference/abuse-cases.md names tests that are gone: {missing}"
