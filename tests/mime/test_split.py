# SPDX-License-Identifier: Apache-2.0
"""Splitting a mail: what must come out of odd, broken and hostile structure."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.mime import decode, header
from comity.mime.caps import MimeCaps
from comity.mime.charsets import CODECS
from comity.mime.split import Mime, read_header, split


def codes(mime: Mime) -> list[str]:
    return [defect.code for defect in mime.defects]


def body_of(raw: bytes, index: int) -> bytes:
    part = split(raw).parts[index]
    return raw[part.body_start : part.body_end]


TWO_PARTS = (
    b"Subject: two\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\npreamble\r\n"
    b"--b1\r\nContent-Type: text/plain\r\n\r\none\r\n--b1\r\n\r\ntwo\r\n--b1--\r\nepilogue\r\n"
)


def test_parts_carry_their_place_in_the_raw_bytes():
    mime = split(TWO_PARTS)
    assert [p.content_type for p in mime.parts] == ["multipart/mixed", "text/plain", "text/plain"]
    assert mime.parts[0].children == (1, 2)
    assert body_of(TWO_PARTS, 1) == b"one"
    assert body_of(TWO_PARTS, 2) == b"two"


def test_text_outside_all_parts_is_not_forgotten():
    assert [TWO_PARTS[a:b].strip() for a, b in split(TWO_PARTS).gaps] == [b"preamble", b"epilogue"]


def test_a_field_span_covers_its_folded_lines():
    raw = b"Subject: a\r\n b\r\nTo: c\r\n\r\n"
    subject = split(raw).parts[0].fields[0]
    assert subject.value == "a b"
    assert raw[subject.start : subject.end] == b"Subject: a\r\n b\r\n"


def test_m02_a_subject_of_10_megabytes_is_capped_with_a_defect():
    raw = b"Subject: " + b"x" * 10_000_000 + b"\r\nTo: a@example\r\n\r\nbody"
    fields, _, defects = read_header(raw)
    assert "header-too-long" in [d.code for d in defects]
    assert len(fields[0].value) < 65_537
    assert fields[1].value == "a@example"


def test_m03_a_thousand_nested_messages_stop_at_the_depth_cap():
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Subject: in\r\n\r\nx"
    mime = split(raw)
    assert "too-deep" in codes(mime)
    assert len(mime.parts) == MimeCaps().depth + 1
    assert mime.gaps[-1][1] == len(raw)


def test_m03_400_nested_multiparts_stop_at_the_depth_cap():
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(400)
    )
    assert "too-deep" in codes(split(raw))


def test_m04_100_000_parts_are_capped_in_time():
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000
    started = time.process_time()
    mime = split(raw)
    assert time.process_time() - started < 2
    assert len(mime.parts) == MimeCaps().parts
    assert "too-many-parts" in codes(mime)


def test_m04_a_million_header_lines_are_capped_in_time():
    raw = b"X: y\r\n" * 1_000_000 + b"\r\nbody"
    started = time.process_time()
    fields, body_start, defects = read_header(raw)
    assert time.process_time() - started < 2
    assert len(fields) == MimeCaps().fields
    assert raw[body_start:] == b"body"
    assert [d.code for d in defects] == ["too-many-fields"]


def test_m04_megabytes_of_blank_lines_take_linear_time():
    raw = b"\n" * 20_000_000 + b"From: a@x.example\n\nb"
    started = time.process_time()
    assert codes(split(raw)) == ["blank-lines-before-header"]
    assert time.process_time() - started < 2


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_cap_on_fields_holds_exactly(over):
    caps = MimeCaps(fields=10)
    fields, _, defects = read_header(b"X: y\r\n" * (10 + over) + b"\r\n", caps=caps)
    assert (len(fields), bool(defects)) == (min(10, 10 + over), over > 0)


def test_m05_a_field_with_space_before_its_colon_is_seen_with_a_defect():
    mime = split(b"From : a@x.example\r\nSubject: s\r\n\r\nb")
    assert (mime.parts[0].fields[0].name, mime.parts[0].fields[0].value) == ("From", "a@x.example")
    assert codes(mime) == ["space-before-colon"]


def test_m06_a_field_made_by_a_bare_cr_is_marked():
    mime = split(b"Subject: hi\rBcc: victim@x.example\r\nTo: b@x.example\r\n\r\nb")
    assert [f.name for f in mime.parts[0].fields] == ["Subject", "Bcc", "To"]
    assert {"bare-cr", "field-behind-bare-cr"} <= set(codes(mime))


def test_m06_bom_and_nul_do_not_end_the_header():
    mime = split(b"\xef\xbb\xbfSubject: a\x00b\r\nTo: c@x.example\r\n\r\nb")
    assert [f.name for f in mime.parts[0].fields] == ["Subject", "To"]
    assert codes(mime) == ["byte-order-mark", "nul-in-header"]


def test_a_stray_line_in_the_header_is_shown_as_unparsed():
    mime = split(b"Subject: a\r\nthis is no field\r\nTo: c@x.example\r\n\r\nbody")
    assert [f.name for f in mime.parts[0].fields] == ["Subject", "", "To"]
    assert mime.parts[0].fields[1].value == "this is no field"
    assert codes(mime) == ["header-line-unparsed"]


def test_a_header_that_runs_into_the_body_says_so():
    raw = b"Subject: a\r\nthis is the body\r\nand more of it\r\n"
    mime = split(raw)
    assert codes(mime) == ["header-without-blank-line"]
    assert raw[mime.parts[0].body_start :].startswith(b"this is")


M11 = {
    "missing": (b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx", "boundary-missing"),
    "not found": (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--b\r\n\r\nx",
        "boundary-not-found",
    ),
    "never closed": (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
        "boundary-not-closed",
    ),
}


@pytest.mark.parametrize(("raw", "code"), M11.values(), ids=M11)
def test_m11_a_broken_boundary_keeps_the_body_searchable(raw, code):
    mime = split(raw)
    assert codes(mime) == [code]
    leaf = mime.parts[-1]
    assert raw[leaf.body_start : leaf.body_end].endswith(b"x")


def test_m11_a_boundary_that_is_a_prefix_of_another_does_not_cut_it():
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: multipart/alternative; boundary=bb\r\n\r\n"
        b"--bb\r\n\r\none\r\n--bb--\r\n--b\r\n\r\ntwo\r\n--b--\r\n"
    )
    texts = [body_of(raw, p.index) for p in split(raw).parts if p.content_type == "text/plain"]
    assert texts == [b"one", b"two"]


LINES = st.sampled_from(
    [
        b"--b\r\n",
        b"--b--\r\n",
        b"--bb\n",
        b"\r\n",
        b"\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b'Content-Type: multipart/x; boundary="bb"\n',
        b"Content-Type: message/rfc822\r\n",
        b"text\r\n",
        b"\r",
        b"From : x\r\n",
        b"Subject: =?utf-8?B?a?=\r\n",
    ]
)


@settings(max_examples=300)
@given(st.lists(LINES, max_size=40))
def test_m11_no_byte_of_the_body_is_unaccounted(lines):
    raw = b"".join(lines)
    mime = split(raw)
    covered = bytearray(len(raw))
    for part in mime.parts:
        ends = [part.body_start] if part.children else [part.body_end]
        covered[part.start : ends[0]] = b"\x01" * (ends[0] - part.start)
    for start, end in mime.gaps:
        covered[start:end] = b"\x01" * (end - start)
    left = bytes(b for b, seen in zip(raw, covered, strict=True) if not seen)
    # What no part covers is delimiter lines and blank space, nothing a sender can hide text in.
    assert not left.replace(b"--bb", b"").replace(b"--b", b"").strip(b"-\r\n\t ")


HEADER_LINES = st.sampled_from(
    [
        b"A: b",
        b"Subject: x y",
        b" folded",
        b"\tfolded",
        b"",
        b" ",
        b"no field",
        b"word",
        b"Subject",
        b"B : c",
        b"C:",
        b"D:\r e",
    ]
)


@settings(max_examples=500)
@given(st.lists(HEADER_LINES, max_size=8), st.sampled_from([b"\n", b"\r\n"]))
def test_the_quick_way_reads_a_header_as_the_careful_way_does(lines, line_end):
    raw = line_end.join(lines) + line_end * 2 + b"body"
    careful = header._read_carefully(raw, 0, len(raw), MimeCaps())
    assert header.read_header(raw) == careful


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_root_part(raw):
    mime = split(raw)
    assert mime.parts[0].index == 0
    for part in mime.parts:
        assert 0 <= part.start <= part.body_start <= part.body_end <= len(raw)
        decode.body(raw, part)


def test_every_codec_of_the_allow_list_exists():
    import codecs

    for codec in set(CODECS.values()):
        assert codecs.lookup(codec)._is_text_encoding
