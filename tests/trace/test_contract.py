# SPDX-License-Identifier: Apache-2.0
"""Claimed is not vouched: only one module makes a `VouchedHop`."""

import ast
from pathlib import Path

import comity

SOURCES = sorted(Path(comity.__file__).parent.rglob("*.py"))


def _calls(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) == name or getattr(node.func, "attr", None) == name)
        for node in ast.walk(tree)
    )


def test_only_the_boundary_makes_a_vouched_hop():
    makers = [path.name for path in SOURCES if _calls(ast.parse(path.read_text()), "VouchedHop")]
    assert makers == ["boundary.py"]
