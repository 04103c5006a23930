# SPDX-License-Identifier: Apache-2.0
"""What a hostile browser tries: forged forms (W02), guessing (W10), stolen sessions."""

import re

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from comity.safeguard.role import Role

PASSWORD = "a long sentence about nothing"
SAMPLE = "no-such-thing"


def _addresses(resolver=None, before="/"):
    for one in (resolver or get_resolver()).url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _addresses(one, address)
        else:
            address = re.sub(r"<digest:\w+>", "0" * 64, address)
            yield re.sub(r"<(\w+:)?\w+>", SAMPLE, address)


PLAIN = ("/api/", "/static/")  # the API takes a token, which no other site can make a browser send


@pytest.mark.parametrize("address", [one for one in _addresses() if not one.startswith(PLAIN)])
def test_w02_a_form_from_another_site_is_refused(console, address):
    signed_in = console.as_(Role.SUPERVISOR)
    for cookies in (signed_in.cookies, None):
        browser = Client(enforce_csrf_checks=True)
        if cookies:
            browser.cookies = cookies
        before = len(console.events())
        answer = browser.post(address, {"account": "x", "act": "end", "language": "fr"})
        assert answer.status_code in (403, 405), address
        assert len(console.events()) == before


def refused(browser, email, password="wrong password here"):
    answer = browser.post("/sign-in/", {"login": email, "password": password})
    page = answer.content.decode()
    page = re.sub(r'(csrfmiddlewaretoken" value=")\w+|' + re.escape(email), "", page)
    return answer.status_code, page


@pytest.fixture
def ann(console):
    account = console.as_(Role.ANALYST).account
    account.set_password(PASSWORD)
    account.save()
    return account


def test_w10_an_unknown_address_is_answered_like_a_wrong_password(console, ann, monkeypatch):
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    asked = []
    encode = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher,
        "encode",
        lambda self, *args, **named: asked.append(1) or encode(self, *args, **named),
    )
    known = refused(console.as_(None), ann.email)
    work = len(asked)
    unknown = refused(console.as_(None), "nobody@example.org")
    assert known == unknown
    assert work == len(asked) - work > 0  # the same time: as many hashes
    assert known[0] == 200


def test_w10_after_some_failures_even_the_right_password_waits(console, ann):
    for _ in range(5):
        refused(console.as_(None), ann.email)
    browser = console.as_(None)
    assert refused(browser, ann.email, PASSWORD)[0] == 200
    assert browser.get("/queue/").status_code == 302
    assert "Too many" in refused(browser, ann.email, PASSWORD)[1]
    from django.core.cache import cache

    cache.clear()  # as after some minutes
    assert refused(browser, ann.email, PASSWORD)[0] == 302


def test_w10_a_flood_of_sign_ins_is_answered_with_429_and_a_page(console):
    browser = console.as_(None)
    answers = [
        browser.post("/sign-in/", {"login": f"p{n}@example.org", "password": ""}) for n in range(40)
    ]
    last = answers[-1]
    assert last.status_code == 429
    assert "Too many tries" in last.content.decode()


def test_w10_codes_of_the_second_factor_cannot_be_guessed_on_and_on(console, ann, totp):
    from allauth.mfa.totp.internal.auth import TOTP

    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(ann, secret)
    browser = console.as_(None)
    assert browser.post("/sign-in/", {"login": ann.email, "password": PASSWORD}).status_code == 302
    for _ in range(5):
        assert browser.post("/me/second-factor/ask/", {"code": "000000"}).status_code == 200
    answer = browser.post("/me/second-factor/ask/", {"code": totp(secret)})
    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "[::1", "x\ty"])
def test_w10_another_host_name_is_refused_with_a_page(console, host):
    answer = Client().get("/sign-in/", HTTP_HOST=host)
    assert answer.status_code == 400
    assert "cannot be understood" in answer.content.decode()
    assert "evil" not in answer.content.decode()


def test_a_session_id_from_before_the_sign_in_is_worth_nothing(console, ann):
    browser = console.as_(None)
    browser.get("/sign-in/")
    session = browser.session
    session["planted"] = "by the attacker"
    session.save()
    planted = session.session_key
    browser.cookies["comity_session"] = planted
    browser.post("/sign-in/", {"login": ann.email, "password": PASSWORD})
    assert browser.get("/queue/").status_code == 200
    assert browser.cookies["comity_session"].value != planted
    thief = Client()
    thief.cookies["comity_session"] = planted
    assert thief.get("/queue/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(console, ann):
    browser = console.as_(None)
    browser.get("/sign-in/")
    browser.post("/sign-in/", {"login": ann.email, "password": PASSWORD})
    session, csrf = browser.cookies["comity_session"], browser.cookies["csrftoken"]
    assert session["httponly"]
    assert csrf["httponly"]
    assert session["samesite"] == "Lax"
    assert csrf["samesite"] == "Strict"
    assert not session["max-age"] or session["max-age"] <= 12 * 3600


def test_next_leads_nowhere_else(console, ann):
    for where in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"):
        browser = console.as_(None)
        answer = browser.post(
            "/sign-in/", {"login": ann.email, "password": PASSWORD, "next": where}
        )
        assert answer.url == "/", where


HEADERS = {
    "Content-Security-Policy": r"default-src '(self|none)'.*frame-ancestors",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin|no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=",
}
ANSWERS = {  # address: (role, status)
    "/": (None, 302),
    "/sign-in/": (None, 200),
    "/healthz": (None, 200),
    "/no-such-page": (None, 404),
    "/static/x/no-such-file": (None, 404),
    "/static/x/comity.css": (None, 200),
    "/welcome/no-such-secret/": (None, 400),
    "/audit/": (Role.AUDITOR, 200),
    "/accounts/": (Role.AUDITOR, 404),
    "/metrics": (None, 200),
    "/fault": (None, 500),
}


@pytest.mark.parametrize(("address", "role", "status"), [(a, *b) for a, b in ANSWERS.items()])
def test_every_answer_carries_its_headers_errors_too(console, address, role, status, monkeypatch):
    browser = console.as_(role)
    if status == 500:
        from comity.web import gate

        monkeypatch.setattr(gate, "role_of", None)  # a fault of ours
        browser.raise_request_exception = False
        address = "/statistics/"
    answer = browser.get(address)
    assert answer.status_code == status
    for name, wanted in HEADERS.items():
        assert re.search(wanted, answer.headers.get(name, "")), name
    policy = dict(
        one.split(" ", 1) for one in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] in ("'self'", "'none'")
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    if address != "/static/x/comity.css":
        assert "no-store" in answer.headers["Cache-Control"]


def test_no_secret_reaches_the_journal(console, ann, totp):
    """W11: passwords, codes, links, addresses typed into the wrong field."""
    administrator = console.as_(Role.ADMINISTRATOR)
    answer = administrator.post(
        "/accounts/invite/", {"email": "carl@example.org", "role": "analyst"}
    )
    link = re.search(r"/welcome/([^/]+)/", answer.content.decode())[1]
    browser = console.as_(None)
    browser.post(f"/welcome/{link}/", {"name": "Carl", "password": "the canary sings at night"})
    page = browser.get("/me/second-factor/app/").content.decode()
    secret = re.search(r'<code id="key">(\w+)</code>', page)[1]
    code = totp(secret)
    browser.post("/me/second-factor/app/", {"code": code})
    codes = re.findall(r"<li><code>(\w+)", browser.get("/me/second-factor/codes/").content.decode())
    refused(console.as_(None), "my-password-in-the-wrong-field@example.org", "canary-password")
    kept = b"\n".join(event.print() for event in console.events()).decode()
    assert codes
    for one in (link, "canary", "sings", secret, f'"{code}"', "wrong-field", "carl@", *codes):
        assert one not in kept, one
