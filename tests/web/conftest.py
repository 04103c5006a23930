# SPDX-License-Identifier: Apache-2.0
"""A console on a node of its own, and people of every role who are signed in."""

import itertools

import pytest

from comity.bootstrap.node import Node
from comity.safeguard.role import Role

_names = itertools.count()


class Console:
    """The console of one node, asked as a browser would ask it."""

    def __init__(self, node):
        self.node = node

    def as_(self, role):
        """A browser in which somebody of this role is signed in; None: nobody."""
        from django.test import Client

        from comity.work.models import Account

        browser = Client()
        if role is not None:
            number = next(_names)
            account = Account.objects.make(f"p{number}@example.org", f"P {number}", role, "x" * 20)
            browser.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
            browser.account = account
        return browser

    def events(self, kind=None):
        found = [one[1] for one in self.node.journal.events()]
        return [event for event in found if kind is None or event.kind is kind]


@pytest.fixture
def console(fast_path):
    from comity.web import project

    node = Node.create(fast_path / "node", "GB")
    project.start(node, hosts=[], secure=False, second_factor=False)
    yield Console(node)
    from django.core.cache import cache
    from django.db import connection, transaction

    from comity.work.models import Account, Invitation

    cache.clear()  # counts of refused sign-ins
    with transaction.atomic():
        Invitation.objects.all().delete()
        Account.objects.all().delete()
    connection.close()


@pytest.fixture(params=[*Role, None], ids=lambda role: role.value if role else "nobody")
def role(request):
    return request.param
