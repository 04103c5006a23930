# SPDX-License-Identifier: Apache-2.0
"""A newcomer's day: citizens report in every form, a node takes it in, campaigns emerge."""

import json
import subprocess
import sys

from comity.values.digest import digest_of
from simulator.world import World


def comity(*words: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "comity.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False)


def lines(ran: subprocess.CompletedProcess[bytes]) -> list[dict]:
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_from_citizens_reports_to_campaigns_with_proof(tmp_path):
    world = World(seed=7, size=400)
    reports, truth = tmp_path / "reports", {}
    for report in world.reports():
        path = reports / report.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(report.content)
        truth |= {digest_of(mail.raw): mail.truth for mail in report.mails}
    (tmp_path / "trust.json").write_text(json.dumps(world.trust_json()))
    (tmp_path / "world.mmdb").write_bytes(world.mmdb())
    node = tmp_path / "node"
    words = ("--trust", tmp_path / "trust.json", "--geo", tmp_path / "world.mmdb")
    made = comity("init", "--country", "KR", "--node", node, *words, "--address-policy", "demo")
    assert made.returncode == 0, made.stderr

    receipts = comity("ingest", reports, "--node", node, "--json")
    assert receipts.returncode == 0, receipts.stderr
    assert len(lines(receipts)) > 100

    campaigns = lines(comity("campaigns", "--node", node, "--json"))
    assert campaigns
    largest = lines(comity("campaign", campaigns[0]["id"], "--node", node, "--json"))[0]
    assert largest["size"] == campaigns[0]["size"]
    members = [truth[m["sha256"]] for m in largest["mails"] if m["sha256"] in truth]
    assert len({member.campaign for member in members}) == 1
    for mail in largest["mails"]:
        if mail["sha256"] in truth:
            known = truth[mail["sha256"]]
            assert mail["trace"]["origin"]["ip"] == str(known.origin_ip)
            assert mail["trace"]["origin"]["country"] == known.country
    assert all(len(link["families"]) >= 2 or link["strength"] >= 1 for link in largest["links"])

    picture = tmp_path / "campaign.html"
    drawn = comity("campaign", campaigns[0]["id"], "--node", node, "--html", picture)
    assert drawn.returncode == 0, drawn.stderr
    page = picture.read_text("utf-8")
    assert campaigns[0]["id"] in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")

    checked = lines(comity("fsck", "--node", node, "--json"))[-1]
    assert checked["damaged"] == []
    assert checked["checkpoint"]["size"] == checked["records"] == len(lines(receipts))


def test_the_demo_ends_by_itself_and_says_what_it_did(tmp_path):
    ran = comity("demo", "--json", "--no-wait", "--mails", 120, "--dir", tmp_path / "demo")
    assert ran.returncode == 0, ran.stderr
    steps = {step.pop("step"): step for step in lines(ran)}
    assert list(steps) == ["node", "reports", "analysed", "campaigns", "picture", "fsck"]
    assert steps["analysed"]["origin_right"] == steps["analysed"]["origin_asked"] > 20
    assert steps["campaigns"]["campaigns"] > 2
    assert steps["fsck"]["damaged"] == 0
    assert steps["fsck"]["leaves"] == steps["reports"]["received"]
