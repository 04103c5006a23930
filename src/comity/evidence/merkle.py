# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of the log: hashing, appending, proofs (RFC 6962 and 9162, section 2.1).

Pure: hashes of subtrees come from a function the caller gives. Verifiers raise VerificationError;
provers raise ValueError, because only our own mistake can ask them for a proof that is not there.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from comity.values.errors import VerificationError

MAX_SIZE = 1 << 63  # leaves; ours, so that a size fits a signed 64-bit column
MAX_PATH = 63  # hashes of an inclusion proof in a tree of MAX_SIZE leaves
EMPTY_ROOT = hashlib.sha256(b"").digest()

# (level, index) → hash of the full subtree over leaves [index << level, (index + 1) << level)
NodeHash = Callable[[int, int], bytes]


def leaf_hash(record: bytes) -> bytes:
    """RFC 9162 section 2.1.1: the 0x00 keeps a leaf from passing as a node."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 section 2.1.1: the 0x01 keeps a node from passing as a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Node:
    """A full subtree: `level` 0 is a leaf."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that appending needs to know of a tree: the roots of its full subtrees, largest first.

    Their sizes are the binary digits of `size`, so 10 million leaves are at most 24 hashes.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size < MAX_SIZE or len(self.roots) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves is not {len(self.roots)} subtrees")

    @classmethod
    def of(cls, size: int, node: NodeHash) -> "Frontier":
        """The frontier of a stored tree."""
        return cls(size, tuple(node(level, start >> level) for start, level in _full(0, size)))

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[Node]]:
        """Append leaf hashes. Also gives each subtree that became full, leaves left out."""
        size, roots, full = self.size, list(self.roots), []
        for leaf in leaves:
            roots.append(leaf)
            level, carry = 0, size
            while carry & 1:
                right = roots.pop()
                roots[-1] = node_hash(roots[-1], right)
                level, carry = level + 1, carry >> 1
                full.append(Node(level, size >> level, roots[-1]))
            size += 1
        return Frontier(size, tuple(roots)), full

    def root(self) -> bytes:
        """The root hash, RFC 9162 section 2.1.1."""
        return _bag(list(self.roots)) if self.roots else EMPTY_ROOT


def _full(start: int, end: int) -> list[tuple[int, int]]:
    """Cut [start, end), with `start` aligned as RFC 9162 does it, into full subtrees."""
    cut = []
    while start < end:
        level = (end - start).bit_length() - 1
        cut.append((start, level))
        start += 1 << level
    return cut


def _bag(roots: list[bytes]) -> bytes:
    """The root over full subtrees, largest first."""
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


def _root(start: int, end: int, node: NodeHash) -> bytes:
    """MTH(D[start:end]) of RFC 9162."""
    return _bag([node(level, at >> level) for at, level in _full(start, end)])


def _split(start: int, end: int) -> int:
    """Where RFC 9162 splits [start, end): after the largest power of two below its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf is at `index` in the tree of `size` leaves."""

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of `old` leaves is the beginning of the tree of `new` leaves."""

    old: int
    new: int
    path: tuple[bytes, ...]


def prove_inclusion(index: int, size: int, node: NodeHash) -> InclusionProof:
    """PATH(m, D[n]) of RFC 9162 section 2.1.3.1."""
    if not 0 <= index < size < MAX_SIZE:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(_root(middle, end, node))
            end = middle
        else:
            path.append(_root(start, middle, node))
            start = middle
    return InclusionProof(index, size, tuple(reversed(path)))


def prove_consistency(old: int, new: int, node: NodeHash) -> ConsistencyProof:
    """PROOF(m, D[n]) of RFC 9162 section 2.1.4.1."""
    if not 0 < old <= new < MAX_SIZE:
        raise ValueError(f"no proof from {old} leaves to {new}")
    path = []
    start, end, known = 0, new, True  # known: the verifier holds the root of [start, old)
    while old < end:
        middle = _split(start, end)
        if old <= middle:
            path.append(_root(middle, end, node))
            end = middle
        else:
            path.append(_root(start, middle, node))
            start, known = middle, False
    if not known:
        path.append(_root(start, end, node))
    return ConsistencyProof(old, new, tuple(reversed(path)))


def verify_inclusion(proof: InclusionProof, leaf: bytes, root: bytes) -> None:
    """RFC 9162 section 2.1.3.2. `leaf` is a leaf hash. Raises VerificationError."""
    index, size, path = proof.index, proof.size, proof.path
    if not 0 < size < MAX_SIZE:
        raise VerificationError(f"inclusion proof: expected a tree size of 1 or more, got {size}")
    if not 0 <= index < size:
        raise VerificationError(f"inclusion proof: expected a leaf below {size}, got {index}")
    inner = (index ^ (size - 1)).bit_length()
    expected = inner + (index >> inner).bit_count()
    if len(path) != expected:
        raise VerificationError(
            f"leaf {index}: expected a proof of {expected} hashes, got {len(path)}"
        )
    _check_lengths(f"leaf {index}", (leaf, root, *path))
    got = leaf
    for level, sibling in enumerate(path[:inner]):
        left = (index >> level) & 1
        got = node_hash(sibling, got) if left else node_hash(got, sibling)
    for sibling in path[inner:]:
        got = node_hash(sibling, got)
    if got != root:
        raise VerificationError(f"leaf {index}: expected root {root.hex()}, got {got.hex()}")


def verify_consistency(proof: ConsistencyProof, old_root: bytes, new_root: bytes) -> None:
    """RFC 9162 section 2.1.4.2. Raises VerificationError."""
    old, new, path = proof.old, proof.new, proof.path
    name = f"consistency of {old} with {new}"
    if not 0 < old <= new < MAX_SIZE:
        raise VerificationError(f"{name}: expected sizes of 1 or more in order, got {old}, {new}")
    if len(path) > 2 * MAX_PATH:
        raise VerificationError(f"{name}: expected at most {2 * MAX_PATH} hashes, got {len(path)}")
    _check_lengths(name, (old_root, new_root, *path))
    if old == new:
        if path:
            raise VerificationError(f"{name}: expected an empty proof, got {len(path)} hashes")
        _same_root(name, new_root, old_root)
        return
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes or not path:
        raise VerificationError(f"{name}: expected a proof, got an empty one")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    from_old = from_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise VerificationError(f"{name}: expected a shorter proof, got {len(path)} hashes")
        if at & 1 or at == last:
            from_old, from_new = node_hash(sibling, from_old), node_hash(sibling, from_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            from_new = node_hash(from_new, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise VerificationError(f"{name}: expected a longer proof, got {len(path)} hashes")
    _same_root(name, old_root, from_old)
    _same_root(name, new_root, from_new)


def _same_root(name: str, expected: bytes, got: bytes) -> None:
    if expected != got:
        raise VerificationError(f"{name}: expected root {expected.hex()}, got {got.hex()}")


def _check_lengths(name: str, hashes: Iterable[bytes]) -> None:
    for value in hashes:
        if len(value) != 32:
            raise VerificationError(f"{name}: expected hashes of 32 bytes, got {len(value)}")
