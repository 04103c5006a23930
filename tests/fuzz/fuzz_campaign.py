# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: fingerprint, campaigns and picture of any two mails.

Run: python tests/fuzz/fuzz_campaign.py -max_total_time=60
"""

import sys

from comity.campaign.find import cluster
from comity.campaign.fingerprint import fingerprint
from comity.campaign.picture import MemberFacts, print_campaign_html
from comity.campaign.table import ROW, pack
from comity.message.read import read
from comity.trace.addresses import NoAddressData
from comity.trace.find import find
from comity.trace.trust import Trust
from comity.values.address import DEMO

TRUST = Trust.providers()


def one(data: bytes) -> None:
    """Nothing raises, rows keep their size, and order of arrival does not matter."""
    half = len(data) // 2
    messages = [read(raw) for raw in (data, data[:half], data[half:])]
    prints = [fingerprint(m, find(m.fields, TRUST, NoAddressData(), DEMO)) for m in messages]
    assert {len(pack(found)) for found in prints} == {ROW.itemsize}
    campaigns = cluster(prints)
    assert campaigns == cluster(prints[::-1])
    facts = [MemberFacts(m.digest, m.date, m.subject, str(m.from_)) for m in messages]
    for campaign in campaigns:
        html = print_campaign_html(campaign, facts)
        assert "<script" not in html.lower()


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
