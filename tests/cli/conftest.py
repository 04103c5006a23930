# SPDX-License-Identifier: Apache-2.0
"""Runs the real command in a real process, as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as NDJSON: each line one object, nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


def run_comity(
    *words: object, stdin: bytes = b"", cwd: Path | None = None, timeout: float = 120
) -> Ran:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COMITY_")}
    done = subprocess.run(
        [sys.executable, "-m", "comity.cli", *map(str, words)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environ,
        timeout=timeout,
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode())


@pytest.fixture
def comity() -> Run:
    return run_comity


MAIL = (
    b"Received: from sender.example (sender.example [198.51.100.7])\r\n"
    b"\tby mx.recipient.example (Postfix) with ESMTPS id 4ABC\r\n"
    b"\tfor <anna@recipient.example>; Tue, 03 Nov 2026 10:00:00 +0000 (UTC)\r\n"
    b"From: Shop <offers@sender.example>\r\n"
    b"To: anna@recipient.example\r\n"
    b"Subject: Ten per cent off all shoes\r\n"
    b"Date: Tue, 03 Nov 2026 09:59:58 +0000\r\n"
    b"Message-ID: <1@sender.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"All shoes are ten per cent cheaper this week. See http://shop.sender.example/shoes\r\n"
    b"Unsubscribe: http://shop.sender.example/out\r\n"
)


@pytest.fixture
def mail() -> bytes:
    return MAIL
