"""A force books month after month: nothing published changes, files agree with their key, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from thematic.build.build import prepare
from thematic.build.public import book, verify
from thematic.core.errors import ArgumentsRefused, DataRefused
from thematic.core.workbook import Workbook
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.measures.ledger.seen import seen_by
from thematic.measures.release import released
from thematic.params import load_params
from thematic.report.report import Report
from warehouse_drawn import sample_workbook

pytestmark = pytest.mark.proof
FIRST, NEXT = "2020-12", "2021-01"
TODAY = date(2026, 1, 1)
TABLES = {"crimes": "recorded_on", "incidents": "received_on", "surveys": "surveyed_on"}


def quiet(_: str) -> None:
    """Says nothing."""


Late = tuple[int, str] | None
"""So many rapes more, recorded on a day."""


@cache
def few_rows(path: Path, day: str) -> pd.DataFrame:
    """The rows of a table of the sample that the force has: every eighth, and every rape."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    kept = rows.index % 8 == 0
    if "offence_code" in rows:
        kept |= rows["offence_code"] == "19C"
    return rows[kept & (rows[day] >= "2019-01-01")]


def extract(sample: Path, folder: Path, last: str, late: Late = None) -> None:
    """An extract of the force's own as it was on a day: what came later is not in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, day in TABLES.items():
        rows = few_rows(sample / f"{name}.csv", day)
        rows = rows[rows[day] <= last].copy()
        for column in [each for each in rows if each.endswith("_on") and each != day]:
            later = rows[column] > last
            rows.loc[later, [column, *(["outcome_code"] if column == "outcome_on" else [])]] = ""
        if name == "crimes" and late is not None:
            rows = with_rows(rows, *late)
        rows.to_csv(folder / f"{name}.csv", index=False)
    said = {"title": "The force's own extract", "as_at": last, "synthetic": False}
    known = yaml.safe_load((sample / "extract.yaml").read_text(encoding="utf-8"))
    (folder / "extract.yaml").write_text(yaml.safe_dump({**known, **said}), encoding="utf-8")


def with_rows(rows: pd.DataFrame, number: int, day: str) -> pd.DataFrame:
    like = rows[(rows["offence_code"] == "19C") & (rows["recorded_on"] <= day)].iloc[[0] * number].copy()
    like["crime_ref"] = [f"LATE{place}" for place in range(number)]
    like["recorded_on"] = day
    for column in ("outcome_on", "outcome_code", "cancelled_on", "committed_on"):
        like[column] = ""
    return pd.concat([rows, like])


class Force:
    """A force's workbook, whose extract is replaced from month to month.

    `counted` is a folder of extracts that were counted before with the params as they were: what the product finds up
    to date in them it does not count again.
    """

    def __init__(self, root: Path, sample: Path, counted: Path) -> None:
        self.workbook, self.sample, self.counted = Workbook(root), sample, counted

    def brings(self, last: str, late: Late = None) -> None:
        known = self.counted / "-".join([last, *map(str, late or ())])
        if not known.exists():
            shutil.copytree(self.counted / "empty", known)
            workbook = Workbook(known)
            extract(self.sample, workbook.raw, last, late)
            prepare(workbook, load_params(workbook), data=None, lookup=None, today=TODAY, say=quiet)
        for name in ("raw", "warehouse", "cubes"):
            shutil.rmtree(self.workbook.root / "data" / name, ignore_errors=True)
            shutil.copytree(known / "data" / name, self.workbook.root / "data" / name)

    def books(self, month: str, *, new_key: bool = False) -> list[str]:
        return book(self.workbook, month, "", "", TODAY, quiet, new_key=new_key)

    def public(self, period: str, theme: str = "rape", area: str = "force") -> Figures:
        params = load_params(self.workbook)
        index = prepare(self.workbook, params, data=None, lookup=None, today=TODAY, say=quiet)
        seen = seen_by("public", self.workbook, params, index, quiet, periods=None)
        found = seen.params.area(area)
        month = next(each for each in seen.index.periods if str(each) == period)
        return released(ReportData(seen.params, theme, seen.files(theme), seen.index, found, month, "public"))

    def notes(self) -> list[str]:
        """What the latest public report on rape says of its data."""
        params = load_params(self.workbook)
        index = prepare(self.workbook, params, data=None, lookup=None, today=TODAY, say=quiet)
        seen = seen_by("public", self.workbook, params, index, quiet)
        area, month = seen.params.force_area, seen.index.periods[-1]
        data = ReportData(seen.params, "rape", seen.files("rape"), seen.index, area, month, "public")
        return list(Report(data).data_notes().items)

    def kept(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.workbook.ledger.glob("*.csv"))}


@pytest.fixture(scope="module")
def booked(tmp_path_factory: pytest.TempPathFactory) -> Force:
    """A force that has booked all months up to December."""
    made = sample_workbook(tmp_path_factory.mktemp("sample"))
    root = tmp_path_factory.mktemp("force")
    for part in ("params", "notebooks", "data/reference"):
        shutil.copytree(made.root / part, root / part)
    for path in (root / "params" / "themes").glob("*.yaml"):
        if path.stem not in ("asb", "rape"):
            path.unlink()
    themes = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (root / "params" / "themes").glob("*.yaml")]
    for path in (root / "params" / "measures").glob("*.yaml"):
        if not any(path.stem in theme["measures"] for theme in themes):
            path.unlink()
    shutil.rmtree(root / "params" / "commentary", ignore_errors=True)
    (root / "params" / "recommendations" / "domestic-abuse.yaml").unlink(missing_ok=True)
    (root / "params" / "pack.yaml").unlink()
    counted = tmp_path_factory.mktemp("counted")
    shutil.copytree(root, counted / "empty")
    force = Force(root, made.sample, counted)
    force.brings("2020-12-31")
    force.books(FIRST)
    return force


@pytest.fixture
def force(booked: Force, tmp_path: Path) -> Force:
    shutil.copytree(booked.workbook.root, tmp_path / "workbook")
    return Force(tmp_path / "workbook", booked.sample, booked.counted)


def test_only_the_force_can_read_the_ledger(booked: Force) -> None:
    ledger = booked.workbook.ledger
    assert (ledger / "key").stat().st_size == 32
    if os.name == "posix":
        assert stat.S_IMODE(ledger.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in ledger.glob("*.csv")} == {0o600}
        assert stat.S_IMODE((ledger / "key").stat().st_mode) == 0o600


def test_a_month_that_is_not_booked_has_no_public_edition(force: Force) -> None:
    force.brings("2021-01-31")
    with pytest.raises(DataRefused, match=r"2021-01 is not booked for the public.*run: thematic book 2021-01"):
        force.public(NEXT)


def test_records_that_change_change_nothing_public_until_they_are_booked(force: Force) -> None:
    before = force.public(FIRST)
    force.brings("2020-12-31", (1, "2020-06-15"))
    assert force.public(FIRST).rows == before.rows


def test_the_next_month_leaves_what_was_published_as_it_is(force: Force) -> None:
    before, files = force.public(FIRST), force.kept()
    force.brings("2021-01-31", (3, "2020-06-15"))
    force.books(NEXT)
    assert {name: data for name, data in force.kept().items() if name in files} == files
    then = {(row.measure, row.dimension, row.category): row for row in before.rows}
    now = {(row.measure, row.dimension, row.category): row for row in force.public(FIRST).rows}
    assert {place: (then.get(place), now.get(place)) for place in then | now if then.get(place) != now.get(place)} == {}
    assert force.public(NEXT).one("rape_recorded").value is not None
    assert "each as its records and the key give it" in verify(force.workbook, TODAY, quiet)


def test_booking_twice_adds_nothing(force: Force) -> None:
    files = force.kept()
    assert "is booked already" in force.books(FIRST)[0]
    assert force.kept() == files


def test_a_second_analyst_with_key_files_and_extract_makes_the_same_file(force: Force, tmp_path: Path) -> None:
    shutil.copytree(force.workbook.root, tmp_path / "second")
    second = Force(tmp_path / "second", force.sample, force.counted)
    for each in (force, second):
        each.brings("2021-01-31")
        each.books(NEXT)
    assert force.kept() == second.kept()


def test_many_late_records_stop_the_booking_until_the_force_decides(force: Force) -> None:
    files = force.kept()
    force.brings("2021-01-31", (200, "2020-06-15"))
    with pytest.raises(DataRefused, match=r"2021-01 cannot be booked: .*rape.*\+200 .*corrections.yaml"):
        force.books(NEXT)
    assert force.kept() == files


@pytest.mark.parametrize(("decision", "risen"), [("book", True), ("reanchor", False)])
def test_the_force_decides_on_late_records(force: Force, decision: str, risen: bool) -> None:
    force.brings("2021-01-31", (200, "2020-06-15"))
    path = force.workbook.params / "corrections.yaml"
    path.write_text(f'"2021-01": {{do: {decision}, why: "An old system was read in"}}\n', encoding="utf-8")
    force.books(NEXT)
    january = force.public(NEXT).one("rape_recorded", "month", NEXT).value
    assert january is not None
    assert (january > 200) == risen
    verify(force.workbook, TODAY, quiet)


def test_a_file_that_was_changed_is_found(force: Force) -> None:
    path = force.workbook.ledger / "2020-06.csv"
    path.write_bytes(path.read_bytes().replace(b",5\n", b",10\n", 1))
    force.brings("2021-01-31")
    with pytest.raises(DataRefused, match=r"2020-07.csv: the file of the month before is not the one"):
        force.books(NEXT)


def test_a_file_that_is_missing_is_found(force: Force) -> None:
    (force.workbook.ledger / "2020-06.csv").unlink()
    with pytest.raises(DataRefused, match="2020-06 is missing between the months that were booked"):
        verify(force.workbook, TODAY, quiet)


def test_a_step_that_its_records_do_not_give_is_found(force: Force) -> None:
    """The last file has none after it that would tell."""
    path = force.workbook.ledger / f"{FIRST}.csv"
    path.write_bytes(path.read_bytes().replace(b",5\n", b",10\n", 1))
    with pytest.raises(DataRefused, match=f"{FIRST}.csv: .* is not what its records and the key give"):
        verify(force.workbook, TODAY, quiet)


def test_another_key_is_refused(force: Force) -> None:
    (force.workbook.ledger / "key").write_bytes(b"x" * 32)
    force.brings("2021-01-31")
    with pytest.raises(DataRefused, match="was booked with another key"):
        force.books(NEXT)


def test_a_lost_key_is_not_made_anew(force: Force) -> None:
    (force.workbook.ledger / "key").unlink()
    force.brings("2021-01-31")
    with pytest.raises(DataRefused, match=r"key: is not there, and months were booked with it"):
        force.books(NEXT)


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_new_key_holds_from_the_next_month_on(force: Force, is_lost: bool) -> None:
    """A key that is known to others is kept for its months; of a lost one the months stay as they are."""
    before, kept, old = force.public(FIRST), force.kept(), (force.workbook.ledger / "key").read_bytes()
    if is_lost:
        (force.workbook.ledger / "key").unlink()
    force.brings("2021-01-31")
    force.books(NEXT, new_key=True)
    assert (force.workbook.ledger / "key").read_bytes() != old
    assert {name: data for name, data in force.kept().items() if name in kept} == kept
    assert force.public(FIRST).frame.equals(before.frame)
    said = verify(force.workbook, TODAY, quiet)
    assert ("1 as their records" in said) if is_lost else ("each as its records and the key give it" in said)
    assert any("drawn with a new key" in each for each in force.notes())
    force.brings("2021-01-31", (3, "2021-01-20"))
    force.books(NEXT)


def test_a_new_key_that_would_hold_for_nothing_is_refused(force: Force) -> None:
    key = (force.workbook.ledger / "key").read_bytes()
    with pytest.raises(ArgumentsRefused, match="--new-key: 2020-12 is booked already"):
        force.books(FIRST, new_key=True)
    assert (force.workbook.ledger / "key").read_bytes() == key


def test_a_month_to_come_is_not_booked(force: Force) -> None:
    with pytest.raises(ArgumentsRefused, match="2021-02 is not complete in the data"):
        force.books("2021-02")


def test_made_up_data_never_take_the_place_of_the_force_s_own(force: Force) -> None:
    files = force.kept()
    for name in ("raw", "warehouse"):
        shutil.rmtree(force.workbook.root / "data" / name)
    for name in ("sample", "warehouse"):
        shutil.copytree(force.sample.parent / name, force.workbook.root / "data" / name)
    with pytest.raises(DataRefused, match="holds the ledger of the force's own data"):
        force.books(NEXT)
    assert force.kept() == files


def test_a_breakdown_declared_later_begins_with_its_first_month(force: Force) -> None:
    path = force.workbook.params / "themes" / "rape.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("lpu, local_authority, offence]", "lpu, local_authority, offence, weekday]"), encoding="utf-8"
    )
    with pytest.raises(DataRefused, match=r"params/ have changed since .*thematic book 2020-12"):
        force.public(FIRST)
    force.brings("2021-01-31")
    force.books(NEXT)
    figures = force.public(NEXT)
    assert {row.status for row in figures.of("rape_recorded", "weekday")} == {"[x]"}
    assert "published since January 2021 alone" in str(figures.reasons["rape_recorded", "weekday"])
    assert figures.one("rape_recorded").value is not None


def test_another_base_is_refused(force: Force) -> None:
    path = force.workbook.params / "disclosure.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("base: 5 ", "base: 10 "), encoding="utf-8")
    force.brings("2021-01-31")
    with pytest.raises(DataRefused, match=r"disclosure.yaml, base: is 10, and 2017-04 was booked with 5"):
        force.books(NEXT)


def test_other_draws_hold_from_the_next_month_on(force: Force) -> None:
    path = force.workbook.params / "disclosure.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("rape: 6", "rape: 4"), encoding="utf-8")
    force.brings("2021-01-31")
    force.books(NEXT)
    assert "each as its records and the key give it" in verify(force.workbook, TODAY, quiet)


def test_leaves_of_another_shape_are_another_ledger_and_wipe_nothing(force: Force) -> None:
    files = force.kept()
    assert force.public(FIRST).one("rape_recorded").value is not None
    theme, rules = force.workbook.params / "themes" / "rape.yaml", force.workbook.params / "disclosure.yaml"
    theme.write_text(theme.read_text(encoding="utf-8").replace("authority, offence]", "authority, weekday]"), "utf-8")
    rules.write_text(rules.read_text(encoding="utf-8").replace("    offence: [force]\n", ""), encoding="utf-8")
    force.books(FIRST)
    after = force.public(FIRST)
    assert force.kept() == files
    assert after.one("rape_recorded").value is None
    assert "it has been published since January 2021 alone" in str(after.reasons["rape_recorded", "total"])
    force.brings("2021-01-31")
    force.books(NEXT)
    assert "published since January 2021 alone" in str(force.public(NEXT).reasons["rape_recorded", "total"])
    verify(force.workbook, TODAY, quiet)


def test_publishing_more_needs_no_booking_and_publishing_less_takes_away(force: Force) -> None:
    before = force.public(FIRST, area="widnes")
    assert before.of("rape_recorded", "offence") == []
    rules = force.workbook.params / "disclosure.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("    offence: [force]\n", ""), encoding="utf-8")
    force.books(FIRST)
    after = force.public(FIRST, area="widnes")
    assert after.one("rape_recorded") == before.one("rape_recorded")
    assert sum(row.value or 0 for row in after.of("rape_recorded", "offence")) == after.one("rape_recorded").value


def test_a_theme_that_is_given_up_keeps_its_files(force: Force) -> None:
    files = force.kept()
    (force.workbook.params / "themes" / "rape.yaml").unlink()
    for path in (force.workbook.params / "measures").glob("rape*.yaml"):
        path.unlink()
    rules = force.workbook.params / "disclosure.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text[: text.index("levels:")].replace(", rape: 6", ""), encoding="utf-8")
    force.brings("2021-01-31")
    force.books(NEXT)
    assert {name: data for name, data in force.kept().items() if name in files} == files
    verify(force.workbook, TODAY, quiet)


def test_what_was_not_revised_is_said(force: Force) -> None:
    force.brings("2021-01-31", (200, "2020-06-15"))
    path = force.workbook.params / "corrections.yaml"
    path.write_text('"2021-01": {do: reanchor, why: "An old system was read in"}\n', encoding="utf-8")
    force.books(NEXT)
    assert any("records of earlier months changed (An old system was read in)" in each for each in force.notes())


def test_one_more_sum_of_leaves_changes_nothing_that_was_booked(force: Force) -> None:
    before, files = force.public(FIRST), force.kept()
    with_measure(force, "rape_girls", {"offence_title": "Rape of a female child under 16"})
    force.brings("2021-01-31")
    force.books(NEXT)
    assert {name: data for name, data in force.kept().items() if name in files} == files
    assert force.public(FIRST).one("rape_recorded") == before.one("rape_recorded")
    assert "1 as their records and the key give them" in verify(force.workbook, TODAY, quiet)


def test_one_more_part_of_a_group_is_a_family_of_its_own(force: Force) -> None:
    with_measure(force, "rape_no_age", {"victim_age": {"filled": False}})
    force.books(FIRST)
    found = force.public(FIRST)
    for name in ("rape_no_age", "rape_adult_recorded", "rape_under_18_recorded"):
        assert (found.one(name).value, found.one(name).status) == (None, "[x]"), name
    assert found.one("rape_recorded").value is not None


def test_what_was_given_up_for_a_month_begins_anew(force: Force) -> None:
    theme = force.workbook.params / "themes" / "rape.yaml"
    known = theme.read_text(encoding="utf-8")
    theme.write_text(
        known.replace("  rape_non_recent_recorded: [total]\n", "").replace(", rape_non_recent_recorded", ""), "utf-8"
    )
    own = force.workbook.params / "measures" / "rape_non_recent_recorded.yaml"
    said = own.read_bytes()
    own.unlink()
    force.brings("2021-01-31")
    force.books(NEXT)
    theme.write_text(known, encoding="utf-8")
    own.write_bytes(said)
    force.books(NEXT)
    assert force.public(NEXT).one("rape_non_recent_recorded").status == "[x]"
    assert force.public(NEXT).one("rape_recorded").value is not None


def with_measure(force: Force, name: str, where: dict[str, object]) -> None:
    """One more measure of the theme, a count of some of its rows."""
    params = force.workbook.params
    said = yaml.safe_load((params / "measures" / "rape_adult_recorded.yaml").read_text(encoding="utf-8"))
    said |= {"title": name, "short": name, "numerator": {"selection": "rape", "where": where}}
    (params / "measures" / f"{name}.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    theme = params / "themes" / "rape.yaml"
    known, line = theme.read_text(encoding="utf-8"), "  rape_adult_recorded: [total]\n"
    theme.write_text(known.replace(line, f"{line}  {name}: [total]\n"), encoding="utf-8")
