"""A figure is explained by the rows in it and why the others are not: the same numbers as plain pandas, and as the CSV."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.cubes.counts import read_tables
from thematic.explore.explained import Explanation, explain, measure_named
from thematic.explore.restricted import BANNER
from thematic.explore.terminal import WIDTH, lines, plain
from warehouse_drawn import DrawnCubes, few_measures, figures, own_params, report_data, theme_cubes, typed

PERIOD, AREA = "2020-12", "widnes"
FIRST, LAST = pd.Timestamp("2018-01-01"), pd.Timestamp("2021-01-31")
SOLVED = [str(number) for number in range(1, 9)]
WINDOWS = (("2020-01-01", "2020-12-31"), ("2019-01-01", "2019-12-31"))


def draw(size: int = 1500) -> pd.DataFrame:
    """Crimes of which many are cancelled, and many get their outcome, months after they were recorded."""
    random = np.random.default_rng(7)
    days = pd.Series(FIRST + pd.to_timedelta(random.integers(0, (LAST - FIRST).days + 1, size), unit="D"))

    def later(share: float) -> pd.Series:
        day = days + pd.to_timedelta(random.integers(0, 500, size), unit="D")
        return day.where((random.random(size) < share) & (day <= LAST))

    outcome_on = later(0.7)
    return pd.DataFrame({
        "crime_ref": [f"C{number}" for number in range(size)],
        "recorded_on": days,
        "domestic": random.choice(["Y", "Y", "N"], size),
        "lpu": random.choice(["Widnes", "Widnes", "Crewe", None], size),
        "offence_title": random.choice(["Assault", "Harassment"], size),
        "outcome_on": outcome_on,
        "outcome_code": pd.Series(random.choice(["1", "3", "14", "16"], size)).where(outcome_on.notna()),
        "cancelled_on": later(0.2),
    })  # fmt: skip


@pytest.fixture(scope="module")
def crimes() -> pd.DataFrame:
    return draw()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="module")
def drawn(crimes: pd.DataFrame, folder: Path) -> DrawnCubes:
    tables: dict[str, pa.Table] = {"crimes": typed(own_params().tables["crimes"], crimes.copy())}
    return theme_cubes(folder, "domestic-abuse", tables, params=few_measures(), history="2018-01")


@contextmanager
def explaining(drawn: DrawnCubes, folder: Path) -> Iterator[Any]:
    with ExitStack() as stack:

        def ask(name: str, category: str = "", area: str = AREA, **more: bool) -> Explanation:
            tables = stack.enter_context(read_tables(Workbook(folder).warehouse, ["crimes"]))
            return explain(report_data(drawn, PERIOD, area), name, category, lambda _: tables, **more)

        yield ask


@pytest.fixture
def ask(drawn: DrawnCubes, folder: Path) -> Iterator[Any]:
    with explaining(drawn, folder) as found:
        yield found


def in_order(*tests: pd.Series) -> list[int]:
    """How many rows each test is the first to throw out, and how many pass them all."""
    left = pd.Series(True, index=tests[0].index)
    found = []
    for test in tests:
        found.append(int((left & ~test).sum()))
        left &= test
    return [*found, int(left.sum())]


def told(explanation: Explanation, side: int, place: int) -> list[int]:
    account = explanation.accounts[side]
    return [*(fate[1 + place] for fate in account.fates), account.rows[place]]


@pytest.mark.parametrize("place", [0, 1])
def test_recorded_crimes_are_out_for_the_reasons_that_pandas_gives(ask: Any, crimes: pd.DataFrame, place: int) -> None:
    found = ask("da_recorded")
    first, last = map(pd.Timestamp, WINDOWS[place])
    expected = in_order(
        crimes["domestic"] == "Y",
        crimes["lpu"] == "Widnes",
        crimes["recorded_on"] >= first,
        crimes["recorded_on"] <= last,
        ~(crimes["cancelled_on"] <= last),
    )
    assert told(found, 0, place) == expected
    assert found.accounts[0].counted[place] == expected[-1]
    assert min(expected) > 0
    number = found.figure.numerator if place == 0 else found.figure.earlier_numerator
    assert number == expected[-1]
    reasons = [reason for reason, *_ in found.accounts[0].fates]
    assert reasons[0] == "where this fails: `domestic` is `Y`"
    assert reasons[1:] == [
        "not in Widnes",
        "before the window, by `recorded_on`",
        "after the window, by `recorded_on`",
        "void by then, by `cancelled_on`",
    ]


def test_outcomes_go_by_their_own_date_and_are_not_seen_before_it(ask: Any, crimes: pd.DataFrame) -> None:
    found = ask("da_solved_pct", area="force")
    first, last = map(pd.Timestamp, WINDOWS[0])
    above = in_order(
        crimes["domestic"] == "Y",
        crimes["outcome_on"].notna(),
        crimes["outcome_on"] >= first,
        crimes["outcome_on"] <= last,
        ~(crimes["cancelled_on"] <= last),
        crimes["outcome_code"].isin(SOLVED),
    )
    assert told(found, 0, 0) == above
    assert found.figure.value == 100 * above[-1] / found.accounts[1].rows[0]
    assert found.disagreements == []


def test_months_add_up_to_the_figure_and_are_those_of_pandas(ask: Any, crimes: pd.DataFrame) -> None:
    found = ask("da_recorded")
    last = pd.Timestamp(WINDOWS[0][1])
    kept = crimes[(crimes["domestic"] == "Y") & (crimes["lpu"] == "Widnes") & ~(crimes["cancelled_on"] <= last)]
    expected = kept.groupby(kept["recorded_on"].dt.strftime("%Y-%m")).size()
    assert [(month, n) for month, n, *_ in found.accounts[0].months] == [
        (month, expected[month]) for month in (f"2020-{number:02}" for number in range(1, 13))
    ]
    assert sum(n for _, n, *_ in found.accounts[0].months) == found.figure.value


@pytest.mark.parametrize(
    ("name", "category", "area"),
    [
        ("da_recorded", "offence=Assault", AREA),
        ("da_recorded", "month=2020-07", AREA),
        ("da_solved_pct", "rolling=2020-03", "force"),
        ("da_recorded", "lpu=Crewe", "force"),
        ("da_recorded", "lpu=No location recorded", "force"),
        ("da_recorded", "force=Cheshire Constabulary", AREA),
    ],
)
def test_any_row_of_the_csv_can_be_asked_for(ask: Any, drawn: DrawnCubes, name: str, category: str, area: str) -> None:
    dimension, _, wanted = category.partition("=")
    found = ask(name, category, area)
    figure = figures(drawn, PERIOD, area=area).one(name, dimension, found.figure.category)
    assert wanted in (figure.category, found.data.label(name, dimension, figure.category))
    assert found.accounts[0].counted[0] == figure.numerator
    assert figure.earlier_numerator in (None, found.accounts[0].counted[1])
    assert found.disagreements == []


def test_the_text_has_the_digits_of_the_csv_and_fits_a_terminal(ask: Any, drawn: DrawnCubes) -> None:
    said = lines(ask("da_solved_pct"))
    figure = figures(drawn, PERIOD, area=AREA).one("da_solved_pct")
    assert f"  Figure        {figure.value!r} percent" in said
    assert f"  A year before {figure.previous_value!r} percent" in said
    assert max(map(len, said)) <= WIDTH
    assert all(line.isprintable() for line in said)
    assert BANNER not in said
    assert not any("C1" in line for line in said)


def test_rows_come_on_purpose_alone_and_under_the_banner(ask: Any, crimes: pd.DataFrame) -> None:
    found = ask("da_recorded", "month=2020-07", with_rows=True)
    ((table, rows),) = found.shown
    last = pd.Timestamp(WINDOWS[0][1])
    kept = crimes[(crimes["domestic"] == "Y") & (crimes["lpu"] == "Widnes") & ~(crimes["cancelled_on"] <= last)]
    kept = kept[kept["recorded_on"].dt.strftime("%Y-%m") == "2020-07"]
    assert table == "crimes"
    assert set(rows["crime_ref"]) == set(kept["crime_ref"])
    said = lines(found)
    place = said.index(BANNER)
    assert not any(ref in " ".join(said[:place]) for ref in kept["crime_ref"])
    assert all(any(f"crime_ref {ref};" in line for line in said[place:]) for ref in kept["crime_ref"])


def test_a_text_cannot_act_on_the_terminal() -> None:
    assert plain("a\x1b[31mb\r\n\u202ec") == "a\\x1b[31mb\\r\\n\\u202ec"


def test_words_that_name_no_figure_are_answered_with_near_ones(ask: Any) -> None:
    params = own_params()
    assert measure_named(params, "DA_Recorded") == "da_recorded"
    assert measure_named(params, params.measures["da_recorded"].title) == "da_recorded"
    with pytest.raises(
        ArgumentsRefused, match=r"^MEASURE: there is no measure 'da_recorde'\. Did you mean da_recorded \("
    ):
        measure_named(params, "da_recorde")
    with pytest.raises(ArgumentsRefused, match="lists them"):
        measure_named(params, "xyzzy")
    with pytest.raises(ArgumentsRefused, match=r"'offense'\. It has: total, .*Write dimension=category"):
        ask("da_recorded", "offense=8N")
    with pytest.raises(ArgumentsRefused, match=r"'2020-99' is no category of month .* Did you mean 2020-09"):
        ask("da_recorded", "month=2020-99")
