"""Serves the analyst at work in a report's notebook: its figures as DataFrames, for charts of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NoReturn

import pandas as pd

from thematic.charts.own import Draw
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, Sentence
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.measures.release import released
from thematic.params.reading import close_to
from thematic.params.themes import TOTAL
from thematic.report import compared, made, own_charts, recipes, tidy, titles
from thematic.report.asked import HEIGHT, Asked
from thematic.report.beside import measure_named


class Colours(dict[str, str]):
    """Colours by name."""

    def __missing__(self, name: str) -> NoReturn:
        """Raises ArgumentsRefused for a colour that has no name here."""
        fix = (
            f"There are {', '.join(self)}. A colour of your own is written as '#b03060'; a dark page leaves it as it is"
        )
        raise ArgumentsRefused(f"report.palette has no '{name}'. {fix}.")


class OpenFigures:
    """What a report gives an analyst to work with."""

    data: ReportData

    @cached_property
    def figures(self) -> Figures:
        """Every released figure of the report, grain measure x dimension x category."""
        return released(self.data)

    def __getattr__(self, name: str) -> NoReturn:
        """Raises AttributeError, with the name that was meant, for what a report does not have."""
        known = [each for each in dir(type(self)) if not each.startswith("_")]
        close = "" if name.startswith("_") else close_to(name, dict.fromkeys(known, ""))
        raise AttributeError(f"There is no report.{name}." + (f" Did you mean report.{close}?" if close else ""))

    @property
    def palette(self) -> dict[str, str]:
        """The colours for charts by name, the force's own where it has some (params/brand.yaml).

        `main` is for what is talked about, `second`, `third` and `fourth` for further parts, `context` for the rest,
        `ink` for words and lines, `grid` and `shade` for what is behind them, `paper` for the ground. A chart in these
        follows a page on a dark ground.

        >>> sns.barplot(units, x="value", y="label", color=report.palette["main"])
        """
        return Colours(self.data.params.brand.look.palette.of_charts)

    def table(
        self,
        measures: str | Sequence[str],
        by: str | Sequence[str] = TOTAL,
        title: str = "",
        only: str | Sequence[str] = (),
    ) -> tidy.FiguresFrame:
        """Released figures as a tidy pandas DataFrame, one row for each measure, dimension and category.

        `measures` and `by` are names or lists of them: `by` a breakdown, a level of areas, "month", "rolling", "total"
        or "force" (the force's own figure, in its report the total). `only` names the areas or categories to show, as a
        reader reads them or by code; else all are there. The rows are in the report's order.

        | columns | are |
        |---|---|
        | `measure`, `title` | the measure's name, and its short title in words |
        | `dimension`, `category`, `label` | what it is by, the code or place, and the same in a reader's words |
        | `month` | a date: the first day of the month, or of that with which a rolling window ends; else NaT |
        | `printed`, `previous_printed` | the value, and that of the year before, as the report prints them |
        | `window_start`, `window_end` | the days it counts, both inclusive |
        | `numerator`, `denominator` | what the value is made of |
        | `value`, `unit`, `lower_95`, `upper_95` | the figure in full precision, and its 95% interval if it has one |
        | `previous_value`, `change`, `change_unit` | the year before, and the change in per cent, points or units |
        | `significant`, `trend` | what the test says: True, False or NA (not tested), and the verdict in words |
        | `status`, `change_status` | why the value, or the change, is empty (NaN) |

        A status is empty where there is a figure; else it is [c] confidential, [x] not available, [z] not applicable,
        or [low], with which the number is kept. As the last line of a cell the table shows as a table of the report,
        under `title` if one is given; what is made of it is a plain DataFrame. Raises ArgumentsRefused for a name that
        the theme does not have.

        >>> report.table("da_solved_pct", by="lpu").sort_values("value")[["label", "value", "change"]]
        """
        found = tidy.table(self.data, self.figures, measures, by, title, only)
        made.remember(self.data, found.shown, [title])
        return found

    def chart(
        self,
        draw: Draw,
        *,
        title: str = "",
        alt: str = "",
        data: pd.DataFrame | None = None,
        subtitle: str = "",
        notes: Sequence[str] = (),
        height: float = HEIGHT,
    ) -> Chart | Sentence:
        """A chart that you draw with seaborn or matplotlib as a figure of the report: numbered, with its source and the
        numbers behind it, in every format.

        `draw` is a function: `draw(ax)` draws on the axes it is given, `draw()` makes and gives back its own. It is
        called once, on axes as wide as a page, and what it draws is laid out again for a phone. Axes or a figure that
        you have drawn already are taken as they are, for both. `title` is the chart's message, `alt` says in words what
        is to be seen, `data` is the DataFrame with the numbers that are drawn, best one of `report.table`, whose
        caveats then are under the chart. `subtitle` is by default what the figures are of, where and when; `height` is
        in points.

        A report for the public takes figures of `report.table` alone, and words that are written out in the cell or
        that `report.headline` gives.
        Raises ArgumentsRefused for what is missing.

        >>> units = report.table("da_solved_pct", by="lpu")
        >>> def draw(ax):
        ...     sns.barplot(units, x="value", y="label", color=report.palette["main"], ax=ax)
        >>> report.chart(draw, title="Solved by unit", alt="A bar for each unit.", data=units)
        """
        asked = Asked(draw, title, alt, data, subtitle, notes, height, title in self._headlines)  # type: ignore[arg-type]
        found, drawing = own_charts.chart(self.data, self.figures, asked)
        if self.data.audience == "public":
            why = compared.why_not(self.data, self.figures, asked, drawing)
            words = compared.words_of(self.data, asked, drawing)
            made.remember(self.data, found, [word for word in words if word not in self._headlines], why)
        return found

    def headline(self, *measures: str, by: str = TOTAL) -> str:
        """A title that says what happened, in this report: of one measure what moved, which way and by how much, as the
        report's own charts have it; of several which changed significantly. With a level of areas as `by` it says
        which are clearly above the force, by="month" in which of the last 12 months a measure was furthest from the
        year before. Raises ArgumentsRefused for what the theme does not have.

        >>> report.chart(draw, title=report.headline("da_rate_per_1000", by="lpu"), alt="...", data=units)
        """
        said = titles.of_measures(self.data, self.figures, measures, by)
        self._headlines.add(said)
        return said

    @cached_property
    def _headlines(self) -> set[str]:
        """What this report has itself said for a title, which no cell has to write out."""
        return set()

    def recipe(self, chart: str, *measures: str, by: str = "") -> None:
        """Prints a cell that draws one of the report's charts with `report.table` and seaborn, to copy and to change.

        `chart` is months, rolling, rates, parts or breakdown, as the methods are called, or changes (several measures,
        this year and the year before). The figures are those of the built-in chart, without what it works out itself:
        the band of what is expected, events, targets. Raises ArgumentsRefused for another chart or measure.

        >>> report.recipe("months", "da_recorded")
        """
        for name in measures:
            measure_named(self.data, name)
        print(recipes.cell(chart, measures, by, self.data.params.units))  # noqa: T201 - it is what was asked for
