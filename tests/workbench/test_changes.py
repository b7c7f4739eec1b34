"""What changed since a report: verdicts, figures that another extract gives otherwise and the rows behind them, as pandas has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from drawn import edition, files_of, manifest
from thematic.build import build as building
from thematic.build.changed_lines import lines
from thematic.build.changing import Compared, _compared, _Order, _places
from thematic.build.moved import moved
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.spreadsheets import csv_text
from thematic.core.workbook import Workbook
from thematic.cubes.counts import read_tables
from thematic.explore.terminal import WIDTH
from thematic.measures.figures import FIGURE_COLUMNS, FIGURE_NUMBERS
from thematic.outputs.catalogue import Catalogue, Moved, MovedFigure, Verdict, pages, read_catalogue
from thematic.outputs.changed import new_and_gone, read_rows, revised, verdicts_changed
from warehouse_drawn import DrawnCubes, few_measures, figures, own_params, theme_cubes, typed

THEME, SINCE, PERIOD, SIZE = "domestic-abuse", "2020-12", "2021-01", 900
FIRST, LAST = pd.Timestamp("2018-01-01"), pd.Timestamp("2021-01-31")
START, END = pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31")
LATE, GONE, MOVED, CANCELLED, FLAGGED = (range(100 * n, 100 * n + 60) for n in range(5))
"""The crimes that the later extract alone has, that it has no more, has in another unit, cancelled, and flagged anew."""


def draw() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The crimes of an earlier extract and of a later one, in which some of each kind came, went and changed."""
    random = np.random.default_rng(3)
    days = FIRST + pd.to_timedelta(random.integers(0, (LAST - FIRST).days + 1, SIZE), unit="D")
    before = pd.DataFrame({
        "crime_ref": [f"C{number}" for number in range(SIZE)],
        "recorded_on": days,
        "domestic": "Y",
        "lpu": random.choice(["Widnes", "Crewe"], SIZE),
        "offence_title": random.choice(["Assault", "Harassment"], SIZE),
        "cancelled_on": pd.Series([None] * SIZE, dtype="datetime64[ns]"),
    })  # fmt: skip
    before.loc[list(FLAGGED), "domestic"] = "N"
    now = before.copy()
    now.loc[list(MOVED), "lpu"] = now.loc[list(MOVED), "lpu"].map({"Widnes": "Crewe", "Crewe": "Widnes"})
    now.loc[list(CANCELLED), "cancelled_on"] = now.loc[list(CANCELLED), "recorded_on"]
    now.loc[list(FLAGGED), "domestic"] = "Y"
    return before.drop(list(LATE)), now.drop(list(GONE))


def counted(crimes: pd.DataFrame, area: str) -> set[str]:
    kept = crimes[(crimes["domestic"] == "Y") & crimes["recorded_on"].between(START, END)]
    kept = kept[~(kept["cancelled_on"] <= END)]
    return set(kept["crime_ref"] if area == "force" else kept.loc[kept["lpu"] == "Widnes", "crime_ref"])


@pytest.fixture(scope="module")
def extracts() -> tuple[pd.DataFrame, pd.DataFrame]:
    return draw()


@pytest.fixture(scope="module")
def cubes(extracts: tuple[pd.DataFrame, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = []
    for crimes in extracts:
        folder = tmp_path_factory.mktemp("drawn")
        table = typed(own_params().tables["crimes"], crimes.copy())
        made.append((folder, theme_cubes(folder, THEME, {"crimes": table}, params=few_measures(), history="2018-01")))
    return made


def put_report(out: Path, found: DrawnCubes, period: str, area: str, key: str = "k") -> None:
    of = replace(edition(area, THEME, period), area=found.params.area(area))
    text = csv_text(FIGURE_COLUMNS, figures(found, period, area=area).csv_rows(), FIGURE_NUMBERS).encode()
    of.path(out, "csv").parent.mkdir(parents=True, exist_ok=True)
    of.path(out, "csv").write_bytes(text)
    of.path(out, "json").write_bytes(manifest(of, key, rows={"crimes": 840}).with_files({"csv": text}).to_bytes())


def ordered(cubes: Any, out: Path, stack: ExitStack, *, paired: bool, stale: bool = True) -> _Order:
    """What the command works on once the later extract is there."""
    (before, _), (now, found) = cubes
    tables = [stack.enter_context(read_tables(Workbook(each).warehouse, ["crimes"])) for each in (before, now)]
    seen: Any = SimpleNamespace(params=found.params, index=found.index)
    request: Any = SimpleNamespace(out=out, audience="internal", themes=(THEME,), areas=None)
    drafts: Any = SimpleNamespace(
        manifest=lambda of: manifest(of, "another").model_copy(update={"inputs": {"notebook": "n", "cubes": "c"}})
    )
    catalogue = read_catalogue(out, lambda _: not stale)
    old, new = tables if paired else (None, None)
    months = Month.parse(SINCE), Month.parse(PERIOD)
    return _Order(Workbook(now), request, seen, drafts, catalogue, *months, old, new, lambda _: found.files)


@pytest.fixture(scope="module")
def released(cubes: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("outputs")
    for area in ("widnes", "force"):
        put_report(out, cubes[0][1], SINCE, area)
    return out


@pytest.fixture(scope="module")
def compared(cubes: Any, released: Path) -> dict[str, Compared]:
    with ExitStack() as stack:
        order = ordered(cubes, released, stack, paired=True)
        places = _places(order)
        assert [area for *_, area in places] == ["force", "widnes"]
        return {area: found for place in places for area in [place[2]] if (found := _compared(order, place))}


@pytest.mark.parametrize("area", ["force", "widnes"])
def test_each_row_behind_a_difference_is_late_gone_corrected_or_cancelled_as_pandas_has_it(
    compared: dict[str, Compared], extracts: tuple[pd.DataFrame, pd.DataFrame], area: str
) -> None:
    before, now = (counted(crimes, area) for crimes in extracts)
    total = ("da_recorded", "total", "total")
    difference = next(each for each in compared[area].revised if each.key == total)
    assert (int(difference.before["value"]), int(difference.now["value"])) == (len(before), len(now))
    came, left = compared[area].why[total]
    then, at_present = (set(crimes["crime_ref"]) for crimes in extracts)
    flagged = {f"C{number}" for number in FLAGGED}
    void = set(extracts[1].loc[extracts[1]["cancelled_on"].notna(), "crime_ref"])
    assert came == Counter({
        "not in the earlier extract": len((now - before) - then),
        "where this fails: `domestic` is `Y`": len((now - before) & flagged),
        "not in Widnes": len((now - before) & then - flagged),
    })  # fmt: skip
    assert left == Counter({
        "no longer in the extract": len((before - now) - at_present),
        "void by then, by `cancelled_on`": len((before - now) & void),
        "not in Widnes": len((before - now) & at_present - void),
    })  # fmt: skip
    assert came.total() - left.total() == len(now) - len(before)
    assert (
        min(
            came["not in the earlier extract"],
            left["no longer in the extract"],
            left["void by then, by `cancelled_on`"],
        )
        > 0
    )
    assert (came["not in Widnes"] > 0) == (area == "widnes")


def test_every_other_difference_is_that_of_the_two_reports(compared: dict[str, Compared], cubes: Any) -> None:
    before, now = (figures(found, SINCE, area="widnes").frame for _, found in cubes)
    expected = []
    pairs = before.merge(now, on=["measure", "dimension", "category"], suffixes=("", "_now"))
    for _, row in pairs[~pairs["dimension"].isin(["rolling", "lpu", "force"])].iterrows():
        names = ("numerator", "denominator", "value", "status", "trend")
        if any(
            row[name] != row[f"{name}_now"] and not (pd.isna(row[name]) and pd.isna(row[f"{name}_now"]))
            for name in names
        ):
            expected.append((row["measure"], row["dimension"], row["category"]))
    assert sorted(each.key for each in compared["widnes"].revised) == sorted(expected)
    assert any(dimension == "month" for _, dimension, _ in expected)


def test_the_lines_say_which_figures_and_why_and_fit_a_terminal(compared: dict[str, Compared]) -> None:
    said = list(lines(compared.values(), SINCE, "internal", paired=True, full=False))
    assert said[0] == "Internal reports: 2020-12 as released, against 2021-01"
    assert "Domestic abuse, Widnes" in said
    assert "  Released for 2020-12 and different now (changed: the data it sees)" in said
    assert any(line.strip().startswith("Domestic abuse crimes") and " released, " in line for line in said)
    assert any("late: not in the earlier extract" in line for line in said)
    assert any("is not counted: void by then, by `cancelled_on`" in line for line in said)
    assert max(map(len, said)) <= WIDTH
    alone = list(
        lines([replace(each, why={}) for each in compared.values()], SINCE, "internal", paired=False, full=False)
    )
    assert alone[-1].endswith("--before FOLDER.") or "--before FOLDER" in " ".join(alone[-2:])


def test_a_long_list_is_cut_short_unless_all_of_it_is_asked_for(compared: dict[str, Compared]) -> None:
    short, full = ([*lines(compared.values(), SINCE, "internal", paired=True, full=each)] for each in (False, True))
    cut = [
        line for line in short if line.startswith("    ... and ") and line.endswith(" lines more (--full prints them)")
    ]
    left_out = sum(int(line.split()[2].replace(",", "")) for line in cut)
    assert left_out > 0
    assert len(full) == len(short) - len(cut) + left_out
    assert set(short) - set(cut) <= set(full)


def test_a_report_that_is_up_to_date_is_not_worked_out_again(
    cubes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for period in (SINCE, PERIOD):
        put_report(tmp_path, cubes[1][1], period, "force")
    monkeypatch.setattr("thematic.build.changing._worked_out", None)
    with ExitStack() as stack:
        order = ordered(cubes, tmp_path, stack, paired=False, stale=False)
        found = _compared(order, _places(order)[0])
        assert found is not None
        assert (found.revised, found.why, found.later) == ((), {}, True)
        with pytest.raises(
            ArgumentsRefused,
            match=r"^SINCE: no internal report that is asked for is in .* It has reports for 2020-12, 2021-01",
        ):
            _places(replace(order, since=Month.parse("2019-01")))


def test_the_internal_catalogue_says_what_changed_since_the_month_before_and_a_public_one_does_not(
    cubes: Any, tmp_path: Path
) -> None:
    found = cubes[1][1]
    for period in (SINCE, PERIOD):
        put_report(tmp_path, found, period, "force")
    catalogue = read_catalogue(tmp_path, lambda report: report.period != SINCE)
    told = moved(tmp_path, catalogue, found.params)
    assert told is not None and (told.since, told.outdated) == ("December 2020", 1)
    before, now = (read_rows((tmp_path / each / THEME / "force.csv").read_bytes()) for each in (SINCE, PERIOD))
    changed = verdicts_changed(before, now)
    totals = {each.key[0]: each for each in changed if each.key[1] == "total"}
    titles = {found.params.measures[name].title: each for name, each in totals.items()}
    assert told.others == len(changed) - len(totals)
    assert {each.title: (each.before.trend, each.now.trend) for each in told.figures} == {
        title: (each.before["trend"], each.now["trend"]) for title, each in titles.items()
    }
    assert len(changed) > 0
    with_it = pages(replace(catalogue, moved=told))
    assert b"What changed since December 2020" in with_it["index.html"]
    assert b"1 report for December 2020 is out of date." in with_it["index.html"]
    assert b"What changed" not in with_it[f"{SINCE}/index.html"]
    public = {place: report.model_copy(update={"audience": "public"}) for place, report in catalogue.reports.items()}
    assert moved(tmp_path, replace(catalogue, reports=public), found.params) is None
    alone = {place: report for place, report in catalogue.reports.items() if place[0] == PERIOD}
    assert moved(tmp_path, replace(catalogue, reports=alone), found.params) is None


def moved_section(told: Moved | None, reports: Mapping[Any, Any]) -> str:
    """The section of the first page, as it is read from its beginning to its end."""
    page = BeautifulSoup(pages(Catalogue(reports, moved=told))["index.html"], "html.parser")
    section = page.select_one("section.moved")
    return " ".join(section.get_text(" ").split()) if section is not None else ""


def changed(title: str, before: str, now: str, worth: str = "") -> MovedFigure:
    return MovedFigure(THEME, title, Verdict("10.0%", before, worth), Verdict("10.3%", now, worth))


def test_the_section_shows_significant_verdicts_and_folds_the_others_and_says_each_number_in_words() -> None:
    reports = {(PERIOD, THEME, "force"): manifest(edition("force", THEME, PERIOD)).with_files({"html": b"page"})}
    figures = (
        changed("Solved", "Increase", "Significant increase", "favourable"),
        changed("Charged", "Significant decrease", "Decrease"),
        changed("Closed", "Stable", "Increase"),
    )
    section = moved_section(Moved(PERIOD, SINCE, figures, 1, ("Knives",), (), 2), reports)
    assert section == (
        "What changed since December 2020 The change from the year before became significant in these figures of the "
        "force, or is no longer significant. Figures whose change became significant, or is no longer significant "
        "Figure December 2020 January 2021 Solved Increase, 10.0% , favourable Significant increase, 10.3% , favourable "
        "Charged Significant decrease, 10.0% Decrease, 10.3% 1 other verdict changed, which may be chance Figures whose "
        "verdict changed without being significant Figure December 2020 January 2021 Closed Stable, 10.0% Increase, "
        "10.3% New: Knives. 1 more verdict changed in breakdowns and places. 2 reports for December 2020 are out of "
        "date. For analysts: thematic changes --since 2020-12"
    )
    page = pages(Catalogue(reports, moved=Moved(PERIOD, SINCE, figures, 0, (), ("Guns",), 0)))
    assert f'<a href="{PERIOD}/{THEME}/force.html">Solved</a>'.encode() in page["index.html"]
    assert f'<a href="../{PERIOD}/{THEME}/force.html">Solved</a>'.encode() in page[f"{PERIOD}/index.html"]
    assert b"No longer reported: Guns." in page["index.html"]
    quiet = moved_section(Moved(PERIOD, SINCE, (), 0, (), (), 0), reports)
    assert quiet == (
        "What changed since December 2020 In no figure of the force did the change from the year before become "
        "significant, or stop being so. For analysts: thematic changes --since 2020-12"
    )
    assert moved_section(None, reports) == ""


def test_a_measure_of_two_themes_is_said_once_and_of_the_theme_that_shows_more_of_it(
    cubes: Any, tmp_path: Path
) -> None:
    found = cubes[1][1]
    for period in (SINCE, PERIOD):
        put_report(tmp_path, found, period, "force")
    alone = moved(tmp_path, read_catalogue(tmp_path, lambda _: True), found.params)
    for period in (SINCE, PERIOD):
        csv = (tmp_path / period / THEME / "force.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        totals = "".join([csv[0], *(line for line in csv[1:] if ",total," in line)]).encode()
        of = edition("force", "a-summary", period)
        of.path(tmp_path, "csv").parent.mkdir()
        of.path(tmp_path, "csv").write_bytes(totals)
        of.path(tmp_path, "json").write_bytes(manifest(of).with_files({"csv": totals}).to_bytes())
    both = moved(tmp_path, read_catalogue(tmp_path, lambda _: True), found.params)
    assert both == alone and both is not None
    assert {each.theme for each in both.figures} == {THEME}


def test_what_changed_is_worked_out_again_only_where_something_was_made_or_the_pages_are_not_as_they_should_be(
    cubes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cubes[1][1]
    for period in (SINCE, PERIOD):
        put_report(tmp_path, found, period, "force")
    asked: list[str] = []
    monkeypatch.setattr(building, "moved", lambda *given: asked.append("moved") or moved(*given))
    request: Any = SimpleNamespace(out=tmp_path, audience="internal")
    current: set[str] = {SINCE, PERIOD}
    drafts: Any = SimpleNamespace(up_to_date=lambda report: report.period in current, params=found.params)

    def renew(made: bool) -> tuple[int, dict[str, bytes]]:
        """How often it was worked out, and the pages that there are then."""
        asked.clear()
        page, _, trouble = building._catalogue(request, drafts, made=made)
        assert (page, trouble) == (tmp_path / "index.html", "")
        return len(asked), {name: data for name, data in files_of(tmp_path).items() if name.endswith(".html")}

    first = renew(made=False)
    assert first[0] == 1 and b"What changed since" in first[1]["index.html"]
    assert renew(made=False) == (0, first[1])
    assert renew(made=True) == (1, first[1])
    (tmp_path / f"{SINCE}/index.html").unlink()
    assert renew(made=False) == (1, first[1])
    (tmp_path / "index.html").write_bytes(first[1]["index.html"].replace(b"Thematic reports", b"Other reports"))
    assert renew(made=False) == (1, first[1])
    current.remove(SINCE)
    assert renew(made=False)[0] == 1
    assert b"1 report for December 2020 is out of date." in (tmp_path / "index.html").read_bytes()


def row(measure: str, dimension: str, category: str, value: str = "1", trend: str = "Stable") -> dict[str, str]:
    return {
        "measure": measure,
        "dimension": dimension,
        "category": category,
        "numerator": value,
        "denominator": "",
        "value": value,
        "status": "",
        "trend": trend,
    }


def test_verdicts_are_compared_where_both_have_one() -> None:
    before = [
        row("m", "total", "total"),
        row("m", "kind", "a"),
        row("m", "kind", "b", trend=""),
        row("m", "month", "2020-12"),
    ]
    now = [
        row("m", "total", "total", trend="Increase"),
        row("m", "kind", "a"),
        row("m", "kind", "b", trend="Increase"),
        row("m", "month", "2020-12", trend="x"),
    ]
    assert [each.key for each in verdicts_changed(before, now)] == [("m", "total", "total")]
    assert [each.key for each in revised(before, now)] == [
        ("m", "total", "total"),
        ("m", "kind", "b"),
        ("m", "month", "2020-12"),
    ]


def test_what_is_new_or_gone_is_named_at_its_widest() -> None:
    before = [
        row("m", "total", "total"),
        row("m", "kind", "a"),
        row("m", "month", "2020-12"),
        row("old", "total", "total"),
    ]
    now = [
        row("m", "total", "total"),
        row("m", "kind", "a"),
        row("m", "kind", "c"),
        row("m", "unit", "x"),
        row("m", "unit", "y"),
        row("new", "total", "total"),
        row("new", "kind", "a"),
        row("m", "month", "2021-01"),
    ]
    assert new_and_gone(before, now) == ((("m", "kind", "c"), ("m", "unit", ""), ("new", "", "")), (("old", "", ""),))
