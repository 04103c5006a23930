# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: round trips, the specification's shape, and texts that are no checkpoint."""

import base64
import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.checkpoint import MAX_TEXT, Checkpoint, open_checkpoint
from comity.evidence.merkle import MAX_SIZE
from comity.evidence.note import Signer
from comity.values.errors import VerificationError

ROOT = bytes(range(32))
ROOT64 = base64.b64encode(ROOT).decode()
SIGNER = Signer("comity/gb/1", Ed25519PrivateKey.from_private_bytes(bytes(32)))
PLAIN = Checkpoint("comity/gb/1", 20852163, ROOT)

line = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f"))


@given(
    line.filter(lambda text: 0 < len(text) < 200),
    st.integers(0, MAX_SIZE - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(line.filter(bool), max_size=3),
)
def test_what_is_printed_reads_back_and_prints_the_same(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    text = checkpoint.print()
    assert Checkpoint.read(text) == checkpoint
    assert Checkpoint.read(text).print() == text


def test_it_looks_as_the_specification_shows():
    assert PLAIN.print() == f"comity/gb/1\n20852163\n{ROOT64}\n"


def test_a_signed_checkpoint_opens_under_its_own_name_only():
    note = PLAIN.sign(SIGNER)
    assert open_checkpoint(note, "comity/gb/1", [SIGNER.verifier]) == PLAIN
    with pytest.raises(VerificationError, match="expected the log 'comity/kr/1', got"):
        open_checkpoint(note, "comity/kr/1", [SIGNER.verifier])


def test_a_checkpoint_nobody_signed_is_not_read():
    text = PLAIN.print().encode()
    with pytest.raises(VerificationError, match="signature"):
        open_checkpoint(text, "comity/gb/1", [SIGNER.verifier])


REFUSED = {
    "two lines": ("a\n1\n", "three lines"),
    "no last line end": (f"a\n1\n{ROOT64}", "three lines"),
    "empty origin": (f"\n1\n{ROOT64}\n", "expected an origin"),
    "size with a zero in front": (f"a\n01\n{ROOT64}\n", "tree size, got '01'"),
    "size with a sign": (f"a\n+1\n{ROOT64}\n", "tree size, got '+1'"),
    "size of other digits": (f"a\n١\n{ROOT64}\n", "tree size"),
    "size beyond the cap": (f"a\n{MAX_SIZE}\n{ROOT64}\n", "tree size"),
    "size of a thousand digits": ("a\n" + "9" * 1000 + f"\n{ROOT64}\n", "tree size"),
    "short root": ("a\n1\nAAAA\n", "root of 32 bytes"),
    "root spelt another way": (f"a\n1\n{ROOT64[:-2]}9=\n", "root of 32 bytes"),
    "root with a space": (f"a\n1\n{ROOT64} \n", "root of 32 bytes"),
    "empty extension": (f"a\n1\n{ROOT64}\n\nx\n", "empty extension"),
    "too long": (f"a\n1\n{ROOT64}\n" + "x" * MAX_TEXT + "\n", "at most"),
    "nothing": ("", "three lines"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_a_text_that_is_no_checkpoint(text, said):
    with pytest.raises(VerificationError) as refusal:
        Checkpoint.read(text)
    assert said in refusal.value.fact


@given(st.text(max_size=200))
def test_any_text_reads_or_is_refused(text):
    with contextlib.suppress(VerificationError):
        assert Checkpoint.read(text).print() == text
