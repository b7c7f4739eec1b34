"""Finds room for the names of points on a plane, so that no name lies over another or over a point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from thematic.charts.measuring import REGULAR, width_of, wrap

LINE_HEIGHT = 15
_CLEAR, _STEP, _FURTHEST = 9, 13, 9
_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))

Curve = Callable[[float], float]
"""A line across the plane: its height at a place, in points."""

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A rectangle in points: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        aside = self.right <= other.left or other.right <= self.left
        return not (aside or self.top <= other.bottom or other.top <= self.bottom)

    def within(self, other: Box) -> bool:
        across = other.left <= self.left and self.right <= other.right
        return across and other.bottom <= self.bottom and self.top <= other.top

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.bottom < y < self.top


@dataclass(frozen=True)
class Label:
    """A name's lines in their box; `leader` is the end of the line that ties it to its point, where it is far off."""

    lines: Lines
    box: Box
    leader: tuple[float, float] | None


def place(
    names: Sequence[str],
    spots: Sequence[tuple[float, float]],
    area: Box,
    curves: Sequence[Curve] = (),
    weights: Sequence[int] | None = None,
    room: float = 120,
    over: bool = False,
) -> list[Label | None]:
    """A label for each name beside its spot, within the area: near, then crossed by few curves; earlier names first.

    `over` has it stand over its spot where it can, for spots that bear no mark. Names wider than `room`, and those that
    hold line breaks, stand in lines. None where every place near enough is taken.
    """
    markers = [] if over else [Box(x - 7, y - 7, x + 7, y + 7) for x, y in spots]
    placed: list[Label | None] = []
    leaders: list[tuple[float, float]] = []
    for number, (name, spot) in enumerate(zip(names, spots, strict=True)):
        labels = [label.box for label in placed if label]
        free = _Free(area, [*markers, *labels], [*markers[:number], *markers[number + 1 :], *labels], leaders)
        lines = _lines(name, weights[number] if weights else REGULAR, room)
        best = _over(lines, spot, free) if over else None
        best = best or _nearest(lines, spot, curves, free)
        leaders += _along(spot, best) if best else []
        placed.append(best)
    return placed


@dataclass(frozen=True)
class _Free:
    """What a label must keep within and clear of; its leader, of `others`."""

    area: Box
    taken: Sequence[Box]
    others: Sequence[Box]
    leaders: Sequence[tuple[float, float]]

    def takes(self, label: Label, spot: tuple[float, float]) -> bool:
        box = label.box
        if not box.within(self.area) or any(box.meets(other) for other in self.taken):
            return False
        if any(box.holds(*point) for point in self.leaders):
            return False
        return not any(other.holds(*point) for other in self.others for point in _along(spot, label))


@dataclass(frozen=True)
class _Text:
    """A name in lines, and how wide and high they are together."""

    lines: Lines
    width: float
    height: float


def _lines(name: str, weight: int, room: float) -> _Text:
    lines = tuple(line for part in name.split("\n") for line in wrap(part, room, weight))
    return _Text(lines, max(width_of(line, weight) for line in lines), LINE_HEIGHT * len(lines))


def _over(text: _Text, spot: tuple[float, float], free: _Free) -> Label | None:
    (x, y), right, up = spot, text.width / 2, text.height / 2
    label = Label(text.lines, Box(x - right, y - up, x + right, y + up), None)
    return label if free.takes(label, spot) else None


def _nearest(text: _Text, spot: tuple[float, float], curves: Sequence[Curve], free: _Free) -> Label | None:
    for distance in range(_FURTHEST):
        around = [label for label in _ring(text, spot, distance) if free.takes(label, spot)]
        if around:
            return min(around, key=lambda label: sum(_crosses(curve, label.box) for curve in curves))
    return None


def _ring(text: _Text, spot: tuple[float, float], distance: int) -> Iterator[Label]:
    """The labels at a distance from the spot, in every direction, the best ones first."""
    (x, y), width, height = spot, text.width, text.height
    away = _CLEAR + _STEP * distance
    for right, up in _DIRECTIONS:
        left = x + right * away - (0 if right > 0 else width if right < 0 else width / 2)
        bottom = y + up * away - (0 if up > 0 else height if up < 0 else height / 2)
        box = Box(left, bottom, left + width, bottom + height)
        leader = (min(max(x, left), box.right), min(max(y, bottom), box.top)) if distance else None
        yield Label(text.lines, box, leader)


def _crosses(curve: Curve, box: Box) -> bool:
    heights = [curve(box.left), curve((box.left + box.right) / 2), curve(box.right)]
    return min(heights) < box.top and max(heights) > box.bottom


def _along(spot: tuple[float, float], label: Label) -> list[tuple[float, float]]:
    """Points along the leader, close together."""
    if label.leader is None:
        return []
    (x, y), (end_x, end_y) = spot, label.leader
    return [(x + (end_x - x) * part / 12, y + (end_y - y) * part / 12) for part in range(1, 13)]
