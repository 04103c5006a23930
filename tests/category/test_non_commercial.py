# SPDX-License-Identifier: Apache-2.0
"""Speech is never accused for what it says: self-written mails in many languages, also loud ones.

Political, religious, charitable and personal mail, club and list mail: with capital letters,
urgency, links to donation pages, and the marks of mass mail.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.category.assessment import Label
from comity.category.decide import decide
from comity.category.rules import ACCUSING
from comity.message.link import read as read_link
from comity.message.read import read

CORPUS = sorted((Path(__file__).parent / "corpus/non-commercial").glob("*.eml"))
FOOT = (
    "\n\nUnsubscribe | View in browser | Privacy policy. "
    "You are receiving this email because you subscribed. Click here to be removed."
)


def test_the_corpus_is_large_and_speaks_many_languages():
    assert len(CORPUS) >= 60
    assert len({path.stem.split("-")[1] for path in CORPUS}) >= 8


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_speech_is_non_commercial(path, model, no_trace):
    said = decide(read(path.read_bytes()), no_trace, model)
    assert said.label is Label.NON_COMMERCIAL, (said.probabilities, said.reasons)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_speech_is_not_accused_for_being_loud(path, model, no_trace):
    quiet = read(path.read_bytes())
    loud = replace(quiet, text=quiet.text.upper() + "!!!", subject=f"URGENT!!! {quiet.subject}")
    said = decide(loud, no_trace, model)
    assert said.label not in ACCUSING, said.reasons


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_speech_is_not_accused_for_being_sent_to_many(path, model, no_trace):
    mail = read(path.read_bytes())
    links = tuple(
        read_link(f"https://click{n}.mailer.example/c/{n}", "read more") for n in range(20)
    )
    bulk = replace(
        mail,
        text=mail.text + FOOT,
        links=(*mail.links, *links),
        list_unsubscribe="<https://mailer.example/u>",
    )
    said = decide(bulk, no_trace, model)
    assert said.label not in ACCUSING, said.reasons
