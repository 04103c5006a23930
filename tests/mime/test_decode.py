# SPDX-License-Identifier: Apache-2.0
"""Decoding: charsets, transfer encodings, encoded words. Truth tables and properties."""

import base64
import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.mime import decode, params
from comity.mime.split import split


def leaf(encoding: bytes, content: bytes) -> tuple[bytes, list[str]]:
    raw = b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + content
    decoded, defects = decode.body(raw, split(raw).parts[0])
    return decoded, [d.code for d in defects]


M12 = {
    "whole": (b"YWJj", b"abc", []),
    "line ends": (b"YW\r\nJj\r\n", b"abc", []),
    "no padding": (b"YWI", b"ab", []),
    "one letter over": (b"YWJjY", b"abc", ["base64-cut-off"]),
    "stray characters": (b"Y!W*J-j", b"abc", ["base64-stray-characters"]),
    "two runs": (b"YQ==YmM=", b"abc", ["base64-data-after-padding"]),
    "empty": (b"", b"", []),
}


@pytest.mark.parametrize(("content", "want", "defects"), M12.values(), ids=M12)
def test_m12_base64_is_decoded_as_far_as_it_is_sure(content, want, defects):
    assert leaf(b"base64", content) == (want, defects)


def test_m12_an_unknown_transfer_encoding_keeps_the_raw_bytes():
    assert leaf(b"x-zip64", b"abc") == (b"abc", ["unknown-transfer-encoding"])


def test_m12_uuencode_without_its_end_gives_what_it_holds():
    assert leaf(b"x-uuencode", b"begin 644 a\r\n#86)C\r\n") == (b"abc", ["uuencode-without-end"])
    assert leaf(b"x-uuencode", b"begin 644 a\r\n#86)C\r\n`\r\nend\r\n") == (b"abc", [])


@given(st.binary(max_size=300))
def test_base64_and_quoted_printable_come_back_whole(content):
    assert leaf(b"base64", base64.encodebytes(content))[0] == content
    # Not as text: in text an encoder may write all line ends alike (RFC 2045 section 6.7, rule 4).
    encoded = binascii.b2a_qp(content, istext=False)
    assert leaf(b"quoted-printable", encoded)[0] == content


M08 = {
    "korean": ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어", []),
    "utf-8 called latin": ("é".encode(), "iso-8859-1", "é", []),
    "latin called ascii": (b"\xe9", "us-ascii", "é", ["charset-mismatch"]),
    "utf-8 called gbk that gbk refuses": ("日本語é".encode(), "shift_jis", None, None),
    "unknown": (b"abc", "x-nobody", "abc", ["charset-not-allowed"]),
    "idna": (b"abc", "idna", "abc", ["charset-not-allowed"]),
    "uu": (b"abc", "uu", "abc", ["charset-not-allowed"]),
    "rot13": (b"abc", "rot13", "abc", ["charset-not-allowed"]),
    "utf-7": (b"+ADw-script", "utf-7", "+ADw-script", ["charset-not-allowed"]),
    "quoted label": ("ж".encode("koi8-r"), '"KOI8-R"', "ж", []),
    "bom wins": ("ab".encode("utf-16"), "us-ascii", "ab", []),
    "iso-2022-kr": ("한".encode("iso2022_kr"), "ISO-2022-KR", "한", []),
    "none": (b"\x80", None, "€", []),
}


@pytest.mark.parametrize(("content", "charset", "want", "defects"), M08.values(), ids=M08)
def test_m08_only_allowed_charsets_decode_and_all_else_says_so(content, charset, want, defects):
    text, found = decode.text(content, charset)
    if want is None:
        assert text
    else:
        assert (text, [d.code for d in found]) == (want, defects)


WORDS = {
    "plain": ("hello", "hello"),
    "one": ("=?utf-8?B?w6k=?=", "é"),
    "two join without space": ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
    "a character cut in two": ("=?utf-8?B?w6?= =?utf-8?B?k=?=", None),
    "multi-byte cut between words": ("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
    "text between": ("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"),
    "text before and after": ("x =?utf-8?Q?a?= y", "x a y"),
    "language tag": ("=?utf-8*en?Q?a_b?=", "a b"),
    "spaces inside": ("=?utf-8?Q?a b?=", "a b"),
    "bad base64": ("=?utf-8?B?a?=", ""),
    "unknown charset": ("=?x-no?Q?a?=", "a"),
}


@pytest.mark.parametrize(("value", "want"), WORDS.values(), ids=WORDS)
def test_encoded_words(value, want):
    text, _ = decode.words(value)
    assert want is None or text == want


def test_m08_a_broken_word_is_a_defect_not_an_error():
    assert [d.code for d in decode.words("=?utf-8?B?a?=")[1]] == ["base64-cut-off"]


def test_20_000_encoded_words_stop_at_the_cap_in_time():
    started = time.process_time()
    _, defects = decode.words("=?utf-8?Q?a?= " * 20_000)
    assert time.process_time() - started < 0.5
    assert [d.code for d in defects] == ["too-many-encoded-words"]


PARAMS = {
    "plain": ("text/plain; charset=utf-8", "charset", "utf-8"),
    "quoted": ('a/b; name="x \\"y\\" z"', "name", 'x "y" z'),
    "quote never closed": ('a/b; name="xyz', "name", "xyz"),
    "rfc 2231": ("a/b; filename*=utf-8''%C3%A9.pdf", "filename", "é.pdf"),
    "rfc 2231 in pieces": ("a/b; name*0=ab; name*1=cd", "name", "abcd"),
    "rfc 2231 wins": ("a/b; name=x; name*=utf-8''y", "name", "y"),
    "semicolon in quotes": ('a/b; name="a;b"', "name", "a;b"),
    "spaces in a bare value": ("a/b; name=my file.pdf; x=1", "name", "my file.pdf"),
}


@pytest.mark.parametrize(("value", "name", "want"), PARAMS.values(), ids=PARAMS)
def test_parameters(value, name, want):
    assert params.read_value(value)[1].get(name) == want


@pytest.mark.parametrize("bait", ["a" * 50_000 + "!", ";" * 50_000, '"' * 50_000, "=?" * 25_000])
def test_m15_regular_expression_bait_takes_linear_time(bait):
    started = time.process_time()
    decode.words(bait)
    params.read_value("text/plain; a=" + bait)
    read = split(b"Subject: " + bait.encode() + b"\r\n\r\n" + bait.encode())
    assert read.parts
    assert time.process_time() - started < 0.1
