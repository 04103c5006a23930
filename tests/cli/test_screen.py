# SPDX-License-Identifier: Apache-2.0
"""What a person sees on a real terminal of a given width."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from rich.cells import cell_len

COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_screen(columns: int, *words: object) -> list[str]:
    """Lines on a terminal so wide, without colour."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environ = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "comity.cli", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environ | {"TERM": "xterm-256color"},
    ):
        os.close(theirs)
        read = b""
        while True:
            try:
                more = os.read(ours, 65_536)
            except OSError:  # how Linux says that nobody writes any more
                break
            if not more:
                break
            read += more
    os.close(ours)
    return [line.rstrip() for line in COLOUR.sub("", read.decode()).split("\r\n")]


@pytest.fixture
def mails(mail, tmp_path):
    for number in range(3):
        changed = mail.replace(b"<1@sender", b"<%d@sender" % number)
        (tmp_path / f"a-mail-with-a-long-name-{number}.eml").write_bytes(changed)
    return tmp_path


@pytest.mark.parametrize("columns", [80, 120])
def test_rows_fit_the_screen_and_keep_address_category_subject(mails, columns):
    told = ("analyse", mails, "--campaigns", "--address-policy", "demo")
    heading, *rows = on_screen(columns, *told)
    assert all(cell_len(line) <= columns for line in (heading, *rows))
    assert ("network" in heading) == (columns == 120)
    for row in rows[:3]:
        assert "198.51.100.7" in row
        assert "commercial" in row
        assert "c-" in row
        assert "Ten per" in row
    assert any(line.startswith("3 mails: 3 commercial. 1 campaigns.") for line in rows)


def test_campaigns_are_named_only_where_they_were_asked_for(mails):
    assert "campaign" not in on_screen(80, "analyse", mails)[0]


def test_what_wraps_begins_below_its_text(mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail.replace(b"/shoes", b"/" + b"shoes-" * 30))
    lines = on_screen(60, "analyse", tmp_path / "a.eml", "--address-policy", "demo")
    start = next(number for number, line in enumerate(lines) if line.startswith("Links"))
    assert lines[start + 1].startswith("  hxxp://shop[.]sender[.]example/shoes-")
    assert lines[start + 2].startswith("  ")
    assert all(cell_len(line) <= 60 for line in lines)


def test_the_list_of_campaigns_takes_a_line_each(comity, mails, tmp_path):
    node = tmp_path / "node"
    comity("init", "--country", "GB", "--node", node, "--address-policy", "demo")
    for path in sorted(mails.glob("*.eml")):
        assert comity("ingest", path, "--node", node).code == 0
    heading, row, *_ = on_screen(80, "campaigns", "--node", node)
    assert heading.split() == [
        *("campaign", "mails", "reports", "origins", "what", "from", "days", "countries")
    ]
    assert row.split()[1:7] == ["3", "3", "1", "commercial", "2026-11-03", "1"]


def test_a_damaged_log_is_never_called_complete(comity, mails, tmp_path):
    node = tmp_path / "node"
    comity("init", "--country", "GB", "--node", node)
    comity("ingest", mails / "a-mail-with-a-long-name-0.eml", "--node", node)
    (segment,) = (node / "vault").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)
    checked = comity("fsck", "--node", node)
    assert checked.code == 1
    assert b"DAMAGED" in checked.out
    assert b"accounted for" not in checked.out
    assert "backup" in checked.err
