# SPDX-License-Identifier: Apache-2.0
"""A small grammar of sentences: `{Dear|Hello} $first, your {parcel|packet} waits.`

`{a|b}` is a choice, `$name` a slot or a named list, `$$` a dollar sign. A campaign *settles* a
grammar: it makes most choices once and leaves some open, so that its mails differ by a word or a
sentence, as those of real campaigns do. Knows nothing of mail.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.dice import Dice


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that a value fills when the text is said."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple["Node", ...]


Node = str | Slot | Choice | tuple["Node", ...]
Fill = Mapping[str, Callable[[Dice], str]]

_TOKEN = re.compile(r"\$\$|\$([a-z_]+)|[{}|]")


def parse(text: str, lists: Mapping[str, Node] | None = None) -> Node:
    """Read one line of grammar. Raises ValueError for an unclosed or stray brace."""
    known = lists or {}
    stack: list[list[list[Node]]] = [[[]]]  # open choices; each: options; each: nodes
    at = 0
    for token in _TOKEN.finditer(text):
        if token.start() > at:
            stack[-1][-1].append(text[at : token.start()])
        at = token.end()
        mark = token[0]
        if mark == "$$":
            stack[-1][-1].append("$")
        elif mark == "{":
            stack.append([[]])
        elif mark == "}":
            if len(stack) == 1:
                raise ValueError(f"a }} without {{ in {text[:60]!r}")
            options = stack.pop()
            stack[-1][-1].append(Choice(tuple(_joined(one) for one in options)))
        elif mark == "|":
            if len(stack) == 1:
                stack[-1][-1].append("|")
            else:
                stack[-1].append([])
        else:
            stack[-1][-1].append(known.get(token[1], Slot(token[1])))
    if len(stack) != 1:
        raise ValueError(f"a {{ is never closed in {text[:60]!r}")
    stack[-1][-1].append(text[at:])
    return _joined(stack[-1][-1])


def _joined(nodes: list[Node]) -> Node:
    """One node: neighbours of plain text become one, a lone node stands for itself."""
    flat: list[Node] = []
    for node in nodes:
        for part in node if isinstance(node, tuple) else (node,):
            if isinstance(part, str) and flat and isinstance(flat[-1], str):
                flat[-1] += part
            elif part != "":
                flat.append(part)
    if not flat:
        return ""
    return flat[0] if len(flat) == 1 else tuple(flat)


def settle(node: Node, dice: Dice, fixed: Mapping[str, str], open_share: float) -> Node:
    """Make the choices that a campaign makes once. Of an open choice two or three options stay."""
    if isinstance(node, str):
        return node
    if isinstance(node, Slot):
        return fixed.get(node.name, node)
    if isinstance(node, Choice):
        first = int(dice.random() * len(node.options))
        if len(node.options) > 1 and dice.random() < open_share:
            keep = [
                node.options[(first + step) % len(node.options)]
                for step in range(min(len(node.options), dice.upto(2, 3)))
            ]
            return Choice(tuple(settle(one, dice, fixed, open_share) for one in keep))
        return settle(node.options[first], dice, fixed, open_share)
    return _joined([settle(one, dice, fixed, open_share) for one in node])


def say(node: Node, dice: Dice, fill: Fill) -> str:
    """The text, with all choices made and all slots filled. Raises KeyError for a slot unknown."""
    if isinstance(node, str):
        return node
    if isinstance(node, Slot):
        return fill[node.name](dice)
    if isinstance(node, Choice):
        return say(node.options[int(dice.random() * len(node.options))], dice, fill)
    return "".join([say(one, dice, fill) for one in node])
