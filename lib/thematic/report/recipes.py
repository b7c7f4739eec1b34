"""Serves the analyst who wants a built-in chart otherwise: each as a short drawing in seaborn, to copy into a cell.

Each function reads as its cell does: `recipe` prints its body, so what is tested here is what is copied.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import seaborn as sns

from thematic.core.errors import ArgumentsRefused
from thematic.params.reading import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def months(report: Any, measure: str) -> Any:
    """A measure's months as a line, against the year before."""
    months = report.table(measure, by="month")

    def draw(ax: Axes) -> None:
        grey, blue = report.palette["context"], report.palette["main"]
        sns.lineplot(months, x="month", y="previous_value", color=grey, label="A year before", ax=ax)
        sns.lineplot(months, x="month", y="value", color=blue, label="Each month", ax=ax)
        ax.set(xlabel="", ylabel="Each month", ylim=(0, None))

    title = report.headline(measure)
    alt = "Two lines, one of each month and one of the same month a year before."
    return report.chart(draw, title=title, alt=alt, data=months)


def rolling(report: Any, measure: str) -> Any:
    """A measure's window ending with each month as a line; of a share on its 95% interval."""
    windows = report.table(measure, by="rolling")

    def draw(ax: Axes) -> None:
        ax.fill_between(windows["month"], windows["lower_95"], windows["upper_95"], color=report.palette["shade"])
        sns.lineplot(windows, x="month", y="value", color=report.palette["main"], ax=ax)
        ax.set(xlabel="Window ending with", ylabel="", ylim=(0, None))

    return report.chart(draw, title=report.headline(measure), alt="A line through each window's figure.", data=windows)


def rates(report: Any, measure: str) -> Any:
    """A measure in each unit and in the force, highest first, with 95% intervals; the report's own area stands out."""
    rates = report.table(measure, by=["UNITS", "force"])
    rates = rates.dropna(subset="value").sort_values("value")

    def draw(ax: Axes) -> None:
        own = rates["label"] == report.area.name
        colours = own.map({True: report.palette["main"], False: report.palette["context"]})
        ax.barh(rates["label"], rates["value"], color=colours)
        ends = rates["lower_95"], rates["upper_95"]
        ax.hlines(rates["label"], *ends, color=report.palette["paper"], linewidth=5)
        ax.hlines(rates["label"], *ends, color=report.palette["ink"])
        for each in rates.itertuples():
            ax.text(max(each.value, each.upper_95), each.label, f"  {each.printed}", va="center")
        ax.set(xlabel="With 95% intervals", ylabel="")

    title = report.headline(measure, by="UNITS")
    alt = "A bar for each place and one for the force, with the interval of each as a line."
    return report.chart(draw, title=title, alt=alt, data=rates)


def parts(report: Any, measures: Sequence[str]) -> Any:
    """The counts behind measures as bars."""
    parts = report.table(measures)

    def draw(ax: Axes) -> None:
        sns.barplot(parts, x="numerator", y="title", color=report.palette["main"], errorbar=None, ax=ax)
        ax.set(xlabel="Number", ylabel="")

    return report.chart(draw, title="What it was made of", alt="A bar for the number of each part.", data=parts)


def breakdown(report: Any, measure: str, by: str) -> Any:
    """A measure by one of its breakdowns as bars, the first eight in the report's order."""
    parts = report.table(measure, by=by).head(8)

    def draw(ax: Axes) -> None:
        sns.barplot(parts, x="value", y="label", color=report.palette["main"], errorbar=None, ax=ax)
        ax.set(xlabel="This year", ylabel="")

    return report.chart(draw, title="Part by part", alt="A bar for each part.", data=parts)


def changes(report: Any, measures: Sequence[str]) -> Any:
    """Several measures as dots, each with a line from the year before."""
    now = report.table(measures)
    now = now[now["status"] == ""]

    def draw(ax: Axes) -> None:
        ink, blue = report.palette["ink"], report.palette["main"]
        ax.hlines(now["title"], now["previous_value"], now["value"], color=ink, linewidth=1.5)
        ring = {"color": ink, "markerfacecolor": report.palette["paper"], "label": "Year before"}
        ax.plot(now["previous_value"], now["title"], "o", **ring)
        sns.scatterplot(now, x="value", y="title", color=blue, s=90, label="This year", ax=ax, zorder=3)
        for place, each in enumerate(now.itertuples()):
            ax.text(each.value, place - 0.2, each.printed, ha="center")
        ax.set(xlabel="", ylabel="", xlim=(0, None), ymargin=0.3)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)

    title = report.headline(*measures)
    alt = "For each measure a dot for this year and, where it is known, a ring for the year before."
    return report.chart(draw, title=title, alt=alt, data=now, height=240)


RECIPES: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (months, rolling, rates, parts, breakdown, changes)
}


def cell(name: str, measures: Sequence[str], by: str, units: str) -> str:
    """The cell that draws a chart of measures: its code as it is here, with the names in their places.

    `by` is for a breakdown, `units` the level of areas that divides the force. Raises ArgumentsRefused for a chart
    without a recipe, and for measures that are too many or too few for it.
    """
    if name not in RECIPES:
        known = nearest(name, {each: each for each in RECIPES})
        raise ArgumentsRefused(f"There is no recipe for '{name}'. {known}")
    asks = list(inspect.signature(RECIPES[name]).parameters)[1:]
    given = {"measure": measures[0] if len(measures) == 1 else None, "measures": [*measures] or None, "by": by or None}
    if missing := [each for each in asks if given[each] is None]:
        raise ArgumentsRefused(f"report.recipe('{name}', ...) needs {_NEEDS[missing[0]]}.")
    names = [f"{each} = {_quoted(given[each])}" for each in asks]
    body = _body(RECIPES[name]).replace("UNITS", units)
    return "\n".join(["import seaborn as sns", "", *names, body] if "sns." in body else [*names, body])


_NEEDS = {
    "measure": 'one measure, such as report.recipe("months", "MEASURE")',
    "measures": 'measures, such as report.recipe("changes", "MEASURE", "MEASURE")',
    "by": 'a breakdown of the measure, such as report.recipe("breakdown", "MEASURE", by="BREAKDOWN")',
}


def _quoted(said: str | list[str] | None) -> str:
    return str(said).replace("'", '"') if isinstance(said, list) else f'"{said}"'


def _body(recipe: Callable[..., Any]) -> str:
    """The code of a recipe as a cell has it: after what it says of itself, without types, its last line shown."""
    source = inspect.getsource(recipe)
    code = source[source.index('"""\n') + len('"""\n') :]
    code = code.replace("(ax: Axes) -> None", "(ax)").replace("return report.chart", "report.chart")
    return (
        textwrap.dedent(code).replace("\n\ndef draw", "\n\n\ndef draw").replace("\n\ntitle =", "\n\n\ntitle =").strip()
    )
