# SPDX-License-Identifier: Apache-2.0
"""Runs the console: waitress answers, on this machine only unless the operator says otherwise."""

import secrets
from collections.abc import Callable

from comity.bootstrap.node import Node
from comity.safeguard.role import Role
from comity.values.errors import ServiceAway
from comity.web import project

LOOPBACK = ("127.0.0.1", "::1")
THREADS = 8  # ours: SQLite reads side by side, and an officer's page takes some ms


def prepare(node: Node, host: str, *, secure: bool) -> str | None:
    """Set up; gives the secret of a set-up link as long as nobody has an account."""
    project.start(node, hosts=sorted({host, "localhost", "127.0.0.1", "[::1]"}), secure=secure)
    from comity.work.invite import first_link  # tables can be imported only now

    return first_link(node.now())


def prepare_demo(node: Node) -> tuple[str, str]:
    """A console to look at: an account for each job, all with one new password. (names, password)

    Without second factor, which the log says: for a node of simulated mail only.
    """
    project.start(
        node, hosts=["localhost", "127.0.0.1", "[::1]"], secure=False, second_factor=False
    )
    from comity.work.models import Account

    password = secrets.token_urlsafe(9)
    roles = (Role.ANALYST, Role.CASE_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
    for role in roles:
        Account.objects.make(f"{role}@example.org", role.value.capitalize(), role, password)
    return ", ".join(f"{role}@example.org" for role in roles), password


def serve(address: str, port: int, ready: Callable[[int], None]) -> None:
    """Answer until interrupted. `ready` hears the port that was taken. Raises ServiceAway."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    options: dict[str, object] = {"clear_untrusted_proxy_headers": True}
    if settings.SESSION_COOKIE_SECURE:  # a proxy speaks HTTPS for us: links and forms are of it
        options["url_scheme"] = "https"
        if address in LOOPBACK:  # only then is it sure that the proxy says who asks
            options |= {"trusted_proxy": address, "trusted_proxy_headers": {"x-forwarded-for"}}
    try:
        server = create_server(
            get_wsgi_application(),
            host=address,
            port=port,
            threads=THREADS,
            ident="comity",
            max_request_body_size=64 << 20,
            **options,
        )
    except OSError as error:
        raise ServiceAway(
            f"port {port} of {address} cannot be taken: {error.strerror}",
            "Choose another one: --port 8081",
        ) from error
    ready(server.effective_port)
    server.run()
