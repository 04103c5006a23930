# SPDX-License-Identifier: Apache-2.0
"""Every address of the console, asked by every role: only who may, sees it (W03)."""

import pytest
from django.urls import URLResolver, get_resolver

from comity.safeguard.role import Act, may
from comity.web.gate import ASKED

SAMPLE = {
    "secret": "no-such-secret",
    "mark": "x",
    "name": "comity.css",
    "digest": "0" * 64,
    "file": "1" * 64,
    "campaign": "c-0",
}

# What each page takes, written anew here: a page whose act was changed by mistake shows.
TAKES = {
    "": None,
    "queue/": Act.SEE_QUEUE,
    "queue/export.csv": Act.EXPORT_LIST,
    "mail/verdict/": Act.CORRECT,
    "undo/": Act.CORRECT,
    "mail/<digest:digest>/": Act.SEE_MAIL,
    "mail/<digest:digest>/frame/": Act.SEE_MAIL,
    "mail/<digest:digest>/reporter/": Act.REVEAL_REPORTER,
    "mail/<digest:digest>/attachment/<digest:file>/": Act.EXPORT_ATTACHMENT,
    "campaigns/": Act.SEE_QUEUE,
    "campaigns/<str:campaign>/": Act.SEE_QUEUE,
    "campaigns/<str:campaign>/name/": Act.GROUP,
    "campaigns/<str:campaign>/join/": Act.GROUP,
    "campaigns/<str:campaign>/split/": Act.GROUP,
    "statistics/": Act.SEE_STATISTICS,
    "statistics/export.csv": Act.EXPORT_LIST,
    "audit/": Act.SEE_AUDIT,
    "accounts/": Act.MANAGE_ACCOUNTS,
    "accounts/invite/": Act.MANAGE_ACCOUNTS,
    "health/": Act.SEE_HEALTH,
    "me/tokens/": Act.HOLD_TOKEN,
}

ONLY_POST = ("mail/verdict/", "undo/")


def _views(resolver=None, before=""):
    for one in (resolver or get_resolver()).url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _views(one, address)
        else:
            yield address, one.callback


def addresses():
    return [pytest.param(address, view, id=address or "/") for address, view in _views()]


@pytest.mark.parametrize(("address", "view"), addresses())
def test_no_view_is_made_past_the_gate(address, view):
    assert hasattr(view, ASKED), f"{address} is not made by page_of or open_page"


def test_each_page_takes_the_act_that_it_should():
    gated = {address: getattr(view, ASKED) for address, view in _views()}
    assert {address: act for address, act in gated.items() if act or address in TAKES} == TAKES


def _filled(address):
    for name, value in SAMPLE.items():
        for kind in ("str", "path", "digest"):
            address = address.replace(f"<{kind}:{name}>", value)
    return "/" + address


def test_each_role_sees_what_its_acts_allow_and_no_more(console, role):
    browser = console.as_(role)
    for address, view in _views():
        act = getattr(view, ASKED)
        if act is None:
            continue
        answer = browser.get(_filled(address))
        if role is None:
            assert answer.status_code == 302, address
            assert answer.url.startswith("/sign-in/?next=")
        elif may(role, act):
            there = "<" not in address and address not in ONLY_POST
            assert answer.status_code == 200 if there else answer.status_code in (200, 404), address
        else:
            assert answer.status_code == 404, address


def test_an_ended_account_sees_nothing_any_more(console):
    from comity.safeguard.role import Role

    browser = console.as_(Role.ANALYST)
    assert browser.get("/queue/").status_code == 200
    browser.account.is_active = False
    browser.account.save()
    assert browser.get("/queue/").status_code == 302
