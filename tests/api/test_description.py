# SPDX-License-Identifier: Apache-2.0
"""The description in OpenAPI 3.1: kept in the documentation, and true of what is answered."""

from pathlib import Path

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from comity.safeguard.role import Role
from comity.web.api import DESCRIPTION

COPY = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


def test_the_copy_in_the_documentation_is_what_is_served(api):
    served = api.get("/openapi.json").content.decode()
    assert COPY.read_text("utf-8") == served, (
        "docs/reference/openapi.json is another one: is this change wanted? Then put what "
        "/api/v1/openapi.json serves in its place."
    )


def test_it_is_openapi_3_1_and_every_operation_says_its_errors():
    assert DESCRIPTION["openapi"] == "3.1.0"
    for schema in DESCRIPTION["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path, methods in DESCRIPTION["paths"].items():
        for told in methods.values():
            assert {"401", "403", "429", "503"} <= told["responses"].keys(), path
            assert told["security"] == [{"Bearer": []}]
            assert list(told["responses"]["401"]["content"]) == ["application/problem+json"]


@pytest.fixture
def described(api, campaign, monkeypatch):
    """A token for everything, and a node with something to answer."""
    from comity.api import gate

    monkeypatch.setattr(gate, "PER_MINUTE", 1_000_000)
    token = api.token(role=Role.CASE_OFFICER)
    contents = [b"Subject: %d\r\n\r\nBuy\r\n" % number for number in range(3)]
    found = [api.hand_in(one, token.shown).json()["receipts"][0]["sha256"] for one in contents]
    api.analysed(*((mail, "fraud", "GB", 64501) for mail in found))
    api.node.index.replace_campaigns([campaign(*found)], (), api.node.now(), 3)
    return token.shown


schema = schemathesis.openapi.from_dict(DESCRIPTION)
schema.app = get_wsgi_application()
# Some of the wrong requests it draws are right once they are sent: an extra parameter without a
# value vanishes from the address, and our own header takes the place of one that it left out.
schema.config.checks.negative_data_rejection.enabled = False


@schema.parametrize()
@settings(
    max_examples=20, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True,
    database=None,
)  # fmt: skip
def test_what_is_answered_is_what_the_description_says(case, described):
    headers = {"Authorization": f"Bearer {described}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers)
