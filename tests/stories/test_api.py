# SPDX-License-Identifier: Apache-2.0
"""A program hands reports in; the machine dies right after the answer. What was answered is there.

A real `comity serve`, killed with SIGKILL, which nothing can prepare for.
"""

import http.client
import json
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from comity.api.intake import MAX_BYTES
from comity.bootstrap.node import Node
from comity.service.fsck import fsck
from comity.values.digest import digest_of

MAKE_TOKEN = """
import sys
from comity.bootstrap.node import Node
from comity.safeguard.role import Act, Role
from comity.web import project
node = Node.open(sys.argv[1])
project.start(node, hosts=[], secure=False)
from comity.work import tokens
from comity.work.models import Account
owner = Account.objects.make("a@example.org", "A", Role.REPORTER_DESK, None)
print(tokens.make(owner, "story", [Act.TAKE_IN], node.now(), 30)[1])
"""

USE_CLIENT = """
import json, sys
from io import BytesIO
from comity_client import AuthenticatedClient
from comity_client.api.default import hand_in, mails, me
from comity_client.types import File
client = AuthenticatedClient(sys.argv[1], token=sys.argv[2])
taken = hand_in.sync(client=client, body=File(BytesIO(b"Subject: x\\r\\n\\r\\nBuy")), name="x.eml")
asked = {"path": taken.receipts[0].path, "scopes": me.sync(client=client).scopes,
         "refused": mails.sync(client=client).status}
print(json.dumps(asked))
"""
DESCRIPTION = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


@pytest.fixture
def served(tmp_path):
    """The address of a node's API, a token, the process, and the node's folder."""
    node = Node.create(tmp_path / "node", "GB")
    made = subprocess.run(
        [sys.executable, "-c", MAKE_TOKEN, node.folder], capture_output=True, text=True, check=True
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "comity.cli", "serve", "--node", node.folder, "--port", "0",
         "--json"],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    address = urllib.parse.urlsplit(json.loads(process.stdout.readline())["url"])
    yield address.netloc, made.stdout.strip(), process, node
    process.kill()
    process.wait()
    process.stdout.close()


def _hand_in(netloc, secret, body):
    asked = http.client.HTTPConnection(netloc, timeout=30)
    headers = {"Authorization": f"Bearer {secret}"}
    asked.request("POST", "/api/v1/reports", body, headers)
    answer = asked.getresponse()
    told = json.loads(answer.read())
    asked.close()
    return answer.status, told


def test_w05_the_real_server_says_what_is_too_large(served):
    netloc, secret, _, node = served
    status, told = _hand_in(netloc, secret, bytes(MAX_BYTES + 1))
    assert (status, told["type"]) == (413, "/api/v1/docs#too-large")
    assert node.archive.size() == 0


def test_a_client_made_from_the_description_works(served, tmp_path):
    """Where the generator is installed: it is no part of Comity."""
    generator = shutil.which("openapi-python-client")
    if generator is None:
        pytest.skip("openapi-python-client is not installed")
    netloc, secret, *_ = served
    made = [generator, "generate", "--path", DESCRIPTION, "--output-path", tmp_path / "made"]
    subprocess.run(made, check=True, capture_output=True)
    python = Path(generator).with_name("python")
    ran = subprocess.run(
        [python, "-c", USE_CLIENT, f"http://{netloc}", secret],
        cwd=tmp_path / "made", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(ran.stdout) == {"path": "x.eml", "scopes": ["take-in"], "refused": 403}


def test_what_was_answered_with_202_outlives_a_kill(served):
    netloc, secret, process, node = served
    mails = [f"Subject: {number}\r\n\r\nBuy\r\n".encode() for number in range(5)]
    status, told = _hand_in(netloc, secret, iter([mails[0][:9], mails[0][9:]]))  # chunked
    assert (status, told["receipts"][0]["sha256"]) == (202, digest_of(mails[0]))
    for mail in mails[1:]:
        status, told = _hand_in(netloc, secret, mail)
        assert status == 202
    process.kill()
    process.wait()
    for mail in mails:
        assert node.archive.read(digest_of(mail)) == mail
    with node.writer():  # mends what the kill left half done
        pass
    assert not fsck(node).damaged
    assert node.archive.size() == len(mails)
