# SPDX-License-Identifier: Apache-2.0
"""Signed notes: the published example, a round trip, and notes that must not open."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.note import MAX_NOTE, Signer, Verifier, open_note
from comity.values.errors import VerificationError

# The example of golang.org/x/mod/sumdb/note, which the C2SP specification grew from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)


def signer(name="comity/gb/1", seed=1):
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


A, B = signer(), signer("comity/kr/1", 2)
NOTE = A.sign("hello\n\nworld\n")


def test_a_note_made_by_another_implementation_opens():
    opened = open_note(GO_NOTE.encode(), [Verifier.read(GO_KEY)])
    assert opened.signers == ("PeterNeumann",)
    assert opened.text == GO_NOTE.split("\n\n")[0] + "\n"


def test_a_key_reads_and_prints_back():
    assert Verifier.read(GO_KEY).print() == GO_KEY
    assert Verifier.read(A.verifier.print()) == A.verifier


text = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n"))


@given(text)
def test_what_was_signed_is_what_opens(words):
    opened = open_note(A.sign(words + ".\n"), [A.verifier, B.verifier])
    assert (opened.text, opened.signers, opened.others) == (words + ".\n", (A.verifier.name,), ())


def test_a_second_signature_is_named_and_proves_nothing_by_itself():
    both = NOTE + B.sign("hello\n\nworld\n").split(b"\n\n")[-1]
    assert open_note(both, [A.verifier]).others == (B.verifier.name,)
    assert open_note(both, [B.verifier]).others == (A.verifier.name,)
    assert set(open_note(both, [A.verifier, B.verifier]).signers) == {"comity/gb/1", "comity/kr/1"}


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_no_changed_bit_opens_as_another_text(at, bit):
    changed = bytearray(NOTE)
    changed[at] ^= 1 << bit
    try:
        opened = open_note(bytes(changed), [A.verifier])
    except VerificationError:
        return
    assert opened.text == "hello\n\nworld\n"


IMPOSTOR = signer(seed=3)
REFUSED = {
    "signed by nobody we trust": (B.sign("x\n"), "expected a signature by comity/gb/1"),
    "our name, another key": (IMPOSTOR.sign("x\n"), "expected a signature by comity/gb/1"),
    "another text under our signature": (
        NOTE.replace(b"world", b"earth"),
        "expected a signature by comity/gb/1, got one that fails",
    ),
    "too long": (b"x" * (MAX_NOTE + 1), f"at most {MAX_NOTE} bytes"),
    "not UTF-8": (b"\xff\n\n" + NOTE, "expected UTF-8"),
    "a carriage return": (b"x\r\n\n" + NOTE, "no control characters"),
    "no signature": (b"hello\n", "empty line and signatures"),
    "only signatures": (b"\n\n" + NOTE.split(b"\n\n")[-1], "empty line and signatures"),
    "empty": (b"", "empty line and signatures"),
    "no end": (NOTE[:-1], "empty line and signatures"),
    "a line that is no signature": (NOTE + b"hello\n", "expected a signature line"),
    "not base64": ("x\n\n— comity/gb/1 ä\n".encode(), "base64 signature by comity/gb/1"),
    "four bytes": ("x\n\n— comity/gb/1 AAAAAA==\n".encode(), "base64 signature by"),
    "many signatures": (NOTE + NOTE.split(b"\n\n")[-1] * 100, "at most 100 signatures"),
}


@pytest.mark.parametrize(("note", "said"), REFUSED.values(), ids=REFUSED)
def test_a_note_that_must_not_open(note, said):
    with pytest.raises(VerificationError) as refusal:
        open_note(note, [A.verifier])
    assert said in refusal.value.fact


@given(st.binary(max_size=300))
def test_any_bytes_open_or_are_refused(content):
    for note in (content, b"x\n\n" + content, NOTE + content):
        try:
            open_note(note, [A.verifier])
        except VerificationError:
            continue


KEY = base64.b64encode(b"\x01" + bytes(32)).decode()


@pytest.mark.parametrize(
    "vkey", ["", "a+b", "a+00000000+!", f"a+00000000+{KEY}", f"a b+00000000+{KEY}", "x" * 600]
)
def test_a_key_that_cannot_be_is_refused(vkey):
    with pytest.raises(ValueError, match=r"expected|not a key"):
        Verifier.read(vkey)


def test_only_whole_lines_are_signed():
    with pytest.raises(ValueError, match="line end"):
        A.sign("no end")
