# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy that speaks HTTPS (`comity serve --https`): forms pass, who asks is known."""

import http.client
import re
import socket
import subprocess
import sys

import pytest

from comity.bootstrap.node import Node

HOST = "comity.example.org"
OWN = {"Host": HOST, "X-Forwarded-For": "198.51.100.7"}


@pytest.fixture
def ask(fast_path):
    """A request as the proxy passes it on."""
    Node.create(fast_path / "node", "GB")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = [sys.executable, "-m", "comity", "serve", "--node", str(fast_path / "node")]
    options = ["--port", str(port), "--https", "--host", HOST, "--json"]
    process = subprocess.Popen([*serve, *options], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline()  # it listens

        def asked(method, address, body=None, headers=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(method, address, body, OWN | (headers or {}))
            answer = connection.getresponse()
            return answer, answer.read().decode()

        yield asked
    finally:
        process.terminate()
        process.wait(10)


def test_a_form_of_our_own_passes_and_one_of_another_site_does_not(ask):
    answer, page = ask("GET", "/sign-in/")
    assert answer.status == 200
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)', page)[1]
    body = f"csrfmiddlewaretoken={token}&login=a%40example.org&password=x"
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie.split(";")[0]}
    for origin, status in ((f"https://{HOST}", 200), (f"http://{HOST}", 403), ("null", 403)):
        answer, _ = ask("POST", "/sign-in/", body, kind | {"Origin": origin})
        assert answer.status == status, origin


def test_the_metrics_are_not_passed_on_and_another_name_is_refused(ask):
    assert ask("GET", "/metrics")[0].status == 404
    assert ask("GET", "/sign-in/", headers={"Host": "evil.example"})[0].status == 400
