# SPDX-License-Identifier: Apache-2.0
"""Makes an account of every role, with a second factor and signed in; prints a session of each.

A process of its own: the node that it opens is that of the console under test.
Use: python make_people.py FOLDER-OF-THE-NODE
"""

import json
import sys

from comity.bootstrap.node import Node
from comity.safeguard.role import Role
from comity.web import project

PASSWORD = "a long sentence about nothing"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def main(folder):
    project.start(Node.open(folder), hosts=["localhost"], secure=False)
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.test import Client

    from comity.work.models import Account

    PBKDF2PasswordHasher.iterations = 1_000  # nobody signs in with these passwords
    people = {}
    for role in Role:
        name = role.value.replace("-", " ").title() + " Example"
        account = Account.objects.make(f"{role.value}@example.org", name, role, PASSWORD)
        TOTP.activate(account, SECRET)
        RecoveryCodes.activate(account)
        browser = Client()
        browser.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        session = browser.cookies["comity_session"].value
        people[role.value] = {"id": str(account.pk), "name": name, "session": session}
    print(json.dumps(people))


if __name__ == "__main__":
    main(sys.argv[1])
