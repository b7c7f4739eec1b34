"""The measures of a report that its main points may speak of, each with its total and what its change is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thematic.measures.data import ReportData
from thematic.measures.drivers import Driver, drivers
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import plainness
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, TOTAL


@dataclass(frozen=True)
class Subject:
    """A measure with its total, what its change is made of, and its place in the theme, and whether it
    is one of the theme's first section; in an area's own report also the force's figure."""

    place: int
    name: str
    measure: Measure
    figure: Figure
    made_of: Sequence[Driver]
    force: Figure | None = None
    is_main: bool = False

    @property
    def subject(self) -> str:
        return self.measure.subject or self.measure.title

    @property
    def size(self) -> float:
        return plainness(self.figure)

    @property
    def opposes(self) -> bool:
        """Whether the area went the other way than the force, and one of the two did so significantly."""
        if self.force is None or self.force.significant is None or self.figure.significant is None:
            return False
        against = (self.force.change or 0) * (self.figure.change or 0) < 0
        return against and (self.force.significant or self.figure.significant)


def subjects_of(data: ReportData, figures: Figures) -> Iterator[Subject]:
    """The measures that have a total, the first of the first section first; of a count and its rates, and of rates of
    one count (or of counts that are the same, such as over two censuses), the first."""
    section = next(iter(data.theme.sections.values()), None)
    names = [*(section.measures if section else ()), *data.theme.measures]
    counted = [data.measure(name).numerator for name in names if data.measure(name).unit == "count"]
    same: set[tuple[float | None, float | None]] = set()
    place = 0
    for name in dict.fromkeys(names):
        measure = data.measure(name)
        is_rate = measure.unit in RATE_SIZES
        if not figures.of(name, TOTAL) or (is_rate and measure.numerator in counted):
            continue
        figure = figures.one(name)
        if is_rate:
            counted.append(measure.numerator)
            if (numbers := (figure.numerator, figure.earlier_numerator)) in same and figure.numerator:
                continue
            same.add(numbers)
        is_main = section is not None and name in section.measures
        force = None if data.area.is_force else next(iter(figures.of(name, FORCE_ROW)), None)
        yield Subject(place, name, measure, figure, drivers(data, figures, name), force, is_main)
        place += 1
