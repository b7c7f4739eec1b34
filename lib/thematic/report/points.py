"""Turns the released figures of a report into its main points: four to six sentences on what moved or stands out.

A figure that did not move and does not stand out is silent. The first measure of the theme always speaks, and one
sentence names the first indicators without a significant change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thematic.displays import Points
from thematic.displays.drivers import in_words
from thematic.displays.glance import worth_of
from thematic.displays.wording import FEW_IN_SHARES, before, inline, listed, of_how_many
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.measures.references import references_of
from thematic.measures.references import standing as beside_reference
from thematic.report.beside import is_ratio
from thematic.report.clauses import sentences
from thematic.report.contrasts import differs, level, units_that_moved
from thematic.report.subjects import Subject, subjects_of
from thematic.stats.verdict import STABLE

MOST, MOST_MOVED, MOST_SILENT = 6, 3, 3
"""Of sentences on figures, of measures that speak first because they moved, and of those named as not significant."""
STANDS_OUT, APART = 3, 2
"""What a total that stands out without a significant change scores, and what it scores beside that where a unit moved
and the force did not, or the force and the unit did not."""


@dataclass(frozen=True)
class _Said:
    """A sentence, and how soon it is left out where there are too many: the largest rank first."""

    text: str
    rank: int


def main_points(data: ReportData, figures: Figures) -> Points:
    """The sentences, what moved significantly first; in an area's own report its first measure and its level first.

    A percentage that moved significantly takes along the next one of its section that moved for the same good or ill.
    """
    found = list(subjects_of(data, figures))
    order = _in_order(data, figures, found)
    beside = _pairs(data, [each for each in order if each.figure.significant])
    order = [each for each in order if each not in beside.values()]
    first, moved = found[0], [each for each in order if each.figure.significant]
    said: list[_Said] = []
    for each in order:
        speaks = each is first or each in moved[:MOST_MOVED]
        for place, sentence in enumerate(sentences(data, figures, each, each is first, beside.get(each.name))):
            said.append(_Said(sentence, place + (0 if speaks else 2)))
        if each is first and (own := level(data, figures, first)):
            said.append(_Said(own, 1))
    last = _silent(found, data, {*(each.name for each in order), *(each.name for each in beside.values())})
    return Points("Main points", [*_kept(said, MOST - len(last)), *last, *_overdue(data)])


def _in_order(data: ReportData, figures: Figures, found: Sequence[Subject]) -> list[Subject]:
    """The measures that have something to say: what moved significantly by its size, the first, the rest by score."""
    first, others = found[0], found[1:]
    moved = sorted((each for each in found if each.figure.significant), key=lambda each: (-each.size, each.place))
    scored = [(score, each) for each in others if each not in moved and (score := _score(data, figures, each))]
    rest = [each for _, each in sorted(scored, key=lambda pair: (-pair[0], -pair[1].size, pair[1].place))]
    if data.area.is_force:
        return [*moved, *([first] if first not in moved else []), *rest]
    return [first, *(each for each in [*moved, *rest] if each is not first)]


def _pairs(data: ReportData, moved: Sequence[Subject]) -> dict[str, Subject]:
    """By the name of a percentage that moved significantly, the next of its section that is as good, or as bad."""
    pairs: dict[str, Subject] = {}
    taken: set[str] = set()
    for place, each in enumerate(moved):
        if each.name in taken:
            continue
        for other in moved[place + 1 :]:
            if other.name not in taken and _go_together(data, each, other):
                pairs[each.name] = other
                taken |= {each.name, other.name}
                break
    return pairs


def _go_together(data: ReportData, each: Subject, other: Subject) -> bool:
    """Whether two percentages stand in one section, and both have become better or both worse; of ratios to one
    number, such as outcomes of two kinds for each crime recorded, whether both rose or both fell."""
    worth = [worth_of(one.figure.trend or "", one.measure.polarity) for one in (each, other)]
    together = any({each.name, other.name} <= set(section.measures) for section in data.theme.sections.values())
    points = each.figure.change_unit == other.figure.change_unit == "pp"
    alike = worth[0] == worth[1] and worth[0] in ("favourable", "unfavourable")
    return points and together and (alike or _rest_on_one_number(data, each, other))


def _rest_on_one_number(data: ReportData, each: Subject, other: Subject) -> bool:
    """Whether two percentages are ratios to the same number that moved the same way."""
    ratios = is_ratio(data, each.name) and is_ratio(data, other.name)
    same = each.measure.denominator == other.measure.denominator
    return ratios and same and (each.figure.change or 0) * (other.figure.change or 0) > 0


def _kept(said: Sequence[_Said], room: int) -> list[str]:
    """As many sentences as there is room for, those that are left out last, in their order."""
    by_rank = sorted(range(len(said)), key=lambda place: (said[place].rank, place))
    return [said[place].text for place in sorted(by_rank[:room])]


def _score(data: ReportData, figures: Figures, each: Subject) -> int:
    """How much a figure that did not move significantly has to say."""
    score = 0
    chart = figures.charts.get(each.name)
    if chart is not None and (chart.run is not None or chart.outside[-1] is not None):
        score = STANDS_OUT
    for reference in references_of(data, each.name):
        found = beside_reference(data, each.name, each.figure, reference) if reference.is_target else None
        if found is not None and found.significant:
            score = STANDS_OUT
    if units_that_moved(data, figures, each.name):
        score = STANDS_OUT + APART
    return score + (APART if differs(figures, each) else 0)


def _silent(found: Sequence[Subject], data: ReportData, told: set[str]) -> list[str]:
    """One sentence on the first indicators that did not change significantly, three at most."""
    section = next(iter(data.theme.sections.values()), None)
    names = [
        f"{inline(each.measure.short)} ({_in_passing(each)})"
        for each in found
        if section is not None
        and each.name in section.measures
        and each.name not in told
        and each.figure.significant is False
        and each.figure.value is not None
    ]
    return [f"Not statistically significant: {listed(names[:MOST_SILENT])}."] if names else []


def _in_passing(each: Subject) -> str:
    """The value with what it is of, and the one before where it differs: `56%, after 73%`."""
    said, earlier = of_how_many(each.figure, each.measure), before(each.figure, each.measure)
    few = each.measure.unit == "percent" and (each.figure.denominator or 0) < FEW_IN_SHARES
    still = few or each.figure.trend == STABLE or each.figure.previous_value is None or bool(earlier.status)
    return said if still else f"{said}, after {earlier.printed()}"


def _overdue(data: ReportData) -> list[str]:
    """In an internal report of the force, how many of the theme's recommendations were overdue at the period's end."""
    known = data.params.recommendations.get(data.theme_name, ())
    late = [each for each in known if each.overdue(data.period.last_day)]
    if not late or not data.area.is_force or data.rounding is not None:
        return []
    if len(known) == 1:
        return [f"The one recommendation is overdue ({late[0].reference}, {late[0].owner})."]
    named = "; ".join(f"{each.reference}, {each.owner}" for each in late[:MOST_SILENT])
    more = f"; {in_words(len(late) - MOST_SILENT)} more" if len(late) > MOST_SILENT else ""
    verb = "is" if len(late) == 1 else "are"
    return [f"Of {in_words(len(known))} recommendations, {in_words(len(late))} {verb} overdue ({named}{more})."]
