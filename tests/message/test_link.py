# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Links with their reasons: shown is not real, look-alikes, redirects, bare URLs in text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.link import REASONS, STRONG, WEAK, bare, read, shown_host
from comity.values.span import Span


def codes(link):
    return [reason.code for reason in link.reasons]


SHOWN = {  # name: (shown, target, weight of shown-is-not-real or None)
    "same": ("https://www.bank.example/login", "https://bank.example/x", None),
    "host below": ("bank.com", "https://login.bank.com/", None),
    "other": ("https://bank.example", "https://evil.example/", STRONG),
    "other, bare name": ("www.bank.example", "http://evil.example/", STRONG),
    "other, name only": ("Bank.com", "http://evil.example/", STRONG),
    "other, address": ("https://bank.example", "http://192.0.2.1/", STRONG),
    "other, by user": ("bank.com", "http://bank.com@evil.example/", STRONG),
    "mail address": ("help@bank.example", "mailto:a@evil.example", STRONG),
    "mail address, page of the same": ("help@bank.example", "https://bank.example/", None),
    "same label, other suffix": ("bank.com", "https://bank.co.uk/", WEAK),
    "known click counter": ("bank.com", "https://u1.ct.sendgrid.net/ls/click?x", WEAK),
    "shortener": ("bank.com", "https://bit.ly/x", WEAK),
    "its own name in the target": ("bank.com", "https://r.example/?to=bank.com", WEAK),
    "words": ("Click here", "https://evil.example/", None),
    "words with a stop": ("Hello. World", "https://evil.example/", None),
    "file name": ("report.pdf", "https://evil.example/", None),
    "file name that is a country": ("install.sh", "https://evil.example/", None),
    "version": ("v1.2.3", "https://evil.example/", None),
    "amount": ("1.000", "https://evil.example/", None),
    "in brackets": ("<https://bank.example/>", "https://evil.example/", STRONG),
    "arrow": ("bank.com »", "https://evil.example/", STRONG),
}


@pytest.mark.parametrize(("shown", "target", "weight"), SHOWN.values(), ids=SHOWN)
def test_h05_shown_is_not_real(shown, target, weight):
    span = Span("text", 3, 3 + len(shown))
    found = [r for r in read(target, shown, span=span).reasons if r.code == "shown-is-not-real"]
    assert [reason.weight for reason in found] == ([] if weight is None else [weight])
    assert all(reason.span == span for reason in found)


def test_h05_both_hosts_are_named():
    (reason,) = read("https://evil.example/", "https://bank.example/a").reasons
    assert "bank.example" in reason.text
    assert "evil.example" in reason.text


LOOK_ALIKE = {
    "whole name in Cyrillic letters": ("https://раураӏ.com/", ["international-name", "confusable"]),
    "mixed": ("https://pаypal.com/", ["international-name", "mixed-script", "confusable"]),
    "accents": ("https://páypal.com/", ["international-name", "confusable"]),
    "honest Cyrillic": ("https://почта.рф/", ["international-name"]),
    "honest Japanese": ("https://日本語ドメイン.jp/", ["international-name"]),
    "ASCII": ("https://paypal.com/", []),
}


@pytest.mark.parametrize(("target", "reasons"), LOOK_ALIKE.values(), ids=LOOK_ALIKE)
def test_look_alike_hosts(target, reasons):
    assert codes(read(target)) == reasons


def test_a_look_alike_says_what_it_reads_like():
    found = [r.text for r in read("https://раураӏ.com/").reasons if r.code == "confusable"]
    assert found == ["The link's host reads like paypal.com."]


REDIRECT = {
    "plain": ("https://a.example/r?u=http://b.example/x", ["redirect"]),
    "encoded": ("https://a.example/r?u=https%3A%2F%2Fb.example%2Fx", ["redirect"]),
    "twice": ("https://a.example/r?u=https%253A%252F%252Fb.example%252Fx", ["redirect"]),
    "in the path": ("https://a.example/l/https://b.example/", ["redirect"]),
    "without http": ("https://a.example/t?url=b.example/x", ["redirect"]),
    "viewer": ("https://a.example/amp/s/b.example/x", ["redirect"]),
    "to itself": ("https://a.example/r?u=https://www.a.example/x", []),
    "no target": ("https://a.example/r?u=17", []),
    "gateway": (
        "https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example%2F", ["unwrapped"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("target", "reasons"), REDIRECT.values(), ids=REDIRECT)
def test_redirects(target, reasons):
    assert codes(read(target)) == reasons


def test_a_redirect_names_the_host_it_leads_on_to():
    assert read("https://a.example/r?u=http://login.b.example/x").onward == "login.b.example"
    assert read("https://a.example/r?u=http://www.a.example/x").onward is None


def test_a_gateways_wrapper_is_taken_off():
    link = read(
        "https://eu.safelinks.protection.outlook.com/?url=https%3A%2F%2Fb.example%2Fp&data=1",
        "https://b.example/p",
    )
    assert (link.url, link.domain) == ("https://b.example/p", "b.example")
    assert link.written.startswith("https://eu.safelinks")
    assert "shown-is-not-real" not in codes(link)


def test_a_hidden_link_says_so():
    assert codes(read("https://a.example/", hidden=True)) == ["hidden-link"]


BARE = {
    "in a sentence": ("See http://a.example/b. Then", ["http://a.example/b"]),
    "in brackets": ("(http://a.example/b)", ["http://a.example/b"]),
    "with brackets": ("http://a.example/b_(c) d", ["http://a.example/b_(c)"]),
    "in angles": ("<http://a.example/b>", ["http://a.example/b"]),
    "quoted": ('"http://a.example/b",', ["http://a.example/b"]),
    "www": ("go to www.a.example!", ["www.a.example"]),
    "two": ("http://a.example http://b.example", ["http://a.example", "http://b.example"]),
    "none": ("a.example and b@c.example", []),
    "scheme only": ("http:// and www.", []),
    "full stop of the far east": ("请看 http://a.example/b。谢谢", ["http://a.example/b"]),
}


@pytest.mark.parametrize(("text", "found"), BARE.values(), ids=BARE)
def test_urls_written_out(text, found):
    assert [written for written, _, _ in bare(text)] == found
    assert all(text[start:end] == written for written, start, end in bare(text))


@pytest.mark.parametrize(
    "text",
    [
        "http://" * 20_000,
        "www." * 40_000,
        ("http://a.example/" + ")" * 4_000 + " ") * 40,
        "a" * 200_000,
    ],
    ids=["schemes", "www", "brackets", "letters"],
)
def test_m15_bait_costs_little(text):
    start = time.process_time()
    bare(text)
    assert time.process_time() - start < 0.1


def test_every_reason_is_a_sentence():
    for code, text in REASONS.items():
        assert text.endswith(".")
        assert code == code.lower()


@given(st.text(max_size=80), st.text(max_size=60))
def test_any_link_is_read(target, shown):
    link = read(target, shown)
    assert all(reason.text for reason in link.reasons)
    shown_host(shown)
    bare(shown)
