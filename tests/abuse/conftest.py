# SPDX-License-Identifier: Apache-2.0
"""Runs the real command against hostile input, and holds it to what every call promises."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CODES = {0, 1, 2, 65, 69, 74, 75, 130}  # docs/reference/cli.md; 70, a fault of ours, is no answer
# C0 but line ends, DEL, C1, and the marks that turn text round.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """NDJSON: split at line ends only, each line one object."""
        found = [json.loads(line) for line in self.out.decode("utf-8").split("\n") if line]
        assert all(isinstance(one, dict) for one in found)
        return found


def environment(**more: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("COMITY_")} | more


def command(*words: object) -> list[str | bytes]:
    said = [word if isinstance(word, bytes) else str(word) for word in words]
    return [sys.executable, "-m", "comity.cli", *said]


def run_comity(
    *words: object,
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
    before: Callable[[], object] | None = None,
    **more: Any,
) -> Ran:
    done = subprocess.run(
        command(*words),
        input=stdin,
        env=environment(**(env or {})),
        preexec_fn=before,
        timeout=60,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more),
    )
    ran = Ran(done.returncode, done.stdout or b"", (done.stderr or b"").decode())
    check(ran, as_json="--json" in words)
    return ran


def check(ran: Ran, *, as_json: bool) -> None:
    """What holds for every call, whatever it was given."""
    assert ran.code in CODES, ran.err
    assert "Traceback" not in ran.err
    assert not CONTROL.search(ran.err), ran.err
    if as_json:
        assert ran.lines is not None
    else:
        assert not CONTROL.search(ran.out.decode("utf-8"))
    if ran.code not in (0, 1):
        told = ran.err.splitlines()
        assert told and told[0].startswith(("comity: ", "Usage: "))


@pytest.fixture
def comity() -> Callable[..., Ran]:
    return run_comity


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    made = run_comity("init", "--country", "gb", "--node", folder, "--address-policy", "demo")
    assert made.code == 0, made.err
    return folder


RECEIVED = (
    b"Received: from sender.example (sender.example [198.51.100.7])\r\n"
    b"\tby mx.recipient.example (Postfix) with ESMTPS id 4ABC;\r\n"
    b"\tTue, 03 Nov 2026 10:00:00 +0000\r\n"
)


def a_mail(number: int = 1, body: bytes = b"Shoes: http://shop.sender.example/shoes\r\n") -> bytes:
    return (
        RECEIVED + b"From: Shop <offers@sender.example>\r\nTo: anna@recipient.example\r\n"
        b"Subject: Ten per cent off %d\r\nDate: Tue, 03 Nov 2026 09:59:58 +0000\r\n"
        b"Message-ID: <%d@sender.example>\r\n\r\n" % (number, number)
    ) + body


@pytest.fixture
def mail() -> Callable[..., bytes]:
    return a_mail
