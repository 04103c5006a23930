# SPDX-License-Identifier: Apache-2.0
"""Writes an address table in the MaxMind DB file format, version 2.0.

Source: https://maxmind.github.io/MaxMind-DB/. Only what the world's small table needs: strings,
whole numbers, maps, arrays; an IPv6 tree with IPv4 in ::/96. Not a general writer.
"""

from collections.abc import Iterable, Mapping

from comity.values.address import Network

_MARKER = b"\xab\xcd\xefMaxMind.com"
_STRING, _MAP, _UINT16, _UINT32, _UINT64, _ARRAY = 2, 7, 5, 6, 9, 11

_Node = list["_Node | int | None"]  # two branches: a node, the number of a record, or nothing


class _Whole:
    """A whole number with the type the format wants for it."""

    def __init__(self, number: int, kind: int) -> None:
        self.number, self.kind = number, kind


_Value = str | int | _Whole | list[str] | Mapping[str, "_Value"]


def _control(kind: int, size: int) -> bytes:
    """Control byte(s): type in three bits (extended above 7), size in five, longer as needed."""
    first = kind if kind <= 7 else 0
    extended = b"" if kind <= 7 else bytes([kind - 7])
    if size < 29:
        return bytes([first << 5 | size]) + extended
    if size < 285:
        return bytes([first << 5 | 29]) + extended + bytes([size - 29])
    if size < 65_821:
        return bytes([first << 5 | 30]) + extended + (size - 285).to_bytes(2, "big")
    raise ValueError("longer than this small writer can write")


def _encode(value: _Value) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _control(_STRING, len(text)) + text
    if isinstance(value, int):
        value = _Whole(value, _UINT32)
    if isinstance(value, _Whole):
        digits = value.number.to_bytes((value.number.bit_length() + 7) // 8, "big")
        return _control(value.kind, len(digits)) + digits
    if isinstance(value, list):
        return _control(_ARRAY, len(value)) + b"".join(map(_encode, value))
    pairs = [_encode(key) + _encode(one) for key, one in value.items()]
    return _control(_MAP, len(pairs)) + b"".join(pairs)


def _bits(net: Network) -> str:
    """The prefix as bits of a 128 bit address; IPv4 stands in ::/96."""
    if net.version == 4:
        return "0" * 96 + f"{int(net.network_address):032b}"[: net.prefixlen]
    return f"{int(net.network_address):0128b}"[: net.prefixlen]


def _insert(root: _Node, net: Network, record: int) -> None:
    bits = _bits(net)
    node = root
    for bit in bits[:-1]:
        below = node[int(bit)]
        if below is None:
            below = [None, None]
            node[int(bit)] = below
        if not isinstance(below, list):
            raise ValueError(f"{net} lies inside another range")
        node = below
    if node[int(bits[-1])] is not None:
        raise ValueError(f"{net} overlaps another range")
    node[int(bits[-1])] = record


def _numbered(root: _Node) -> list[_Node]:
    """Nodes in breadth-first order; the place in the list is the node's number."""
    order = [root]
    for node in order:
        order += [below for below in node if isinstance(below, list)]
    return order


def mmdb(
    rows: Iterable[tuple[Network, Mapping[str, str]]], *, name: str, built: int, about: str
) -> bytes:
    """The table as a file. `built` is in seconds since 1970, UTC. Ranges may not overlap."""
    root: _Node = [None, None]
    offsets: dict[bytes, int] = {}
    heap = bytearray()
    for net, record in sorted(rows, key=lambda row: (row[0].version, row[0])):
        encoded = _encode(record)
        if encoded not in offsets:
            offsets[encoded] = len(heap)
            heap += encoded
        _insert(root, net, offsets[encoded])
    order = _numbered(root)
    number = {id(node): at for at, node in enumerate(order)}
    tree = bytearray()
    for node in order:
        for below in node:
            if below is None:
                pointer = len(order)  # nothing known
            elif isinstance(below, int):
                pointer = len(order) + 16 + below
            else:
                pointer = number[id(below)]
            tree += pointer.to_bytes(4, "big")
    head: dict[str, _Value] = {
        "binary_format_major_version": _Whole(2, _UINT16),
        "binary_format_minor_version": _Whole(0, _UINT16),
        "build_epoch": _Whole(built, _UINT64),
        "database_type": name,
        "description": {"en": about},
        "ip_version": _Whole(6, _UINT16),
        "languages": ["en"],
        "node_count": _Whole(len(order), _UINT32),
        "record_size": _Whole(32, _UINT16),
    }
    return bytes(tree) + b"\0" * 16 + bytes(heap) + _MARKER + _encode(head)
