# SPDX-License-Identifier: Apache-2.0
"""The API of one node, asked as a program would ask it."""

import itertools
import json

import pytest

from comity.bootstrap.node import Node
from comity.category.assessment import Label
from comity.safeguard.role import Role
from comity.service.index import catch_up
from comity.service.ports import Analysed

_names = itertools.count()


class Api:
    """Calls with a token; `secret` None: without."""

    def __init__(self, node):
        self.node = node

    def account(self, role=Role.ANALYST):
        from comity.work.models import Account

        number = next(_names)
        return Account.objects.make(f"a{number}@example.org", f"A {number}", role, None)

    def token(self, *scopes, role=Role.ANALYST, owner=None):
        from comity.work import tokens

        owner = owner or self.account(role)
        wanted = scopes or tokens.scopes_of(Role(owner.role))
        made, secret = tokens.make(owner, "test", wanted, self.node.now(), 30)
        made.shown = secret
        return made

    def ask(self, method, address, secret=None, **more):
        from django.test import Client

        headers = more.pop("headers", {})
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        return Client().generic(method, f"/api/v1{address}", headers=headers, **more)

    def get(self, address, secret=None, **more):
        return self.ask("GET", address, secret, **more)

    def hand_in(self, content, secret, address="/reports", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(
            "POST", address, secret, data=content, headers=named,
            content_type=named.pop("Content-Type", "message/rfc822"),
        )  # fmt: skip

    def analysed(self, *lines):
        """Fill the index as the analysis would: (mail's digest, label, country, asn)."""
        catch_up(self.node)
        for mail, label, country, asn in lines:
            entry = self.node.index.first_reporting(mail)
            line = {
                "path": "x.eml",
                "sha256": mail,
                "form": "eml",
                "report": {"reporter": "citizen@example.org", "claims": {"To": "c"}, "reasons": [],
                           "carrier": {"ip": "192.0.2.7"}},
                "trace": {"origin": {"ip": "192.0.2.1", "asn": asn, "country": country,
                                     "network": "Example"}},
                "category": {"label": label},
                "message": {"date": "2026-11-24T05:00:00+00:00"},
            }  # fmt: skip
            answer = [Analysed(json.dumps(line).encode(), None)]
            self.node.index.save([(entry, answer)], self.node.now(), entry.leaf + 1)

    def events(self, kind):
        found = [one[1] for one in self.node.journal.events()]
        return [event for event in found if event.kind is kind]


@pytest.fixture(scope="session")
def _tables(tmp_path_factory):
    """The tables of the work database, made once a run: they outlive the node of a test."""
    from comity.web import project

    node = Node.create(tmp_path_factory.mktemp("tables") / "node", "GB")
    project.start(node, hosts=[], secure=False)


@pytest.fixture
def api(fast_path, _tables, monkeypatch):
    from comity.web import project

    node = Node.create(fast_path / "node", "GB")
    monkeypatch.setattr(project, "APPS", ())
    project.start(node, hosts=[], secure=False)
    yield Api(node)
    from django.core.cache import cache
    from django.db import connection, transaction

    from comity.work.models import Account

    cache.clear()
    with transaction.atomic():
        Account.objects.all().delete()
    connection.close()


@pytest.fixture
def campaign():
    """A campaign of these mails, as a clustering would find it."""
    from comity.campaign.campaign import Campaign, LinkProof

    def make(*mails):
        link = LinkProof(mails[0], mails[-1], {"text": 1.0}, 1.0, ("The same text.",))
        return Campaign("c-" + mails[0][:12], tuple(sorted(mails)), (link,))

    return make


LABELS = tuple(Label)
