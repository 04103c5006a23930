# SPDX-License-Identifier: Apache-2.0
"""The tree: published vectors, the RFC's own recursion as oracle, and proofs that must fail."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    ConsistencyProof,
    Frontier,
    InclusionProof,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from comity.values.errors import VerificationError

# The inputs and roots of the Certificate Transparency project's test tree (RFC 6962 hashing).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
HASHES = [leaf_hash(str(number).encode()) for number in range(70)]


def mth(leaves):
    """RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def node(level, index):
    return mth(HASHES[index << level : (index + 1) << level])


def other(hash_):
    return bytes([hash_[0] ^ 1]) + hash_[1:]


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_root_is_that_of_the_published_vectors(size, root):
    frontier, _ = Frontier().extend(leaf_hash(leaf) for leaf in LEAVES[:size])
    assert frontier.root().hex() == root


def test_an_empty_tree_has_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == mth([])


@given(st.integers(0, 70), st.integers(0, 70))
def test_appending_in_two_steps_is_the_whole_tree(a, b):
    a, b = sorted((a, b))
    first, full_a = Frontier().extend(HASHES[:a])
    second, full_b = first.extend(HASHES[a:b])
    assert second.root() == mth(HASHES[:b])
    assert all(n.hash == node(n.level, n.index) for n in full_a + full_b)
    assert Frontier.of(b, node) == second


@given(st.integers(1, 70), st.data())
def test_each_leaf_has_a_proof_that_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, node)
    verify_inclusion(proof, HASHES[index], mth(HASHES[:size]))


@given(st.integers(1, 70), st.integers(1, 70))
def test_a_grown_log_has_a_proof_that_verifies(a, b):
    old, new = sorted((a, b))
    proof = prove_consistency(old, new, node)
    verify_consistency(proof, mth(HASHES[:old]), mth(HASHES[:new]))


@given(st.integers(2, 40), st.data())
def test_e05_any_change_to_an_inclusion_proof_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, node)
    root, leaf = mth(HASHES[:size]), HASHES[index]
    at = data.draw(st.integers(0, len(proof.path) - 1))
    changed = (*proof.path[:at], other(proof.path[at]), *proof.path[at + 1 :])
    bad = [
        (InclusionProof(index, size, changed), leaf, root),
        (InclusionProof(index, size, proof.path[:-1]), leaf, root),
        (InclusionProof(index, size, (*proof.path, leaf)), leaf, root),
        (proof, other(leaf), root),
        (proof, leaf, other(root)),
        (InclusionProof((index + 1) % size, size, proof.path), leaf, root),
    ]
    for proof_, leaf_, root_ in bad:
        with pytest.raises(VerificationError, match=r"expected .* got "):
            verify_inclusion(proof_, leaf_, root_)


H = HASHES[0]
REFUSED = {
    "tree size 0": (InclusionProof(0, 0, ()), "size of 1 or more, got 0"),
    "index is size": (InclusionProof(4, 4, (H, H)), "leaf below 4, got 4"),
    "index below 0": (InclusionProof(-1, 4, (H, H)), "leaf below 4, got -1"),
    "size beyond the cap": (InclusionProof(0, MAX_SIZE, ()), "got 9223372036854775808"),
    "300 steps": (InclusionProof(0, 4, (H,) * 300), "proof of 2 hashes, got 300"),
    "too short": (InclusionProof(0, 4, (H,)), "proof of 2 hashes, got 1"),
    "a hash of 31 bytes": (InclusionProof(0, 2, (H[:31],)), "hashes of 32 bytes, got 31"),
    "another leaf": (InclusionProof(1, 2, (HASHES[1],)), "expected root"),
}


@pytest.mark.parametrize(("proof", "said"), REFUSED.values(), ids=REFUSED)
def test_e05_a_proof_that_proves_nothing_is_refused(proof, said):
    with pytest.raises(VerificationError) as refusal:
        verify_inclusion(proof, H, mth(HASHES[:2]))
    assert said in refusal.value.fact


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_e05_any_change_to_a_consistency_proof_is_refused(a, b, data):
    old, new = sorted((a, b))
    proof = prove_consistency(old, new, node)
    old_root, new_root = mth(HASHES[:old]), mth(HASHES[:new])
    bad = [
        (proof, other(old_root), new_root),
        (proof, old_root, other(new_root)),
        (ConsistencyProof(old, new, (*proof.path, old_root)), old_root, new_root),
    ]
    if proof.path:
        at = data.draw(st.integers(0, len(proof.path) - 1))
        changed = (*proof.path[:at], other(proof.path[at]), *proof.path[at + 1 :])
        bad.append((ConsistencyProof(old, new, changed), old_root, new_root))
        bad.append((ConsistencyProof(old, new, proof.path[:-1]), old_root, new_root))
    for proof_, old_, new_ in bad:
        with pytest.raises(VerificationError, match=r"expected .* got "):
            verify_consistency(proof_, old_, new_)


@pytest.mark.parametrize(
    "proof",
    [
        ConsistencyProof(0, 4, ()),
        ConsistencyProof(4, 3, ()),
        ConsistencyProof(1, MAX_SIZE, ()),
        ConsistencyProof(1, 4, ()),
        ConsistencyProof(1, 4, (H,) * 300),
        ConsistencyProof(1, 2, (H[:5],)),
    ],
)
def test_e05_sizes_and_lengths_that_cannot_be_are_refused(proof):
    with pytest.raises(VerificationError, match=r"expected .* got "):
        verify_consistency(proof, H, H)


def test_a_leaf_cannot_pass_as_a_node():
    assert leaf_hash(H + H) != node_hash(H, H)


def test_asking_for_a_proof_that_cannot_be_is_our_own_mistake():
    for index, size in ((0, 0), (4, 4), (-1, 4)):
        with pytest.raises(ValueError, match="no leaf"):
            prove_inclusion(index, size, node)
    with pytest.raises(ValueError, match="no proof"):
        prove_consistency(0, 4, node)
    with pytest.raises(ValueError, match="subtrees"):
        Frontier(3, (H,))
