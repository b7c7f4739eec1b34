"""Turns the columns of a report's CSV into their page."""

from __future__ import annotations

from in_words import match_words
from md import code, page, table

from thematic.measures.figures import FIGURE_COLUMNS

_MEANINGS = {
    "measure": "Name of the measure, as in [the measures](measures.md).",
    "dimension": "What the figure is broken down by. `total`: nothing. `month`: single months. `rolling`: the "
    "measure's own window ending with each of the last 24 months. A level of areas, such as `lpu`. `force`, in an "
    "area's file: the force's own figure. Any breakdown that a table declares ([data dictionary](data-dictionary.md)).",
    "category": "The part of that dimension: a month, an area's name, or a code. `total` for a total. `missing`: the "
    "column is blank; reports print it as No entry. In a cross table the values are joined by ` / `.",
    "window_start": "First day of the window. Of a stock, its day.",
    "window_end": "Last day of the window, inclusive. Of a stock, its day.",
    "numerator": "What was counted. For a count, the count; for a mean, the sum. In public a multiple of 5.",
    "denominator": "What it was divided by. For a mean, the number of rows. Empty for a count.",
    "value": "The figure, in full precision.",
    "unit": "`count`, `percent`, `per_1000`, `per_10000`, `mean` or `times`.",
    "lower_95": "Lower end of the 95% confidence interval, for shares and for rates over a population. Else empty.",
    "upper_95": "Upper end of the 95% confidence interval.",
    "previous_value": "The same figure for the window a year earlier, as it stood at its own end. For a month: the "
    "same month a year before.",
    "change": "Change from `previous_value`, in the unit that `change_unit` gives.",
    "change_unit": "`percent` for counts, rates and means; `pp` (percentage points) for percentages; `units` for "
    "differences, whose sum may be below 0.",
    "significant": "Whether the change is statistically significant at 5%: `true` or `false`. Empty where it was not "
    "tested: months, stocks, means, sums of fractions, differences and ratios of two measures; in public also numbers "
    "under 50.",
    "trend": "[The verdict](../methods/significance.md#the-verdict) on the change: `Significant increase`, "
    "`Significant decrease`, `Increase`, `Decrease`, `Stable` or `No clear change`. Percentages "
    "have one too. Empty where "
    "the change was not tested. A mark in a chart of months is another thing.",
    "status": "Why there is no value: `[c]` confidential, `[x]` not available, `[z]` not applicable. `[low]` beside a "
    "value: it is not 0, and rounds to it; in public, it rests on a count of 0 or one step, [which says only that "
    "there are few](../disclosure.md).",
    "change_status": "The same for the change. `[c]` and `[x]` empty `previous_value`, `change`, `significant` and "
    "`trend`; `[z]` (a change from 0; in public also one of numbers under 50) empties `change` alone.",
}


def figures_csv() -> str:
    """The page on the columns of a report's CSV. Raises Unexplained where one has no words."""
    match_words("the columns of figures", FIGURE_COLUMNS, _MEANINGS)
    return page(
        "# The CSV of figures",
        "`outputs/<period>/<theme>/<area>.csv` holds every released figure of a report, one to a row. Take figures "
        "from this file: a spreadsheet, a dashboard or another report then says what the report says.",
        table(["column", "meaning"], [(code(name), _MEANINGS[name]) for name in FIGURE_COLUMNS]),
        "Every declared code and area has its row, zeros too; breakdowns with `order: largest` have those that occur. "
        "Counts have no decimal point; other numbers have all their decimals. Read the file as UTF-8. "
        "A text that begins with `=`, `+`, `-` or `@` has an apostrophe before it, so that no spreadsheet takes it for "
        "a formula. "
        "[One file](../all-figures.md) holds the figures of all reports.",
        description="The columns of the CSV that holds every figure of a report.",
    )
