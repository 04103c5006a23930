# SPDX-License-Identifier: Apache-2.0
"""Handing reports in: durable before 202, under caps, and once for each key."""

import gzip
import io
import zipfile

import pytest

from comity.api import intake
from comity.api.problems import Refused
from comity.safeguard.role import Act
from comity.values.digest import digest_of
from comity.values.errors import TryLater

MAIL = b"From: a@example.org\r\nSubject: offer\r\n\r\nBuy\r\n"


@pytest.fixture
def secret(api):
    return api.token(Act.TAKE_IN).shown


def test_a_report_is_in_the_vault_when_its_receipt_comes(api, secret):
    answer = api.hand_in(MAIL, secret, Content_Disposition='attachment; filename="a b.eml"')
    assert answer.status_code == 202
    [receipt] = answer.json()["receipts"]
    assert receipt["path"] == "a b.eml"
    assert receipt["sha256"] == digest_of(MAIL)
    assert receipt["duplicate"] is False
    assert api.node.archive.read(digest_of(MAIL)) == MAIL
    assert api.hand_in(MAIL, secret).json()["receipts"][0]["duplicate"] is True


def test_every_report_of_a_box_has_its_receipt_and_bad_parts_are_named(api, secret):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as writing:
        writing.writestr("1.eml", MAIL)
        writing.writestr("2.eml", MAIL + b"2")
        writing.writestr("empty.zip", b"PK\x05\x06" + bytes(18))
    answer = api.hand_in(box.getvalue(), secret, "/reports?name=box.zip").json()
    assert [one["path"] for one in answer["receipts"]] == ["box.zip!1.eml", "box.zip!2.eml"]
    assert [one["path"] for one in answer["refused"]] == ["box.zip!empty.zip"]


@pytest.mark.parametrize(
    "kind",
    ["message/rfc822", "application/octet-stream", "multipart/form-data; boundary=x", "",
     "application/x-www-form-urlencoded", "application/json"],
)  # fmt: skip
def test_the_media_type_does_not_matter(api, secret, kind):
    answer = api.hand_in(MAIL, secret, Content_Type=kind)
    assert answer.status_code == 202
    assert api.node.archive.read(answer.json()["receipts"][0]["sha256"]) == MAIL


@pytest.mark.parametrize(
    ("name", "shown"),
    [("comity_export.zip", "comity_export.zip"), ("../../etc/passwd", "../../etc/passwd"),
     ("a\r\nX: y", "a��X: y"), ("", "report"),
     ("<b>", "<b>"), ("\u202ecod.exe", "�cod.exe")],
)  # fmt: skip
def test_w05_a_name_is_only_text(api, secret, name, shown):
    from urllib.parse import quote

    answer = api.hand_in(MAIL, secret, f"/reports?name={quote(name)}")
    assert answer.json()["receipts"][0]["path"] == shown
    assert not (api.node.folder.parent / "etc").exists()


def test_w05_too_much_is_refused_before_it_is_read(api, secret, monkeypatch):
    monkeypatch.setattr(intake, "MAX_BYTES", len(MAIL))
    assert api.hand_in(MAIL, secret).status_code == 202
    answer = api.hand_in(MAIL + b"x", secret)
    assert answer.status_code == 413
    assert str(len(MAIL)) in answer.json()["detail"]
    assert api.node.archive.size() == 1


@pytest.mark.parametrize(
    ("headers", "status", "sort"),
    [
        ({"Content-Encoding": "gzip"}, 415, "encoded"),
        ({"Content-Encoding": "identity"}, 202, ""),
        ({"Content-Length": ""}, 411, "no-length"),
        ({"Content-Length": "-1"}, 411, "no-length"),
        ({"Content-Length": "10000000000"}, 413, "too-large"),
        ({"Idempotency-Key": "x" * 256}, 422, "invalid"),
    ],
    ids=str,
)
def test_w05_a_body_that_cannot_be_taken_is_a_problem(api, secret, headers, status, sort):
    content = gzip.compress(MAIL) if "gzip" in headers.values() else MAIL
    named = {name.replace("-", "_"): value for name, value in headers.items()}
    answer = api.hand_in(content, secret, **named)
    assert answer.status_code == status
    assert status == 202 or answer.json()["type"].endswith("#" + sort)
    assert api.node.archive.size() == (status == 202)


def test_an_upload_that_broke_off_is_not_taken():
    from django.core.handlers.wsgi import WSGIRequest

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(MAIL) + 1),
        "wsgi.input": io.BytesIO(MAIL),
    }
    with pytest.raises(Refused, match="invalid"), intake.received(WSGIRequest(environ), None):
        pytest.fail("it was given on")


def test_a_gzip_file_is_a_box_and_is_opened(api, secret):
    answer = api.hand_in(gzip.compress(MAIL), secret, Content_Type="application/gzip")
    assert answer.json()["receipts"][0]["sha256"] == digest_of(MAIL)


def test_nothing_and_an_empty_box_are_said_to_be_that(api, secret):
    for content in (b"", b"PK\x05\x06" + bytes(18)):
        answer = api.hand_in(content, secret, Content_Length=str(len(content)))
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("#nothing-taken")


def test_the_same_key_and_bytes_get_the_same_answer_and_count_once(api, secret):
    first = api.hand_in(MAIL, secret, Idempotency_Key="one")
    again = api.hand_in(MAIL, secret, Idempotency_Key="one")
    assert first.status_code == again.status_code == 202
    assert first.content == again.content
    assert api.node.archive.size() == 1
    other = api.hand_in(MAIL + b"x", secret, Idempotency_Key="one")
    assert other.status_code == 409
    assert api.node.archive.size() == 1
    assert api.hand_in(MAIL + b"x", secret, Idempotency_Key="two").status_code == 202


def test_a_key_is_the_tokens_own(api, secret):
    assert api.hand_in(MAIL, secret, Idempotency_Key="one").status_code == 202
    other = api.token(Act.TAKE_IN).shown
    assert api.hand_in(MAIL + b"x", other, Idempotency_Key="one").status_code == 202


def test_a_key_whose_upload_was_not_taken_is_free_again(api, secret, monkeypatch):
    monkeypatch.setattr(intake, "_PATIENCE", 0)
    with api.node.writer():
        assert api.hand_in(MAIL, secret, Idempotency_Key="one").status_code == 503
    assert api.hand_in(MAIL + b"x", secret, Idempotency_Key="one").status_code == 202


def test_a_vault_in_use_says_when_to_come_again(api, secret, monkeypatch):
    monkeypatch.setattr(intake, "_PATIENCE", 0)
    with api.node.writer():
        answer = api.hand_in(MAIL, secret)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["type"].endswith("#busy")
    assert str(api.node.folder) not in answer.content.decode()
    assert api.hand_in(MAIL, secret).status_code == 202


def test_a_short_use_of_the_vault_is_waited_for(api, secret, monkeypatch):
    opened = api.node.writer()
    opened.__enter__()
    monkeypatch.setattr(intake.time, "sleep", lambda seconds: opened.__exit__(None, None, None))
    assert api.hand_in(MAIL, secret).status_code == 202


def test_what_has_its_receipt_is_not_handed_in_again_by_waiting(api, secret, monkeypatch):
    tries = []

    def half(node, upload, receipts, refused):
        tries.append(upload.name)
        receipts.append("of the first report")
        raise TryLater("another program writes", "Try again.")

    monkeypatch.setattr(intake, "_PATIENCE", 0.2)
    monkeypatch.setattr(intake, "_ingest", half)
    assert api.hand_in(MAIL, secret).status_code == 503
    assert len(tries) == 1


def test_of_two_calls_side_by_side_with_one_key_both_get_one_answer(api):
    from comity.work import kept_answers

    token, digest, now = api.token().pk, digest_of(MAIL), api.node.now()
    assert kept_answers.begin(token, "k", digest, now) is None
    assert kept_answers.begin(token, "k", digest, now) is None  # the first is still at work
    assert kept_answers.finish(token, "k", "first") == "first"
    assert kept_answers.finish(token, "k", "second") == "first"
    kept_answers.forget(token, "k")  # too late: it was answered
    assert kept_answers.begin(token, "k", digest, now) == "first"
    later = now + kept_answers.KEPT * 2
    assert kept_answers.begin(token, "k", digest_of(b"other"), later) is None
