# SPDX-License-Identifier: Apache-2.0
"""The Public Suffix List as we read it says what the library that ships it says."""

import pytest
from publicsuffixlist import PublicSuffixList

from comity.values.domain import registered_domain

LIBRARY = PublicSuffixList()
SUFFIXES = sorted({rule.removeprefix("!").removeprefix("*.") for rule in LIBRARY._publicsuffix})


@pytest.mark.parametrize("form", ["{}", "a.{}", "b.a.{}", "d.c.b.a.{}", "x{}", "A.B.{}.", "a..{}"])
def test_every_suffix_ends_where_the_library_says(form):
    names = [form.format(suffix) for suffix in SUFFIXES]
    assert [registered_domain(name) for name in names] == [
        LIBRARY.privatesuffix(name) for name in names
    ]


@pytest.mark.parametrize(
    "name", [".", "..", "a.", "a..", ".a", "x", "x.y", "a." * 5_000 + "x.co.uk"]
)
def test_odd_names_are_read_as_the_library_reads_them(name):
    assert registered_domain(name) == LIBRARY.privatesuffix(name)
