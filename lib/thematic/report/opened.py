"""Serves the analyst at work in a report's notebook: its figures as DataFrames, for charts of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.measures.release import released
from thematic.params.themes import TOTAL
from thematic.report import made, tidy


class OpenFigures:
    """What a report gives an analyst to work with."""

    data: ReportData

    @cached_property
    def figures(self) -> Figures:
        """Every released figure of the report, grain measure x dimension x category."""
        return released(self.data)

    def table(
        self, measures: str | Sequence[str], by: str | Sequence[str] = TOTAL, title: str = ""
    ) -> tidy.FiguresFrame:
        """Released figures as a tidy pandas DataFrame, one row for each measure, dimension and category.

        `measures` and `by` are names or lists of them: `by` a breakdown, a level of areas, "month", "rolling", "total"
        or "force". The rows are in the report's order.

        | columns | are |
        |---|---|
        | `measure`, `title` | the measure's name, and its short title in words |
        | `dimension`, `category`, `label` | what it is by, the code or place, and the same in a reader's words |
        | `month` | a date: the first day of the month, or of that with which a rolling window ends; else NaT |
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
        found = tidy.table(self.data, self.figures, measures, by, title)
        made.remember(self.data, found.shown, [title])
        return found
