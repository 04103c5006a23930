# SPDX-License-Identifier: Apache-2.0
"""A table as a CSV file that no spreadsheet runs as a formula (abuse case W07)."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: object) -> str:
    """As text; what a spreadsheet would calculate gets an apostrophe in front."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_ACTIVE) else text


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download. UTF-8 with its mark, which spreadsheets need."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow([cell(one) for one in head])
    write.writerows([cell(one) for one in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
