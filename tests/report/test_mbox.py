# SPDX-License-Identifier: Apache-2.0
"""Mailbox files: four dialects, what each can give back, and what must never split or swallow."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.report import mbox
from comity.report.caps import CAPS, Caps
from comity.report.container import unpack
from comity.report.mbox import Dialect

FROM = b"From a@x.example Mon Jun  3 10:15:00 2024\n"


def box(*mails: bytes) -> bytes:
    return b"".join(FROM + mail + b"\n" for mail in mails)


def split(content: bytes, caps: Caps = CAPS) -> list[mbox.Boxed]:
    return list(mbox.split(io.BytesIO(content), caps))


def contents(content: bytes) -> list[bytes]:
    return [mail.content for mail in split(content)]


def codes(content: bytes) -> list[list[str]]:
    return [[one.code for one in mail.defects] for mail in split(content)]


ONE = b"From: a@x.example\nSubject: 1\n\nfirst\n"
TWO = b"From: b@x.example\nSubject: 2\n\nsecond\n"

# bodies whose lines could be taken for something else
line = st.sampled_from(
    [b"", b"text", b"From here on", b">From there", b">>From afar", b"From a@x.example", b" From b",
     b"Subject: not", b"\xff\x00"]
)  # fmt: skip
mails = st.lists(
    st.lists(line, max_size=6).map(lambda body: b"Subject: s\n\n" + b"\n".join(body) + b"\n"),
    min_size=1,
    max_size=4,
)


@given(mails)
def test_mboxrd_gives_back_each_mail(given_mails):
    printed = b"".join(mbox.print_box(given_mails, Dialect.RD))
    assert [mbox.unquoted(one, Dialect.RD) for one in contents(printed)] == given_mails


@given(mails)
def test_mboxcl2_gives_back_each_mail_but_for_its_length_field(given_mails):
    printed = b"".join(mbox.print_box(given_mails, Dialect.CL2))
    bodies = [one.partition(b"\n\n")[2] for one in contents(printed)]
    assert bodies == [one.partition(b"\n\n")[2] for one in given_mails]
    assert b"".join(mbox.print_box(contents(printed), Dialect.CL2)) == printed


@pytest.mark.parametrize("dialect", list(Dialect))
def test_each_dialect_round_trips_plain_mails(dialect):
    printed = b"".join(mbox.print_box([ONE, TWO], dialect))
    again = b"".join(mbox.print_box(contents(printed), dialect))
    assert again == printed
    assert [one.split(b"\n\n")[1] for one in contents(printed)] == [b"first\n", b"second\n"]


@pytest.mark.parametrize("dialect", [Dialect.O, Dialect.RD])
def test_the_standard_library_reads_what_is_printed(dialect, tmp_path):
    import mailbox

    path = tmp_path / "box"
    path.write_bytes(b"".join(mbox.print_box([ONE, TWO], dialect)))
    assert [bytes(mail) for mail in mailbox.mbox(path)] == [ONE, TWO]


def test_mboxo_loses_the_authors_own_quote_mark():
    mail = b"Subject: s\n\n>From me\nFrom you\n"
    (found,) = contents(b"".join(mbox.print_box([mail], Dialect.O)))
    assert found == b"Subject: s\n\n>From me\n>From you\n"  # kept as found
    assert mbox.unquoted(found, Dialect.O) != mail


def test_bytes_are_kept_as_found_and_quoting_is_a_defect():
    quoted = b"Subject: s\n\n>From here\n"
    assert contents(box(quoted, TWO)) == [quoted, TWO]
    assert codes(box(quoted, TWO)) == [["mbox-from-quoting"], []]


TABLE = {  # name: (box, mails)
    "two": (box(ONE, TWO), [ONE, TWO]),
    "crlf": (box(ONE, TWO).replace(b"\n", b"\r\n"),
             [ONE.replace(b"\n", b"\r\n"), TWO.replace(b"\n", b"\r\n")]),
    "no blank line between": (FROM + ONE + FROM + TWO, [ONE, TWO]),
    "no line end at the end": (box(ONE) + FROM + TWO[:-1], [ONE, TWO[:-1]]),
    "a sentence that begins with From": (box(ONE + b"\nFrom now on\n\nFrom 2024 to 10:15\n"),
                                         [ONE + b"\nFrom now on\n\nFrom 2024 to 10:15\n"]),
    "a separator in the text, no header after": (box(ONE + b"\n" + FROM + b"said he\n"),
                                                 [ONE + b"\n" + FROM + b"said he\n"]),
    "empty mail": (FROM + b"\n" + FROM + ONE, [b"", ONE]),
    "zone in the line": (b"From - Mon Jun  3 10:15:00 +0100 2024\n" + ONE, [ONE]),
}  # fmt: skip


@pytest.mark.parametrize(("content", "want"), TABLE.values(), ids=TABLE)
def test_where_a_mail_ends(content, want):
    assert contents(content) == want


def test_a_true_content_length_shields_a_separator_in_the_text():
    body = b"text\n\n" + FROM + b"Subject: not a mail\n\nx\n"
    mail = b"Subject: s\nContent-Length: %d\n\n%s" % (len(body), body)
    assert contents(box(mail, TWO)) == [mail, TWO]
    assert codes(box(mail, TWO)) == [["mbox-from-in-body"], []]


@pytest.mark.parametrize("size", [0, 3, 7, 60, 10**9, 10**14])
def test_a_lying_content_length_swallows_nothing(size):
    mail = b"Subject: s\nContent-Length: %d\n\nlonger text\n" % size
    assert contents(box(mail, TWO, ONE)) == [mail, TWO, ONE]


@pytest.mark.parametrize(("over", "kept"), [(-1, True), (0, True), (1, False)])
def test_a_mail_over_the_cap_is_named_and_the_next_is_read(over, kept):
    big = b"Subject: s\n\n" + b"x" * 5000 + b"\n"
    caps = Caps(report_bytes=len(big) - over)
    first, second = split(box(big, TWO), caps)
    assert first.content == (big if kept else b"")
    assert [one.code for one in first.defects] == ([] if kept else ["report-too-big"])
    assert second.content == TWO


def test_a07_a_box_is_streamed_and_its_partial_end_named():
    """Memory stays by one mail, whatever the size: the stream below is never held whole."""

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.given = 0
            self.unit = box(b"Subject: s\n\n" + b"x" * 20_000 + b"\n")

        def read(self, size=-1):
            self.given += len(self.unit)
            return self.unit

    source = Endless()
    found = mbox.split(source)
    for _ in range(500):
        assert len(next(found).content) == 20_013
    assert source.given < 500 * 21_000 + 3_000_000  # no more was taken than given out, and a chunk


def test_a_single_mail_with_a_separator_line_is_that_file():
    content = FROM + ONE
    (item,) = unpack("mail.eml", io.BytesIO(content))
    assert (item.path, item.content) == ("mail.eml", content)
    (item,) = unpack("one.mbox", io.BytesIO(content))
    assert (item.path, item.content) == ("one.mbox#1", ONE)


@given(st.binary(max_size=400))
def test_no_byte_of_any_box_is_lost(tail):
    content = FROM + tail
    found = split(content)
    assert b"".join(one.separator + one.content + one.end for one in found) == content


def test_m15_lines_like_separators_cost_linear_time():
    import time

    start = time.process_time()
    contents(FROM + b"\n" + b"From 1:11 1:11 " * 20_000 + b"\n" + b"\nFrom x 10:1" * 50_000)
    assert time.process_time() - start < 10
