"""What changed between two versions, to look at: words added and removed inside the structure of the newer text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from binder.content.markup import LIST_PARTS, Node, leaves, parsed, shown, words

__all__ = ["BlockChange", "Change", "Marks", "blocks_difference", "difference"]

MOST_WORK = 12_000_000
"""Pairs of words that one difference may compare; a text that would take more is shown as replaced, part by part."""
MOST_PARTS = 400
"""Pairs of neighbouring parts that are looked at for likeness."""
ALIKE = 0.4
"""Share of common words from which one part counts as the other, changed."""


@dataclass(frozen=True)
class Marks:
    """What is said, for those who do not see colours and lines, before what was added and what was removed."""

    added: str = ""
    removed: str = ""


def difference(old_html: str, new_html: str, marks: Marks = Marks()) -> Markup:  # noqa: B008 - frozen
    """`new_html` with `<ins>` around what is new, and what is gone in `<del>`.

    Without the `<del>` elements its text is the new one, without the `<ins>` elements the old one. Both are cleaned HTML;
    ids do not stay, so that two differences may stand on one page.
    """
    work = _Work(marks)
    return Markup("".join(work.parts(parsed(old_html), parsed(new_html))))  # noqa: S704 - made of cleaned parts


class _Work:
    """One difference being made; it never takes long."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.left = MOST_WORK

    def _affordable(self, old: Sequence[object], new: Sequence[object]) -> bool:
        self.left -= len(old) * len(new)
        return self.left >= 0

    def parts(self, old: Sequence[Node], new: Sequence[Node]) -> Iterator[str]:
        """Siblings: the same ones stay, like ones are looked into, the others come or go."""
        was, now = [node.key for node in old], [node.key for node in new]
        start = 0
        while start < min(len(was), len(now)) and was[start] == now[start]:
            yield shown(new[start])
            start += 1
        end = 0
        while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
            end += 1
        yield from self._middle(old[start : len(old) - end], new[start : len(new) - end])
        yield from map(shown, new[len(new) - end :])

    def _middle(self, old: Sequence[Node], new: Sequence[Node]) -> Iterator[str]:
        was, now = [node.key for node in old], [node.key for node in new]
        if not self._affordable(was, now):
            yield from self._all("del", old)
            yield from self._all("ins", new)
            return
        for _, i, i_end, j, j_end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
            if was[i:i_end] == now[j:j_end]:
                yield from map(shown, new[j:j_end])
            else:
                yield from self._replaced(old[i:i_end], new[j:j_end])

    def _replaced(self, old: Sequence[Node], new: Sequence[Node]) -> Iterator[str]:
        at_old = at_new = 0
        for i, j in _like(old, new):
            yield from self._all("del", old[at_old:i])
            yield from self._all("ins", new[at_new:j])
            yield from self._changed(old[i], new[j])
            at_old, at_new = i + 1, j + 1
        yield from self._all("del", old[at_old:])
        yield from self._all("ins", new[at_new:])

    def _changed(self, old: Node, new: Node) -> Iterator[str]:
        yield new.start
        if old.is_leaf and new.is_leaf:
            yield from self._words(leaves(old), leaves(new))
        else:
            yield from self.parts(old.blocks, new.blocks)
        yield new.end

    def _words(self, old: Sequence[Node], new: Sequence[Node]) -> Iterator[str]:
        was, now = [node.key for node in old], [node.key for node in new]
        if not self._affordable(was, now):
            yield self._run("del", old)
            yield self._run("ins", new)
            return
        for kept, i, i_end, j, j_end in _runs(old, new):
            if kept:
                yield shown(*new[j:j_end])
            else:
                yield self._run("del", old[i:i_end])
                yield self._run("ins", new[j:j_end])

    def _run(self, tag: str, nodes: Sequence[Node]) -> str:
        """Words one after another, all added or all removed."""
        if all(node.is_space for node in nodes):
            return shown(*nodes) if tag == "ins" else ""
        mark = self.marks.added if tag == "ins" else self.marks.removed
        said = Markup('<span class="visually-hidden">{} </span>').format(mark) if mark else ""
        return f"<{tag}>{said}{shown(*nodes)}</{tag}>"

    def _all(self, tag: str, nodes: Sequence[Node]) -> Iterator[str]:
        """Whole parts, all added or all removed: the mark stands around the words inside, where it may stand."""
        for node in nodes:
            if node.is_leaf:
                yield f"{node.start}{self._run(tag, leaves(node))}{node.end}"
            elif node.is_whole:
                if node.name not in LIST_PARTS:
                    yield self._run(tag, [node])
                elif tag == "ins":
                    yield shown(node)
            else:
                yield "".join((node.start, *self._all(tag, node.blocks), node.end))


def _runs(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[bool, int, int, int, int]]:
    """(kept, where) of runs of words; what is kept between two changes and says nothing is part of the change."""
    matcher = SequenceMatcher(None, [node.key for node in old], [node.key for node in new])
    opcodes = [(tag == "equal", i, i_end, j, j_end) for tag, i, i_end, j, j_end in matcher.get_opcodes()]
    merged: list[tuple[bool, int, int, int, int]] = []
    for number, (kept, i, i_end, j, j_end) in enumerate(opcodes):
        inside = 0 < number < len(opcodes) - 1
        if kept and inside and not any(node.says for node in new[j:j_end]):
            kept = False
        if merged and not kept and not merged[-1][0]:
            _, i, _, j, _ = merged.pop()
        merged.append((kept, i, i_end, j, j_end))
    return iter(merged)


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    common = sum((old & new).values())
    return 2 * common / max(1, old.total() + new.total())


def _like(old: Sequence[Node], new: Sequence[Node]) -> list[tuple[int, int]]:
    """Which parts are others, changed: pairs of places, rising in both."""
    if len(old) == len(new) == 1 and _same_kind(old[0], new[0]):
        likeness = _likeness(Counter(words(old[0])), Counter(words(new[0])))
        return [(0, 0)] if likeness >= ALIKE / 2 or not (old[0].is_leaf and new[0].is_leaf) else []
    if len(old) * len(new) > MOST_PARTS:
        return [
            (place, place)
            for place, (one, other) in enumerate(zip(old, new, strict=False))
            if _same_kind(one, other)
        ]
    was, now = [Counter(words(node)) for node in old], [Counter(words(node)) for node in new]
    best: list[list[float]] = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[0.0] * len(new) for _ in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            if _same_kind(old[i], new[j]):
                likeness = _likeness(was[i], now[j])
                like[i][j] = likeness if likeness >= ALIKE else 0.0
            paired = best[i + 1][j + 1] + like[i][j] if like[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _same_kind(old: Node, new: Node) -> bool:
    """Whether one may be the other, changed: an element of the same name, and not one that is shown as a whole."""
    return old.name == new.name and not (old.is_whole or new.is_whole)


class Change(StrEnum):
    """What became of a block."""

    KEPT = "kept"
    CHANGED = "changed"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class BlockChange:
    """A block in both versions; one that was moved may be changed, too."""

    change: Change
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None

    @property
    def id(self) -> str:
        """The block's id."""
        block = self.new or self.old or {}
        return str(block["id"])


def blocks_difference(
    old_blocks: Sequence[Mapping[str, Any]], new_blocks: Sequence[Mapping[str, Any]]
) -> list[BlockChange]:
    """What became of each block, in the newer order; a removed one stands behind those it stood behind."""
    old, new = {it["id"]: it for it in old_blocks}, {it["id"]: it for it in new_blocks}
    resting = _longest_rising([list(new).index(id) for id in old if id in new])
    places = list(new)
    stay = {places[place] for place in resting}
    result: list[BlockChange] = []
    removed_behind = _removed_behind(old, new)
    result += [BlockChange(Change.REMOVED, old[gone], None) for gone in removed_behind.get("", ())]
    for id, block in new.items():
        if id not in old:
            result.append(BlockChange(Change.ADDED, None, block))
        elif id not in stay:
            result.append(BlockChange(Change.MOVED, old[id], block))
        else:
            same = old[id] == block
            result.append(BlockChange(Change.KEPT if same else Change.CHANGED, old[id], block))
        result += [BlockChange(Change.REMOVED, old[gone], None) for gone in removed_behind.get(id, ())]
    return result


def _removed_behind(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    """Id of a block that stayed, or empty → the removed ones that stood right behind it."""
    behind: dict[str, list[str]] = {}
    last = ""
    for id in old:
        if id in new:
            last = id
        else:
            behind.setdefault(last, []).append(id)
    return behind


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """A longest rising run among different numbers: what need not have moved."""
    ends: list[int] = []
    before: list[int] = []
    for number, value in enumerate(numbers):
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if numbers[ends[middle]] < value else (low, middle)
        before.append(ends[low - 1] if low else -1)
        ends[low : low + 1] = [number]
    run, at = [], ends[-1] if ends else -1
    while at >= 0:
        run.append(numbers[at])
        at = before[at]
    return run[::-1]
