# SPDX-License-Identifier: Apache-2.0
"""Documents and sources keep their promises: links lead somewhere, licences are known."""

import re
import tomllib
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [
    path
    for folder in ("src", "tests", "bench", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!;\[ ~]", requirement)[0].strip().lower().replace("_", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_source_names_its_licence_and_what_it_is_for():
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n"), path
        if path.name != "__init__.py" or "src" in path.parts:  # each room says what it is for
            assert '"""' in text[:400], f"{path} does not say what it is for"


def _at_run_time():
    """What runs beside our code. psycopg, LGPL, is used unchanged and only where it is wanted."""
    return PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["web"]


def test_every_dependency_earns_its_place_on_the_page():
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    wanted = [*_at_run_time(), *PROJECT["dependency-groups"]["dev"]]
    for requirement in wanted:
        assert f"{name_of(requirement)}" in page, requirement


def test_no_dependency_at_run_time_has_a_licence_that_reaches_our_code():
    todo = [name_of(one) for one in _at_run_time()]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        told = metadata(name)
        words = " ".join(
            [told.get("License") or "", told.get("License-Expression") or ""]
            + [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
        )
        assert words.strip(), f"{name} names no licence"
        assert not re.search(r"\bA?GPL|General Public License", words), f"{name}: {words[:200]}"
        for text in requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                todo.append(name_of(text))
    assert len(seen) > 15


def test_no_file_names_a_machine_path_or_a_registry():
    for path in [*SOURCES, *PAGES, ROOT / "Makefile", ROOT / ".ci" / "run"]:
        text = path.read_text("utf-8")
        for word in ("/work/" + "main", "pypi" + ".org", "files.python" + "hosted"):
            assert word not in text, f"{path} holds {word}"


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    for page in PAGES[1:]:
        name = str(page.relative_to(ROOT / "docs"))
        assert name == "README.md" or f"]({name})" in index, f"docs/README.md does not list {name}"
