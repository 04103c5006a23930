# SPDX-License-Identifier: Apache-2.0
"""DKIM with archived answers: what is covered, and that only the clock of receipt counts."""

import json
import re
from datetime import UTC, datetime, timedelta

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.trace.dkim_check import Archive, check_signatures
from comity.trace.trace import Standing
from comity.values.errors import BadData

RECEIVED = datetime(2016, 1, 1, 12, 0, tzinfo=UTC)
MAIL = (
    b"From: Bank <a@bank.example>\r\nTo: me@own.example\r\nSubject: hello\r\n"
    b"Date: Fri, 01 Jan 2016 11:59:00 +0000\r\nMessage-ID: <1@bank.example>\r\n\r\nBody.\r\n"
)
FIELDS = [b"from", b"to", b"subject", b"date", b"message-id"]


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def answers(key):
    import base64

    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    row = {
        "name": "s1._domainkey.bank.example.",
        "type": "TXT",
        "answer": ["v=DKIM1; k=rsa; p=", base64.b64encode(public).decode()],
        "fetched_at": "2016-01-01T12:00:05Z",
    }
    return Archive.read(json.dumps(row) + "\n\n")


@pytest.fixture(scope="module")
def sign(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )

    def make(mail=MAIL, fields=FIELDS, length=False, at=RECEIVED, expires=None):
        """dkimpy signs with today's clock and knows no x=: so both are put in by hand."""
        signer = dkim.DKIM(mail)
        clock = dkim.time.time
        dkim.time.time = lambda: at.timestamp()
        try:
            line = signer.sign(
                b"s1", b"bank.example", pem, include_headers=list(fields), length=length
            )
        finally:
            dkim.time.time = clock
        if expires is None:
            return line + mail
        return _with_expiry(key, line, mail, fields, expires)

    return make


def _with_expiry(key, line, mail, fields, expires):
    """Sign again by hand (relaxed/simple), with x= among the tags."""
    import base64

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    tags = dkim.util.parse_tag_value(re.sub(rb"\s+", b"", line.split(b":", 1)[1]))
    tags[b"x"] = str(int(expires.timestamp())).encode()
    tags[b"b"] = b""
    order = [b"v", b"a", b"c", b"d", b"i", b"q", b"s", b"t", b"x", b"h", b"bh", b"b"]
    value = b"; ".join(name + b"=" + tags[name] for name in order if name in tags)
    headers, _ = dkim.rfc822_parse(mail)
    present = {name.lower(): text for name, text in headers}
    signed = b"".join(
        name + b":" + b" ".join(present[name].split()) + b"\r\n"
        for name in tags[b"h"].split(b":")
        if name in present
    )
    # from is listed twice: the second finds none
    names = tags[b"h"].split(b":")
    if names.count(b"from") > 1:
        text = b" ".join(present[b"from"].split())
        signed = signed.replace(b"from:" + text + b"\r\n", b"", names.count(b"from") - 1)
    signed += b"dkim-signature:" + value
    made = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return b"DKIM-Signature: " + value + base64.b64encode(made) + b"\r\n" + mail


def only(raw, answers, at=RECEIVED):
    (check,) = check_signatures(raw, answers, at)
    return check


def test_a_good_signature_passes_and_tells_what_it_covers(sign, answers):
    check = only(sign(), answers)
    assert (check.result, check.domain, check.whole) == ("pass", "bank.example", True)
    assert check.body_bytes == check.body_total == len(b"Body.\r\n")
    assert set(check.fields) >= {"from", "to", "subject", "date"}
    assert check.as_authentication().standing is Standing.VOUCHED


def test_t10_text_after_l_passes_but_vouches_for_a_part_only(sign, answers):
    check = only(sign(length=True) + b"Send money.\r\n", answers)
    assert (check.result, check.whole) == ("pass", False)
    assert (check.body_bytes, check.body_total) == (7, 20)
    assert check.detail.startswith("Signed part only. Covers 7 of 20 body bytes")
    assert check.as_authentication().standing is Standing.CLAIMED


def test_t10_a_second_subject_on_top_is_named_as_not_covered(sign, answers):
    check = only(b"Subject: you won\r\n" + sign(), answers)
    assert (check.result, check.uncovered, check.whole) == ("pass", ("subject",), False)
    assert check.as_authentication().standing is Standing.CLAIMED


def test_t10_a_second_from_fails(sign, answers):
    assert only(b"From: b@bank.example\r\n" + sign(), answers).result == "fail"


def test_t10_an_unsigned_subject_is_not_covered(sign, answers):
    check = only(sign(fields=[b"from", b"date"]), answers)
    assert check.uncovered == ("subject",)


@pytest.mark.parametrize(
    ("was", "becomes"), [(b"Body.", b"Badly"), (b"Subject: hello", b"Subject: hullo")]
)
def test_a_changed_mail_fails(sign, answers, was, becomes):
    assert only(sign().replace(was, becomes), answers).result == "fail"


def test_t11_ten_years_later_the_same_answer(sign, answers):
    """The key is archived and the clock passed in, so today's date plays no part."""
    raw = sign(expires=RECEIVED + timedelta(days=1))
    check = only(raw, answers)
    assert check.result == "pass", check.detail


@pytest.mark.parametrize(
    ("at", "result"),
    [
        (RECEIVED, "pass"),
        (RECEIVED + timedelta(days=1, hours=9), "pass"),
        (RECEIVED + timedelta(days=1, hours=11), "fail"),
        (RECEIVED - timedelta(hours=9), "pass"),
        (RECEIVED - timedelta(hours=11), "fail"),
    ],
)
def test_t11_expiry_counts_at_the_time_of_receipt(sign, answers, at, result):
    assert only(sign(expires=RECEIVED + timedelta(days=1)), answers, at).result == result


def test_t11_without_an_archived_key_it_says_so(sign):
    check = only(sign(), Archive())
    assert check.result == "temperror"
    assert "No archived answer for s1._domainkey.bank.example" in check.detail


@pytest.mark.parametrize(
    "answer", ["", "v=DKIM1; p=", "v=DKIM1; k=rsa; p=AAAA", "v=DKIM1; k=what; p=AAAA", "é", "p=!!!"]
)
def test_a_broken_key_is_a_permanent_error(sign, answer):
    archive = Archive({"s1._domainkey.bank.example": (answer, "")})
    assert only(sign(), archive).result == "permerror"


def test_a_mail_without_a_signature_gives_none(answers):
    assert check_signatures(MAIL, answers, RECEIVED) == ()


@pytest.mark.parametrize(
    "text", ["x", "[]", '{"name": "a"}', '{"name": 1, "type": null}', "[" * 100_000]
)
def test_a_wrong_archive_names_the_line(text):
    with pytest.raises(BadData, match="answers file: line 2 is no archived answer"):
        Archive.read('{"name": "a", "type": "A", "answer": "192.0.2.1"}\n' + text)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=100))
def test_any_signature_field_gives_a_result(tags, rest):
    raw = b"DKIM-Signature: v=1; d=a.example; s=s; " + tags + b"\r\n" + MAIL + rest
    archive = Archive({"s._domainkey.a.example": ("v=DKIM1; p=AAAA", "")})
    for check in check_signatures(raw, archive, RECEIVED):
        assert check.result in ("pass", "fail", "permerror", "temperror")
        assert check.result != "pass"
