# SPDX-License-Identifier: Apache-2.0
"""Honest senders: shops, parties, charities, churches, firms with receipts, and persons.

Loud mail is among them on purpose: whoever judges by tone will accuse it.
"""

import re
from dataclasses import replace

from simulator.dice import Dice, dice
from simulator.grammar import say
from simulator.letters import Letter, letters, lists
from simulator.mailers import HONEST
from simulator.mailing import Identity, Mailing, settled
from simulator.plans import (
    LANGUAGE_SHARES,
    LOCALS,
    PATHS,
    charset,
    fixed_words,
    skin,
    slug,
    spread,
    target_size,
)
from simulator.senders import Way, domain, fleet

# What goes out to many; the other letters of these labels are one person's to another.
_BULK = frozenset(
    "newsletter political religious charity press union community petition university news".split()
)

_BY_HAND = (1, 3, 5)  # the skins that mail programs make


def _bulk_letter(label: str, tongue: str, house: Dice, issue: Dice) -> Letter:
    """A letter of the house's own trade, which stays from issue to issue."""
    known = [one for one in letters(label, tongue) if one.subtype in _BULK]
    trade = house.pick(known).subtype
    return issue.pick([one for one in known if one.subtype == trade])


def house(seed: int, number: int, issue: int, median: int) -> Mailing:
    """One issue of an honest bulk sender: a shop, a party, a charity, a church, a paper."""
    h = dice(seed, "house", number)
    label = "commercial" if number % 2 == 0 else "non-commercial"
    tongue = spread(LANGUAGE_SHARES, seed + 3, number)
    company = say(lists(tongue)["company" if label == "commercial" else "org"], h, {})
    own = domain(h)
    sending = fleet(Way.BULK if h.chance(0.75) else Way.OFFICE, h)
    look = skin(h, target_size(h, int(median * 1.3)), company)
    mailer, form = h.pick(HONEST), h.pick(("html", "alternative", "alternative", "plain"))
    list_id = h.word(6)
    d = dice(seed, "house", number, issue)
    letter = _bulk_letter(label, tongue, h, d)
    fixed = fixed_words(letter, None, company, d)
    return Mailing(
        name=f"n-{number}-{issue}",
        actor=f"house-{number}",
        label=letter.label,
        subtype=letter.subtype,
        brand=None,
        wanted=True,
        fleets=(sending,),
        drafts=(settled(letter, d, fixed, 0.0),),
        identity=Identity(company, (own,), h.pick(("news", "hello", "office", "info")), None),
        mailers=(mailer,),
        skin=look,
        form=form,
        charset="utf-8",
        landing=(own,),
        path=f"read/{issue}",
        attachment=None,
        seed=d.getrandbits(32),
        fixed=fixed,
        mutation=frozenset({"links"}),
        list_id=list_id,
    )


def _daemon(own: str) -> Identity:
    return Identity("Mail Delivery System", (own,), "MAILER-DAEMON", None)


def receipts(seed: int, number: int, median: int) -> Mailing:
    """A firm's automatic mails, each for one customer: no campaign."""
    d = dice(seed, "firm", number)
    tongue = d.weighted(LANGUAGE_SHARES)
    letter = d.pick(letters("other", tongue) or letters("other", "en"))
    # Never a real brand: from a name under .example that would be an imitation.
    company = say(lists(letter.language)["company"], d, {})
    own = f"{slug(company, d)}.example"
    bounce = letter.subtype == "bounce"
    fixed = fixed_words(letter, None, company, d)
    return Mailing(
        name=None,
        actor=f"firm-{number}",
        label="other",
        subtype=letter.subtype,
        brand=None,
        wanted=True,
        fleets=(fleet(Way.BULK if d.chance(0.7) else Way.OFFICE, d),),
        drafts=(settled(letter, d, fixed, 0.0),),
        identity=_daemon(own) if bounce else Identity(company, (own,), d.pick(LOCALS), None),
        mailers=(d.pick(HONEST),),
        skin=skin(d, target_size(d, median), company),
        form="plain" if bounce else d.pick(("html", "alternative", "plain")),
        charset=charset(tongue, d),
        landing=(own,),
        path=d.pick(PATHS),
        attachment=None,
        seed=d.getrandbits(32),
        fixed=fixed,
        mutation=frozenset({"links"}),
    )


def personal(seed: int, index: int, median: int) -> Mailing:
    """A mail that one person wrote to another."""
    d = dice(seed, "person", index)
    tongue = d.weighted(LANGUAGE_SHARES)
    known = letters("non-commercial", tongue)
    letter = d.pick([one for one in known if one.subtype not in _BULK])
    sending = fleet(Way.MAILBOX if d.chance(0.75) else Way.OFFICE, d)
    own = sending.domains[0] if sending.domains else sending.operators[0].domain
    on_list, server = letter.subtype == "list", fleet(Way.BULK, d)
    fixed = fixed_words(letter, None, "", d)
    local = re.sub(r"[^a-z]", "", fixed["person"].lower()) or d.word(7)
    attached = (d.pick(("pdf", "ics")), f"{d.word(5)}{d.upto(1, 99)}") if d.chance(0.1) else None
    return Mailing(
        name=None,
        actor=None,
        label=letter.label,
        subtype=letter.subtype,
        brand=None,
        wanted=True,
        fleets=(server if on_list else sending,),
        drafts=(settled(letter, d, fixed, 0.0),),
        identity=Identity(fixed["person"], (own,), local, None),
        mailers=(d.pick(HONEST),),
        skin=replace(skin(d, target_size(d, median // 3), ""), form=d.pick(_BY_HAND)),
        form="plain" if on_list else d.pick(("plain", "plain", "alternative", "html")),
        charset=charset(tongue, d),
        landing=server.domains if on_list else (domain(d),),
        path="photo",
        attachment=attached,
        seed=d.getrandbits(32),
        fixed=fixed,
        mutation=frozenset(),
        list_id=d.word(6) if on_list else None,
        list_host=server.domains[0] if on_list else None,
    )
