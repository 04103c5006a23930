# SPDX-License-Identifier: Apache-2.0
"""Outlook items: what is written anew, and that a broken or hostile file never raises."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from report_cfb import binary, compound, item, properties, text

from comity.mime import decode, split
from comity.report import msg
from comity.report.caps import Caps
from comity.report.form import Form, Grade
from comity.report.read import read

HEADER = (
    "Received: from b (b [192.0.2.7])\r\n\tby mx.example; Mon, 3 Jun 2024 10:15:00 +0000\r\n"
    "From: Bad <bad@spam.example>\r\nTo: ann@citizen.example\r\nSubject: Win now\r\n"
    "Content-Type: multipart/alternative; boundary=lost\r\nMIME-Version: 1.0\r\n"
)
FIELDS = {
    **text(0x001A, "IPM.Note"),
    **text(0x0037, "Win now"),
    **text(0x007D, HEADER),
    **text(0x1000, "Win at once\r\n"),
    **binary(0x1013, "<p>Wïn <a href='http://win.example/'>at once</a></p>".encode()),
}
GOOD = item(FIELDS, [("bill.pdf", "application/pdf", b"%PDF-1.4 not really")])


def leaves(mail: bytes) -> dict[str, bytes]:
    mime = split.split(mail)
    assert mime.defects == ()
    return {one.content_type: decode.body(mail, one)[0] for one in mime.parts if not one.children}


def test_header_contents_and_files_are_written_anew():
    (report,) = read(GOOD, "x.msg")
    assert (report.form, report.grade, report.rewritten) == (Form.MSG, Grade.B, True)
    root = split.split(report.mail).parts[0]
    assert [one.name for one in root.fields] == [
        "Received", "From", "To", "Subject", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert root.first("received") == "from b (b [192.0.2.7]) by mx.example; " + (
        "Mon, 3 Jun 2024 10:15:00 +0000"
    )
    found = leaves(report.mail)
    assert found["text/plain"].strip() == b"Win at once"
    assert "Wïn <a href='http://win.example/'>" in found["text/html"].decode()
    assert found["application/pdf"] == b"%PDF-1.4 not really"


def test_the_digest_is_of_the_item():
    from comity.values.digest import digest_of

    assert read(GOOD, "x.msg")[0].digest == digest_of(GOOD)


def test_without_a_transport_header_the_grade_is_c():
    fields = {key: one for key, one in FIELDS.items() if "007D" not in key}
    fields |= {**text(0x0C1A, 'Bad "One"'), **text(0x5D01, "bad@spam.example")}
    (report,) = read(item(fields), "x.msg")
    assert report.grade is Grade.C
    assert [one.code for one in report.defects] == ["header-lost"]
    root = split.split(report.mail).parts[0]
    assert root.first("from") == "\"Bad 'One'\" <bad@spam.example>"
    assert root.first("subject") == "Win now"


def test_a_compound_file_that_is_no_item_is_not_mail():
    (report,) = read(compound({"WordDocument": b"x" * 600}), "x.doc")
    assert report.form is Form.NOT_MAIL and report.refused


def test_a01_streams_that_share_their_bytes_are_refused():
    """500 directory entries for one chain of 1 MB: 500 MB if read without counting."""
    tree = {f"s{n:03}": b"" for n in range(500)}
    content = bytearray(compound({"big": b"x" * 1_000_000, **tree}))
    for at in range(512, 512 + 128 * 502, 128):
        if content[at : at + 2] == b"s\0":
            content[at + 116 : at + 128] = struct.pack("<IQ", 126, 1_000_000)
    (report,) = read(bytes(content), "x.msg")
    assert report.form is Form.NOT_MAIL
    assert "streams of" in report.defects[0].detail


def test_cap_of_bytes():
    for over, form in ((-1, Form.MSG), (0, Form.MSG), (1, Form.NOT_MAIL)):
        caps = Caps(report_bytes=len(GOOD) - over)
        assert msg.reports(GOOD, "x", caps)[0].form is form


def test_cap_of_attachments():
    many = [("f", "text/plain", b"x")] * (msg.MAX_FILES + 1)
    (report,) = read(item(FIELDS, many), "x.msg")
    assert [one.code for one in report.defects] == ["msg-files"]


def test_the_library_is_not_imported_for_other_forms():
    import subprocess
    import sys

    code = "import sys, comity.report.read; print('oxmsg' in sys.modules, 'olefile' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_flipped_bytes_give_an_answer(data):
    broken = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(8, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(broken), 600, 1024, 2000]))
    msg.reports(bytes(broken[:cut]), "x")


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_any_property_stream_gives_an_answer(tail, kind, pid):
    tree = {**FIELDS}
    tree["__properties_version1.0"] = properties(tree, 32) + struct.pack("<HH", kind, pid) + tail
    msg.reports(compound(tree), "x")
