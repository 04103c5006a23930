# SPDX-License-Identifier: Apache-2.0
"""A folder of Received chains, as services and servers write them, each with what must come out.

`NAME.eml` is a self-written header, `NAME.json` the trust given and the wanted result.
"""

import json
from pathlib import Path

import pytest

from comity.mime.split import read_header
from comity.trace.addresses import NoAddressData
from comity.trace.find import find
from comity.trace.trace import Trace
from comity.trace.trust import Trust
from comity.values.address import DEMO, PRODUCTION

CORPUS = Path(__file__).parent / "corpus"
CHAINS = sorted(CORPUS.glob("*.eml"))


def trust_of(spec: dict) -> Trust:
    trust = Trust.providers()
    for relay in spec["relays"]:
        trust = trust.with_relay(relay)
    if spec["trust"]:
        trust = trust | Trust.read_json(json.dumps(spec["trust"]))
    return trust


def run(raw: bytes, spec: dict) -> Trace:
    fields, _, _ = read_header(raw)
    policy = DEMO if spec["policy"] == "demo" else PRODUCTION
    return find(fields, trust_of(spec), NoAddressData(), policy)


def outcome(trace: Trace) -> dict:
    return {
        "origin": str(trace.origin.ip) if trace.origin else None,
        "confidence": trace.confidence.value,
        "kind": trace.origin.kind.value if trace.origin else None,
        "standing": "".join(hop.standing.value[0] for hop in trace.hops),
    }


def spec_of(path: Path) -> dict:
    return json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem)
def test_each_chain_gives_its_origin(path):
    spec = spec_of(path)
    assert outcome(run(path.read_bytes(), spec)) == spec["want"]


def test_the_folder_is_not_empty():
    assert len(CHAINS) >= 80


INVENTED = (
    b"Received: from victim.example (victim.example [198.51.100.200]) by %s (Postfix) with ESMTPS"
    b" id FAKE for <me@own.example>; Mon, 24 Nov 2025 09:59:00 +0000\n"
)


def below(raw: bytes, *lines: bytes) -> bytes:
    """The mail with these lines under its last Received line, where a sender can write."""
    head, found, rest = raw.rpartition(b"Received: ")
    if not found:
        return raw
    line, _, more = rest.partition(b"\n")
    return head + b"Received: " + line + b"\n" + b"".join(lines) + more


FOUND = [path for path in CHAINS if spec_of(path)["want"]["origin"]]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_t01_perfect_lines_below_change_nothing(path):
    """Five lines in a row, each by the peer of the one above, the first by the true peer."""
    spec = spec_of(path)
    raw = path.read_bytes()
    true = run(raw, spec)
    assert true.origin is not None and true.boundary is not None
    peer = true.hops[true.boundary].from_host or true.hops[true.boundary].from_name or "x.example"
    names = [peer, "a.bank.example", "b.bank.example", "c.bank.example", "d.bank.example"]
    forged = run(below(raw, *(INVENTED % name.encode() for name in names)), spec)
    assert forged.origin is not None
    assert (forged.origin.ip, forged.boundary) == (true.origin.ip, true.boundary)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_t02_a_line_below_that_names_our_own_host_is_not_vouched(path):
    spec = spec_of(path)
    raw = path.read_bytes()
    true = run(raw, spec)
    for own in {hop.by for hop in true.hops if hop.by and hop.standing == "vouched"}:
        forged = run(below(raw, INVENTED % own.encode()), spec)
        assert forged.origin is not None and true.origin is not None
        assert forged.origin.ip == true.origin.ip
        assert forged.hops[-1].standing in ("claimed", "forged")
