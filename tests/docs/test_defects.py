# SPDX-License-Identifier: Apache-2.0
"""Every defect a parser can return is explained on one page, and the page explains no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "defects.md"


def codes_in_the_source() -> set[str]:
    """First arguments of `Defect(…)`: literals, and names bound to a literal anywhere in src."""
    used: set[str] = set()
    names: dict[str, str] = {}
    wanted: set[str] = set()
    for path in (ROOT / "src" / "comity").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                        names[target.id] = node.value.value
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Defect":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    used.add(str(first.value))
                elif isinstance(first, ast.Attribute):
                    wanted.add(first.attr)
                elif isinstance(first, ast.Name):
                    wanted.add(first.id)
    return used | {names[name] for name in wanted if name in names}


def codes_on_the_page() -> list[str]:
    return re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_defect_is_explained():
    missing = sorted(codes_in_the_source() - set(codes_on_the_page()))
    assert not missing, f"add to docs/reference/defects.md: {missing}"


def test_no_defect_is_explained_twice_in_one_room():
    rows = re.findall(r"^\| `.*$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == len(set(rows)) > 50
