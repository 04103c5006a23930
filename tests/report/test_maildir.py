# SPDX-License-Identifier: Apache-2.0
"""Maildir names: which files are mails, and names read and printed alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.report import maildir
from comity.report.maildir import MailFile

PATHS = {  # path: what it names
    "cur/1.host:2,S": MailFile("", "1.host", "S"),
    "new/1.host": MailFile("", "1.host", ""),
    "box/cur/1.host:2,": MailFile("", "1.host", ""),
    ".Spam.Old/cur/1.host:2,RS": MailFile("Spam/Old", "1.host", "RS"),
    "cur\\1.host": MailFile("", "1.host", ""),
    "tmp/1.host": None,
    "cur/.hidden": None,
    "1.host": None,
    "dovecot-uidlist": None,
    "": None,
}


@pytest.mark.parametrize(("path", "want"), PATHS.items(), ids=PATHS)
def test_which_files_are_mails(path, want):
    assert maildir.read(path) == want


def test_a_maildir_has_all_three():
    assert maildir.is_maildir({"cur", "new", "tmp", "dovecot.index"})
    assert not maildir.is_maildir({"cur", "new"})


files = st.builds(
    MailFile,
    folder=st.sampled_from(["", "Spam", "Spam/Old"]),
    unique=st.from_regex(r"[a-z0-9]{1,8}\.host", fullmatch=True),
    flags=st.sets(st.sampled_from("PRSTDF")).map(lambda flags: "".join(sorted(flags))),
)


@given(files)
def test_printing_reads_back_the_same(file):
    assert maildir.read(maildir.print_path(file)) == file
