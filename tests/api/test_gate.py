# SPDX-License-Identifier: Apache-2.0
"""Who may ask: every operation without a token, with too small a one, with one that ended."""

from pathlib import Path

import pytest

from comity.safeguard.role import Act, Role
from comity.web.api import DESCRIPTION

SAMPLE = {"{sha256}": "0" * 64, "{id}": "c-0"}
OPERATIONS = [
    pytest.param(method.upper(), path.removeprefix("/api/v1"), told["x-comity-scope"],
                 id=told["operationId"])
    for path, methods in DESCRIPTION["paths"].items()
    for method, told in methods.items()
]  # fmt: skip


def _filled(path):
    for name, value in SAMPLE.items():
        path = path.replace(name, value)
    return path


def test_the_walk_knows_every_operation():
    assert len(OPERATIONS) == 8


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_w03_without_a_token_nobody_is_answered(api, method, path, scope):
    for secret in (None, "comity_" + "x" * 43, "x", ""):
        answer = api.ask(method, _filled(path), secret)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_w03_a_token_of_other_scopes_is_refused_and_told_which_it_lacks(api, method, path, scope):
    if scope is None:
        return
    others = [act for act in (Act.TAKE_IN, Act.SEE_QUEUE, Act.SEE_MAIL, Act.SEE_STATISTICS)
              if act.value != scope]  # fmt: skip
    answer = api.ask(method, _filled(path), api.token(*others).shown)
    assert answer.status_code == 403
    assert f'scope="{scope}"' in answer.headers["WWW-Authenticate"]
    assert answer.json()["type"].endswith("#scope")


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_an_ended_token_and_one_of_an_ended_account_end_at_once(api, method, path, scope):
    from comity.work import tokens

    token, other = api.token(), api.token()
    assert api.ask(method, _filled(path), token.shown).status_code != 401
    assert tokens.end(token.owner, token.pk, api.node.now())
    assert api.ask(method, _filled(path), token.shown).status_code == 401
    other.owner.is_active = False
    other.owner.save()
    assert api.ask(method, _filled(path), other.shown).status_code == 401


def test_an_expired_token_is_none(api):
    from datetime import timedelta

    from comity.work.models import Token

    token = api.token()
    Token.objects.filter(pk=token.pk).update(expires_at=api.node.now() - timedelta(seconds=1))
    assert api.get("/me", token.shown).status_code == 401


def test_w03_nobody_ends_the_token_of_somebody_else(api):
    from comity.work import tokens

    token = api.token()
    assert not tokens.end(api.account(), token.pk, api.node.now())
    assert api.get("/me", token.shown).status_code == 200


def test_a_token_never_exceeds_what_its_owners_role_is_now(api):
    token = api.token(Act.SEE_MAIL, Act.SEE_QUEUE)
    token.owner.role = Role.REPORTER_DESK.value
    token.owner.save()
    assert api.get("/me", token.shown).json()["scopes"] == ["see-queue"]
    assert api.get("/mails/" + "0" * 64, token.shown).status_code == 403
    token.owner.role = Role.AUDITOR.value  # may hold no token at all
    token.owner.save()
    assert api.get("/me", token.shown).status_code == 401


def test_w02_the_cookie_of_a_session_opens_nothing(api):
    from django.test import Client

    browser = Client()
    browser.force_login(api.account(), "allauth.account.auth_backends.AuthenticationBackend")
    assert browser.session["_auth_user_id"]
    assert browser.get("/api/v1/mails").status_code == 401
    assert browser.post("/api/v1/reports", b"x", content_type="text/plain").status_code == 401


def test_w11_a_token_in_the_address_is_refused_and_never_said_again(api, caplog):
    secret = api.token().shown
    for address in (
        f"/mails?token={secret}",
        f"/mails?cursor={secret}",
        f"/mails/{secret}",
        f"/nowhere/{secret}",
        f"/mails?x={secret.replace('_', '%5F')}",
        "/mails?access_token=abc",
        "/mails?Access_Token=abc",
    ):
        answer = api.get(address, secret)
        assert answer.status_code == 400, address
        assert answer.json()["type"].endswith("#token-in-address")
        assert secret not in answer.content.decode() + str(answer.headers)
    assert secret not in caplog.text


def test_w11_the_secret_is_nowhere_on_the_disk_and_in_no_log(api, caplog):
    from django.db import connection

    from comity.work.models import Token

    token = api.token()
    with caplog.at_level(0):
        api.get("/me", token.shown)
        api.hand_in(b"", token.shown)
    assert token.shown not in caplog.text
    assert Token.objects.get(pk=token.pk).last_used_at is not None
    work = Path(connection.settings_dict["NAME"])
    files = [*work.parent.glob(work.name + "*"), *api.node.folder.rglob("*")]
    held = b"".join(path.read_bytes() for path in files if path.is_file())
    assert str(token.pk).replace("-", "").encode() in held  # so we looked where it would be
    assert token.shown.encode() not in held


def test_who_asks_too_often_is_told_how_long_to_wait(api, monkeypatch):
    from comity.api import gate

    monkeypatch.setattr(gate, "PER_MINUTE", 3)
    monkeypatch.setattr(gate.time, "time", lambda: 1_000_000.0)
    secret, other = api.token().shown, api.token().shown
    assert [api.get("/me", secret).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = api.get("/me", secret)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["type"].endswith("#too-often")
    assert api.get("/me", other).status_code == 200


def test_what_is_not_there_is_a_problem_in_json_too(api):
    for method, address, status in (
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("DELETE", "/mails", 405),
        ("POST", "/openapi.json", 405),
    ):
        answer = api.ask(method, address, api.token().shown)
        assert answer.status_code == status, address
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert answer.headers["Allow"] == "GET, HEAD"


def test_nobody_piles_up_tokens(api):
    from comity.values.errors import WrongUse
    from comity.work import tokens

    owner = api.account()
    made = [api.token(owner=owner) for _ in range(tokens.MOST)]
    with pytest.raises(WrongUse, match="already"):
        api.token(owner=owner)
    tokens.end(owner, made[0].pk, api.node.now())
    api.token(owner=owner)


def test_an_answer_is_kept_by_no_cache_and_sets_no_cookie(api):
    answer = api.get("/mails", api.token().shown)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
