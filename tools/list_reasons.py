# SPDX-License-Identifier: Apache-2.0
"""Writes docs/reference/reasons.md from the rule data, so that the page cannot fall behind.

Run: python tools/list_reasons.py. A test compares the page with what this would write.
"""

import sys
from pathlib import Path

from comity.category.model import load
from comity.category.rules import LABELS, Rule

PAGE = Path(__file__).parent.parent / "docs/reference/reasons.md"

FACTS = {
    "account-brand": "the name is of a bank, payment service, wallet or authority",
    "advertising-label": "the subject begins with a label such as (광고), 広告, ADV:",
    "archive-attachment": "an archive or disk image is attached",
    "attached-page": "a web page is attached",
    "attached-page-acts": "an attached web page holds a form, script, or unpacks itself",
    "attachment": "a file is attached (pictures inside the page not counted)",
    "attachment-disguised": "a file name with a double or reordered ending",
    "attachment-macro": "an attached document holds macros or an embedded object",
    "attachment-runs": "an attached file, or one in an attached archive, is a program or script",
    "auto-submitted": "Auto-Submitted other than no (RFC 3834)",
    "bitcoin-word": "bitcoin or another coin is named",
    "brand-imitated": "it speaks as a known name, and neither sender nor links are that name's",
    "brand-in-foreign-host": "a link's host contains a known name and is not its own",
    "brand-in-from": "a known name stands in the From name or address",
    "brand-in-subject": "a known name stands in the subject",
    "brand-owns-links": "all links are the named brand's own",
    "brand-owns-sender": "the From domain is the named brand's own",
    "carrier-brand": "the name is of a carrier of parcels",
    "coin-address": "an address for payments in coins stands in it",
    "coin-sum": "a sum of bitcoin or another coin",
    "crypto-brand": "the name is of a crypto service",
    "delivery-report": "multipart/report, or X-Failed-Recipients",
    "discussion-list": "List-Post, Mailing-List, or list fields together with an answer",
    "document-attachment": "a document, archive or page is attached",
    "donation-page": "a link leads to a known service for gifts and petitions",
    "form": "the mail itself holds a form",
    "free-host": "a link leads to a place where anybody can put pages",
    "free-mail-sender": "the From address is a free mailbox",
    "free-service-sender": "the From domain sends mail for anybody",
    "has-way-in": "a link, form, attached page or QR code through which a reader can be led",
    "has-web-link": "a link to a web page that a reader can follow",
    "head-idea": "an idea of the phrase lists stands in the From name or subject",
    "hidden-text": "text that readers cannot see",
    "inline-picture": "a picture inside the page",
    "language-known": "the text is in a language that the phrase lists speak",
    "link-deceitful": "a link with look-alike letters, a name before @, a bare number, or code",
    "link-not-as-shown": "a link shows one address and leads to another",
    "link-shown-as-file": "a link's shown text is a file name or size, its address is no file",
    "link-to-server-name": "a link's host is the technical name of a line or rented server",
    "link-to-program": "a link ends in the name of a program or archive",
    "links-foreign": "no link leads to the sender's own domain",
    "links-of-sender": "all links lead to the sender's own domain",
    "links-of-sender-vouched": "the same, and a trusted host has confirmed that domain",
    "little-text": "a picture and hardly any text",
    "locked-archive": "an attached archive is locked with a password",
    "machine-sender": "MAILER-DAEMON, postmaster or the empty return path",
    "many-domains": "links to eight domains or more",
    "money-big": "a sum of a million or more",
    "name-is-other-domain": "the From name is a domain or address other than the sender's",
    "no-link": "no link that a reader can follow",
    "no-sender-domain": "no readable From domain",
    "odd-archive": "an archive of a kind that people seldom send (rar, iso, ace, …)",
    "page-link": "an HTML page with a link",
    "percent": "a percentage",
    "phone-number": "a telephone number (looked for beside words of a charge)",
    "picture-attachment": "a picture is attached",
    "picture-only": "pictures and hardly a word",
    "price": "a price",
    "qr-code": "a QR code that leads somewhere",
    "reply-elsewhere": "Reply-To is of another domain than From",
    "reply-thread": "it quotes an earlier mail, or answers on a list",
    "reply-to-free-mail": "Reply-To is a free mailbox and not the From address",
    "sender-fails": "a trusted host recorded that DMARC failed",
    "sender-forged": "the From domain is the brand's, but no link is and nobody vouches for it",
    "sender-vouched": "a trusted host recorded that SPF, DKIM or DMARC passed for the From domain",
    "shortener": "a link goes through a shortener",
    "speech-beside-wares": "words of speech stand beside at most three times as many of wares",
    "speech-outweighs": "words of speech outnumber those of wares",
    "split-words": "words are cut by characters that nobody sees",
    "state-brand": "the name is of an authority",
    "text-empty": "fewer than 25 characters of text",
    "text-short": "fewer than 40 words",
    "tracker": "a header field or subject of a system for tasks or faults (Bugzilla, cron, …)",
    "trusted-brand": "the name is of a service where readers have accounts",
    "list-unsubscribe": "List-Unsubscribe (RFC 2369)",
}

HEAD = """# Reasons of a category

Written by `tools/list_reasons.py` from `src/comity/category/data/rules.toml`; do not edit by hand.
Each reason in `category.reasons` has one of these codes, a sentence, where it applies a span
(`subject`, `from`, `text`: characters), and a weight: the log-odds it adds for the label said.
"Strong" reasons can carry an accusation; how the decision is made:
[how the category is found](../explanation/category.md).

Beside the rules there are two reasons of the decision itself: `protected-speech` (a cause is
protected, and what that took from the accusing labels) and `words` (what the statistical model
adds or takes, at most 1.0).

"""


def weights(rule: Rule) -> str:
    return ", ".join(f"{LABELS[at]} {weight:+.1f}" for at, weight in rule.weights)


def page() -> str:
    model = load()
    out = [HEAD]
    for label in ("phishing", "fraud", "malware", "commercial", "other", "non-commercial"):
        rows = [rule for rule in model.rules.rules if LABELS[rule.main] == label]
        out.append(
            f"## Mainly for or against {label}\n\n"
            "| code | says | strong | weights |\n|---|---|---|---|\n"
        )
        out += [
            f"| `{rule.code}` | {rule.text} | {'yes' if rule.strong else ''} | {weights(rule)} |\n"
            for rule in rows
        ]
        out.append("\n")
    rest = [rule for rule in model.rules.rules if LABELS[rule.main] == "undetermined"]
    out.append("## For undetermined\n\n| code | says | weights |\n|---|---|---|\n")
    out += [f"| `{rule.code}` | {rule.text} | {weights(rule)} |\n" for rule in rest]
    out.append("\n## Facts that rules can ask for\n\n")
    out.append(
        "Besides these: every idea of `data/phrases/*.txt` and every group of the rule file.\n\n"
    )
    out.append("| fact | holds when |\n|---|---|\n")
    out += [f"| `{name}` | {FACTS[name]} |\n" for name in sorted(FACTS)]
    out.append(
        "\n## Whether the sending machine looks taken over\n\n"
        "`zombie-direct-from-access` (yes); `zombie-through-service`, `zombie-own-server`, "
        "`zombie-rented-server` (no);\n`zombie-no-origin`, `zombie-origin-doubtful`, "
        "`zombie-logged-in`, `zombie-kind-unknown` (undetermined).\n"
    )
    return "".join(out)


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
