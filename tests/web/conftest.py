# SPDX-License-Identifier: Apache-2.0
"""A console on a node of its own, and people of every role who are signed in."""

import base64
import hmac
import itertools
import struct
import time

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
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from comity.web import project

    PBKDF2PasswordHasher.iterations = 1_000  # else each account of a test takes a third of a second
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


def code_of(secret):
    """The six digits that an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@pytest.fixture
def totp():
    return code_of
