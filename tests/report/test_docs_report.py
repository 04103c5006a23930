# SPDX-License-Identifier: Apache-2.0
"""The reference pages of this room tell what the code does."""

import re
from pathlib import Path

from comity.report.caps import CAPS
from comity.report.form import Form
from comity.report.forward_words import HEADER_WORDS
from comity.report.read import read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/report-forms.md").read_text("utf-8")
ALL_DEFECTS = (ROOT / "docs/reference/defects.md").read_text("utf-8")
DEFECTS = ALL_DEFECTS.partition("## Report forms")[2].partition("## ")[0]


def test_each_defect_code_is_listed_and_each_listed_one_exists():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src/comity/report").glob("*.py"))
    listed = set(re.findall(r"^\| `([a-z0-9-]+)`", DEFECTS, re.MULTILINE))
    made = set(re.findall(r'(?:Defect|refused|_stop)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)*)"', code))
    made |= set(re.findall(r'not_mail\([^()]*?"([a-z]+(?:-[a-z]+)*)"', code))
    made |= set(
        re.findall(
            r"^(?:\w+_)?(?:QUOTING|IN_BODY|TOO_BIG|TOO_DEEP|TOO_MANY|EMPTY|CUT_OFF|DAMAGED|RATIO|"
            r'ENCRYPTED|VIEWS|OVERLAP|BAD_JSON|FIELD) = "([a-z-]+)"',
            code,
            re.MULTILINE,
        )
    )
    assert made == listed


def test_the_page_names_each_form_and_language():
    for form in Form:
        assert f"| `{form.value}` |" in PAGE
    for language in HEADER_WORDS:
        assert re.search(rf"\b{language}\b", PAGE)


def test_the_page_tells_the_caps():
    assert f"{CAPS.report_bytes // 2**20} MiB" in PAGE
    assert f"| {CAPS.depth} |" in PAGE and f"| {CAPS.ratio} |" in PAGE
    assert f"| {CAPS.name:,} |" in PAGE and f"| {CAPS.reports:,} |" in PAGE


def test_the_record_on_the_page_is_read():
    record = re.search(r"```json\n(.*?)\n```", PAGE, re.DOTALL)[1]
    (report,) = read(record.encode(), "x.json")
    assert report.form is Form.SMS and not report.refused


def test_the_example_on_the_page_runs(capsys):
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    exec(compile(example, "report-forms.md", "exec"), {})
    assert capsys.readouterr().out.startswith("eml A ")
