# SPDX-License-Identifier: Apache-2.0
"""Whole mails: a corpus, abuse cases by id, and a property over damaged mail.

`python tests/message/test_read.py` writes the `.json` of new corpus mails, to be read by a person.
"""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_files import mail, part, qr_png, text_mail

from comity.message.message import Message
from comity.message.read import MAX_QR_PICTURES, read
from comity.mime.split import split

HERE = Path(__file__).parent
CORPUS = sorted(HERE.glob("corpus/*.eml"))
PRIVATE = os.environ.get("COMITY_PRIVATE_MAIL")  # a folder of mail that cannot be shown


def facts(message: Message) -> dict[str, object]:
    """What the corpus compares."""
    return {
        "from": [[box.name, box.address, box.domain] for box in message.all_from],
        "to": [box.address for box in message.to],
        "subject": message.subject,
        "date": message.date.isoformat() if message.date else None,
        "text": message.text,
        "hidden": message.hidden,
        "html": message.html,
        "language": message.language,
        "scripts": list(message.scripts),
        "links": [
            [link.url, link.domain, link.shown, link.source, [r.code for r in link.reasons]]
            for link in message.links
        ],
        "attachments": [
            [one.name, one.type, one.declared, list(one.hints), list(one.members), one.inline]
            for one in message.attachments
        ],
        "images": list(message.images),
        "list_unsubscribe": message.list_unsubscribe,
        "defects": [defect.code for defect in message.defects],
    }


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus(path):
    assert facts(read(path.read_bytes())) == json.loads(path.with_suffix(".json").read_text())


def test_the_corpus_is_there():
    assert len(CORPUS) >= 30


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_spans_point_at_what_they_name(path):
    raw = path.read_bytes()
    message = read(raw)
    for link in message.links:
        if link.span and link.span.where == "text":
            assert message.text[link.span.start : link.span.end] in (link.shown, link.written)
        elif link.span:
            assert link.written.encode() in raw[link.span.start : link.span.end]
    for box in message.all_from:
        assert raw[box.span.start : box.span.end].lower().startswith(b"from")


@pytest.mark.skipif(PRIVATE is None, reason="COMITY_PRIVATE_MAIL names no folder")
def test_private_mail_is_read_without_an_error():
    for path in sorted(Path(PRIVATE or ".").rglob("*.eml"))[:500]:
        start = time.process_time()
        read(path.read_bytes())
        assert time.process_time() - start < 2, path


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"   ", b"\n\n\n"])
def test_m01_nothing_is_a_mail_with_a_defect(raw):
    assert "empty" in [defect.code for defect in read(raw).defects]


def test_m02_a_subject_of_10_mb_is_cut():
    message = read(b"From: a@b.example\r\nSubject: " + b"x" * 10_000_000 + b"\r\n\r\nhi")
    assert len(message.subject) <= 65_536
    assert "header-too-long" in [defect.code for defect in message.defects]
    assert message.text == "hi"


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"x",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(400)
        ),
    ],
    ids=["messages", "multiparts"],
)
def test_m03_nesting_ends_at_a_cap(raw):
    assert "too-deep" in [defect.code for defect in read(raw).defects]


def test_m07_all_from_fields_are_kept_and_the_choice_is_said():
    message = read(text_mail("hi", more="From: Other <e@f.example>\r\nSubject: two\r\n"))
    assert [box.address for box in message.all_from] == ["a@b.example", "e@f.example"]
    assert message.from_ == message.all_from[0]
    told = [d.detail for d in message.defects if d.code == "header-repeated"]
    assert len(told) == 2
    assert all("the first is shown here" in detail for detail in told)


@pytest.mark.parametrize(
    ("stamp", "far"),
    [
        ("Tue, 1 Jan 2019 09:00:00 +0000", False),
        ("Sat, 5 Jan 2019 10:00:00 +0000", False),
        ("Fri, 1 Mar 2019 10:00:00 +0000", True),
        ("Wed, 26 Dec 2018 10:00:00 +0000", True),
        ("nonsense", False),
    ],
)
def test_m10_a_date_far_from_the_receipt_is_told(stamp, far):
    raw = f"Received: from a by b; {stamp}\r\n".encode() + text_mail("hi")
    message = read(raw)
    assert message.date.year == 2019
    assert ("date-far-from-receipt" in [d.code for d in message.defects]) == far


@pytest.mark.parametrize(
    "codec",
    ["utf-16", "iso2022_kr", "gb18030", "big5", "cp1256"],
)
def test_m13_the_text_is_right_in_each_charset(codec):
    words = {"iso2022_kr": "안녕하세요 고객님", "big5": "親愛的客戶", "gb18030": "尊敬的客户"}.get(
        codec
    )
    words = words or ("مرحبا بالعميل" if codec == "cp1256" else "Привет, клиент")
    label = {"iso2022_kr": "iso-2022-kr", "cp1256": "windows-1256"}.get(codec, codec)
    message = read(text_mail(words.encode(codec), f"text/plain; charset={label}"))
    assert message.text == words
    assert message.defects == ()


def test_m14_a_subject_is_shown_clean_and_its_tricks_are_told():
    raw = text_mail("hi").replace(b"Subject: s", "Subject: Pay\u200bPal \u202exe".encode())
    message = read(raw)
    assert message.subject == "PayPal xe"
    told = {d.code: d.detail for d in message.defects}
    assert told["subject-split-by-invisible"] == "Pay[U+200B]Pal [U+202E]xe"
    assert told["subject-reordered"] == "Pay[U+200B]Pal [U+202E]xe"


def test_m14_a_name_of_mixed_letters_says_what_it_reads_like():
    raw = text_mail("hi").replace(b"From: A <", "From: Ваnk Ѕесurіtу <".encode())
    told = {d.code: d.detail for d in read(raw).defects}
    assert told == {"header-mixed-script": "s\nBank Security"}


def test_a_qr_code_is_a_link_and_a_hint():
    picture = qr_png("https://evil.example/pay")
    seen = []

    def reader(content: bytes) -> tuple[str, ...]:
        seen.append(content)
        return ("https://evil.example/pay",)

    message = read(
        mail(part(b"scan", kind="text/plain"), part(picture, "q.png", "image/png")), qr=reader
    )
    assert seen == [picture]
    assert [(link.url, link.source) for link in message.links] == [
        ("https://evil.example/pay", "qr")
    ]
    assert "qr-code" in message.attachments[0].hints


def test_a_picture_inside_the_page_is_asked_for_qr_codes():
    import base64

    picture = base64.b64encode(qr_png("https://evil.example/")).decode()
    page = f"<img src='data:image/png;base64,{picture}'>"
    message = read(text_mail(page, "text/html"), qr=lambda content: ("https://evil.example/",))
    assert [(link.host, link.source) for link in message.links] == [("evil.example", "qr")]


def test_only_some_pictures_are_asked_for_qr_codes():
    asked = []
    parts = [part(qr_png(f"x{n}"), f"{n}.png", "image/png") for n in range(MAX_QR_PICTURES + 5)]
    read(
        mail(part(b"\x89PNG\r\n\x1a\n", "t.png", "image/png"), *parts),
        qr=lambda c: asked.append(c) or (),
    )
    assert len(asked) == MAX_QR_PICTURES


def test_the_splitters_result_can_be_given():
    raw = text_mail("hi")
    assert read(raw, split(raw)) == read(raw)


def test_the_same_bytes_give_the_same_message():
    for path in CORPUS:
        assert read(path.read_bytes()) == read(path.read_bytes())


MAILS = [path.read_bytes() for path in CORPUS]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MAILS), st.integers(0, 2_000), st.binary(max_size=30), st.integers(0, 40))
def test_any_damage_to_a_mail_is_survived(raw, at, change, drop):
    message = read(raw[:at] + change + raw[at + drop :])
    assert message.size >= 0
    for link in message.links:
        if link.span and link.span.where == "text":
            assert 0 <= link.span.start <= link.span.end <= len(message.text)


if __name__ == "__main__":
    for corpus_mail in CORPUS:
        result = corpus_mail.with_suffix(".json")
        if not result.exists():
            printed = json.dumps(
                facts(read(corpus_mail.read_bytes())), ensure_ascii=False, indent=1
            )
            result.write_text(printed + "\n")


def test_a_digest_that_the_caller_has_is_taken():
    raw = text_mail("Good morning")
    own = read(raw)
    assert read(raw, digest=own.digest) == own
    assert read(raw, digest="0" * 64).digest == "0" * 64
