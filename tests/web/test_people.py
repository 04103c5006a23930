# SPDX-License-Identifier: Apache-2.0
"""Accounts as people meet them: invitation, second factor, sign-in, change of role, the end."""

import re
from datetime import timedelta

import pytest

from comity.evidence.event import EventKind
from comity.safeguard.role import Role
from comity.values.errors import WrongUse
from comity.web import project

PASSWORD = "a long sentence about nothing"


@pytest.fixture
def strict(console):
    """As in a real node: no page without a second factor."""
    project.start(console.node, hosts=[], secure=False)
    return console


def link_of(administrator, email, role):
    answer = administrator.post("/accounts/invite/", {"email": email, "role": role.value})
    return re.search(r"http://testserver(/welcome/[^/]+/)", answer.content.decode())[1]


def set_up(browser, totp):
    """Sets up the second factor; gives its secret."""
    page = browser.get("/me/second-factor/app/")
    secret = re.search(r'<code id="key">([A-Z2-7]+)</code>', page.content.decode())[1]
    assert browser.post("/me/second-factor/app/", {"code": totp(secret)}).status_code == 302
    return secret


def sign_in(browser, email, password=PASSWORD):
    return browser.post("/sign-in/", {"login": email, "password": password})


def test_from_the_set_up_link_to_an_analyst_who_signs_in(strict, totp):
    from comity.web.serve import prepare  # noqa: F401  # the link is made there
    from comity.work.invite import first_link

    first = strict.as_(None)
    link = f"/welcome/{first_link(strict.node.now())}/"
    assert "Administrator" in first.get(link).content.decode()
    answer = first.post(link, {"name": "Ada", "email": "ada@example.org", "password": PASSWORD})
    assert answer.url == "/me/second-factor/app/"
    assert first.get("/accounts/").url == "/me/second-factor/app/"  # nothing before it
    set_up(first, totp)
    assert first.get("/accounts/").status_code == 200
    codes = first.get("/me/second-factor/codes/").content.decode()
    assert len(re.findall(r"<li><code>", codes)) == 10

    analyst, link = strict.as_(None), link_of(first, "Ann@example.org", Role.ANALYST)
    page = analyst.get(link).content.decode()
    assert "ann@example.org" in page
    assert 'name="email"' not in page  # the invited address wins
    analyst.post(link, {"name": "Ann", "email": "other@example.org", "password": PASSWORD})
    secret = set_up(analyst, totp)
    assert analyst.get("/queue/").status_code == 200
    analyst.post("/me/leave/")
    assert analyst.get("/queue/").status_code == 302
    assert sign_in(analyst, "ann@example.org").url == "/me/second-factor/ask/"
    assert analyst.get("/queue/").status_code == 302  # the password alone opens nothing
    from django.core.cache import cache

    cache.clear()  # a code is taken once; the app would show another half a minute later
    assert analyst.post("/me/second-factor/ask/", {"code": totp(secret)}).url == "/"
    assert analyst.get("/queue/").status_code == 200
    kinds = [event.kind for event in strict.events()]
    assert kinds.count(EventKind.ACCOUNT_MADE) == 2
    assert kinds.count(EventKind.ACCOUNT_INVITED) == 1


def test_a_recovery_code_lets_in_once(strict, totp):
    browser = strict.as_(Role.ANALYST)
    browser.account.set_password(PASSWORD)
    browser.account.save()
    browser.force_login(browser.account)
    set_up(browser, totp)
    page = browser.get("/me/second-factor/codes/").content.decode()
    code = re.search(r"<li><code>([^<]+)</code>", page)[1]
    for answered in ("/", None):
        browser.post("/me/leave/")
        sign_in(browser, browser.account.email)
        answer = browser.post("/me/second-factor/ask/", {"code": code})
        assert getattr(answer, "url", None) == answered


def test_a_link_holds_once_and_for_its_days(console):
    administrator = console.as_(Role.ADMINISTRATOR)
    link = link_of(administrator, "ann@example.org", Role.ANALYST)
    given = {"name": "Ann", "password": PASSWORD}
    assert console.as_(None).post(link, given).status_code == 302
    assert console.as_(None).post(link, given).status_code == 400
    old = link_of(administrator, "bert@example.org", Role.ANALYST)
    from comity.work.models import Invitation

    Invitation.objects.update(expires_at=console.node.now() - timedelta(seconds=1))
    again = console.as_(None).get(old)
    never = console.as_(None).get("/welcome/never-made/")
    assert again.status_code == never.status_code == 400
    assert again.content[-200:] == never.content[-200:]


def test_the_set_up_link_is_the_newest_and_none_is_made_once_there_is_an_account(console):
    from comity.work.invite import SET_UP_VALID, accept, first_link, open_invitation

    now = console.node.now()
    older, newer = first_link(now), first_link(now)
    with pytest.raises(WrongUse, match="does not hold"):
        open_invitation(older, now)
    with pytest.raises(WrongUse, match="does not hold"):
        open_invitation(newer, now + SET_UP_VALID)
    accept(newer, "ada@example.org", "Ada", PASSWORD, now)
    assert first_link(now) is None


def test_of_two_who_open_a_link_at_once_one_gets_the_account(console, monkeypatch):
    from comity.work import invite as invitations
    from comity.work.models import Account, Invitation

    now = console.node.now()
    secret = invitations.invite("", Role.ANALYST, "node", now)
    opened = invitations.open_invitation

    def slow(secret, now):
        found = opened(secret, now)
        Invitation.objects.filter(pk=found.pk).update(used_at=now)  # somebody was quicker
        return found

    monkeypatch.setattr(invitations, "open_invitation", slow)
    with pytest.raises(WrongUse, match="does not hold"):
        invitations.accept(secret, "ada@example.org", "Ada", PASSWORD, now)
    assert not Account.objects.exists()


def test_an_invitation_is_taken_back(console):
    administrator = console.as_(Role.ADMINISTRATOR)
    link = link_of(administrator, "ann@example.org", Role.ANALYST)
    number = re.search(
        r'name="invitation" value="(\d+)"', administrator.get("/accounts/").content.decode()
    )[1]
    administrator.post("/accounts/", {"act": "take-back", "invitation": number})
    assert console.as_(None).get(link).status_code == 400
    assert console.events(EventKind.UNDONE)


WEAK = {"short": "short one", "common": "password1234", "like the name": "Annabel Example"}


@pytest.mark.parametrize("password", WEAK.values(), ids=WEAK)
def test_a_weak_password_is_refused_beside_its_field(console, password):
    link = link_of(console.as_(Role.ADMINISTRATOR), "ann@example.org", Role.ANALYST)
    page = console.as_(None).post(link, {"name": "Annabel Example", "password": password})
    assert page.status_code == 200
    assert 'id="id_password_error"' in page.content.decode()


def test_a_role_is_changed_and_holds_at_once(console):
    administrator, analyst = console.as_(Role.ADMINISTRATOR), console.as_(Role.ANALYST)
    given = {"account": analyst.account.pk, "role": "auditor"}
    administrator.post("/accounts/", given)
    assert analyst.get("/queue/").status_code == 404
    assert analyst.get("/audit/").status_code == 200
    (event,) = console.events(EventKind.ACCOUNT_ROLE)
    assert event.detail == {"before": "analyst", "role": "auditor"}


def test_p04_who_leaves_is_out_at_once_everywhere(console, totp):
    administrator, leaver = console.as_(Role.ADMINISTRATOR), console.as_(Role.ADMINISTRATOR)
    leaver.account.set_password(PASSWORD)
    leaver.account.save()
    leaver.force_login(leaver.account)
    set_up(leaver, totp)
    kept_link = link_of(leaver, "later@example.org", Role.ADMINISTRATOR)
    half = console.as_(None)  # a browser in which only the password was given so far
    assert sign_in(half, leaver.account.email).url == "/me/second-factor/ask/"
    administrator.post("/accounts/", {"account": leaver.account.pk, "act": "end"})
    for address in ("/accounts/", "/statistics/", "/me/second-factor/", "/me/password/"):
        assert leaver.get(address).url.startswith("/sign-in/"), address
    assert half.get("/me/second-factor/ask/").status_code == 302
    assert console.as_(None).get(kept_link).status_code == 400
    answer = sign_in(console.as_(None), leaver.account.email)
    assert answer.status_code == 200  # as for any wrong password
    leaver.account.refresh_from_db()
    assert not leaver.account.is_active  # what tokens of the API are asked by
    assert not leaver.account.has_usable_password()
    assert "ended" in administrator.get("/accounts/").content.decode()
    assert [event.subject for event in console.events(EventKind.ACCOUNT_ENDED)] == [
        str(leaver.account.pk)
    ]


def test_who_comes_back_is_invited_anew_and_who_is_here_is_not(console):
    administrator, ann = console.as_(Role.ADMINISTRATOR), console.as_(Role.ANALYST)
    email = ann.account.email
    given = {"email": email.upper(), "role": "analyst"}
    page = administrator.post("/accounts/invite/", given).content.decode()
    assert "There is an account with this address already" in page
    administrator.post("/accounts/", {"account": ann.account.pk, "act": "end"})
    link = link_of(administrator, email, Role.ANALYST)
    again = console.as_(None)
    again.post(link, {"name": "Ann", "password": PASSWORD})
    assert again.get("/queue/").status_code == 200
    assert ann.get("/queue/").status_code == 302  # the old session stays ended


UNTRUE = {
    "no such account": {"account": "11111111-1111-1111-1111-111111111111", "act": "end"},
    "no id": {"account": "x' or 1=1", "act": "end"},
    "nothing": {},
    "no such invitation": {"act": "take-back", "invitation": "99999999999999999999"},
    "no number": {"act": "take-back", "invitation": "²"},
    "oneself": {"account": "self", "act": "end"},
    "one's own role": {"account": "self", "role": "analyst"},
}


@pytest.mark.parametrize("given", UNTRUE.values(), ids=UNTRUE)
def test_what_cannot_be_done_is_said_and_changes_nothing(console, given):
    from comity.work.models import Account

    administrator = console.as_(Role.ADMINISTRATOR)
    if given.get("account") == "self":
        given = given | {"account": administrator.account.pk}
    before = len(console.events())
    answer = administrator.post("/accounts/", given, follow=True)
    assert 'class="message error"' in answer.content.decode()
    assert len(console.events()) == before
    assert Account.objects.get(pk=administrator.account.pk).role == "administrator"


def test_the_second_factor_is_taken_away_only_by_who_is_still_there(console, totp):
    browser = console.as_(Role.ANALYST)
    set_up(browser, totp)
    session = browser.session
    session["signed_in_at"] -= 3600
    session.save()
    for address in ("app/end/", "codes/", "codes/new/", "codes/file/"):
        answer = browser.get(f"/me/second-factor/{address}")
        assert answer.status_code == 302, address
        assert answer.url.startswith("/me/"), address
        page = browser.get(answer.url).content.decode()
        assert "Is it still you?" in page


def test_a_new_second_factor_and_a_new_password_are_in_the_journal(strict, totp):
    browser = strict.as_(Role.ANALYST)
    set_up(browser, totp)
    added = strict.events(EventKind.ACCOUNT_FACTOR)
    assert {"which": "totp", "became": "added"} in [event.detail for event in added]
    assert {event.actor for event in added} == {str(browser.account.pk)}
    given = {"oldpassword": "x" * 20, "password1": PASSWORD, "password2": PASSWORD}
    assert browser.post("/me/password/", given).status_code == 302
    (changed,) = strict.events(EventKind.ACCOUNT_PASSWORD)
    assert changed.subject == str(browser.account.pk)
    assert PASSWORD not in str(changed)
