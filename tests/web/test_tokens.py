# SPDX-License-Identifier: Apache-2.0
"""The page of one's own tokens: shown once, never more than one's role, ended at once."""

import re
from datetime import timedelta

import pytest

from comity.evidence.event import EventKind
from comity.safeguard.role import Role

PAGE = "/me/tokens/"
GIVEN = {"name": "intake <b>", "scopes": ["take-in", "see-queue"], "days": "30"}


def _secret(answer):
    found = re.search(r'value="(comity_[\w-]{43})"', answer.content.decode())
    return found and found[1]


def _asks(secret):
    from django.test import Client

    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})


def test_a_token_is_shown_once_and_works(console):
    from comity.work.models import Token

    browser = console.as_(Role.ANALYST)
    answer = browser.post(PAGE, GIVEN)
    secret = _secret(answer)
    assert _asks(secret).json()["scopes"] == ["see-queue", "take-in"]
    again = browser.get(PAGE).content.decode()
    assert secret not in again
    assert "intake &lt;b&gt;" in again
    [event] = console.events(EventKind.TOKEN_MADE)
    assert event.actor == str(browser.account.pk)
    assert event.detail == {"scopes": ["take-in", "see-queue"], "days": 30}
    token = Token.objects.get(owner=browser.account)
    assert token.expires_at - token.made_at == timedelta(days=30)


def test_an_ended_token_works_no_more(console):
    browser = console.as_(Role.ANALYST)
    secret = _secret(browser.post(PAGE, GIVEN))
    page = browser.get(PAGE).content.decode()
    token = re.search(r'name="token" value="([\w-]+)"', page)[1]
    stranger = console.as_(Role.ANALYST)
    stranger.post(PAGE, {"act": "end", "token": token})
    assert _asks(secret).status_code == 200
    browser.post(PAGE, {"act": "end", "token": token})
    assert _asks(secret).status_code == 401
    [event] = console.events(EventKind.TOKEN_ENDED)
    assert event.subject == token


@pytest.mark.parametrize(
    "change",
    [{"scopes": ["see-mail"]}, {"scopes": ["manage-accounts"]}, {"scopes": []}, {"days": "9999"},
     {"name": ""}, {"days": ""}],
    ids=str,
)  # fmt: skip
def test_no_token_beyond_ones_role_or_without_end(console, change):
    answer = console.as_(Role.REPORTER_DESK).post(PAGE, GIVEN | change)
    assert _secret(answer) is None
    assert b'role="alert"' in answer.content
    assert not console.events(EventKind.TOKEN_MADE)


def test_no_token_without_its_event_in_the_journal(console, monkeypatch):
    from comity.store.journal import JournalStore
    from comity.values.errors import TryLater
    from comity.work.models import Token

    def away(self, event):
        raise TryLater("the disk is full")

    browser = console.as_(Role.ANALYST)
    monkeypatch.setattr(JournalStore, "append", away)
    assert browser.post(PAGE, GIVEN).status_code == 503
    assert not Token.objects.exists()


def test_the_list_of_operations_is_open_and_has_every_one(console):
    page = console.as_(None).get("/api/v1/docs").content.decode()
    for address in ("POST /api/v1/reports", "GET /api/v1/mails/{sha256}", "GET /api/v1/me"):
        assert address in page
    assert 'id="token-in-address"' in page
    assert "<script>" not in page
    assert "style=" not in page


def test_the_page_is_found_from_ones_own_account_by_who_may_hold_tokens(console):
    assert PAGE in console.as_(Role.ANALYST).get("/me/second-factor/").content.decode()
    assert PAGE not in console.as_(Role.AUDITOR).get("/me/second-factor/").content.decode()
