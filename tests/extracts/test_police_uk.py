"""Draws small data.police.uk downloads, and holds the real ones to their known counts."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from extract_drawn import Drawn, level, new_workbook
from open_data import open_data
from thematic.core.errors import DataRefused
from thematic.extracts import warehouse
from thematic.params.areas import Level
from thematic.params.tables import Column

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
OUTCOMES = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
LOOKUP = "lsoa2011_code,local_authority,lpu,population_mid2020\nE1,North,Abton,1000\nE2,South,caer éire,2000.0\n"
ASB = "Anti-social behaviour"


def street(*rows: tuple[str, str, str, str], month: str = "2021-01") -> str:
    """Street rows of (Crime ID, LSOA code, crime type, location)."""
    return STREET + "".join(
        f"{crime},{month},Northshire Police,Northshire Police,-2.5,53.1,{location},{lsoa},Somewhere,{kind},,\n"
        for crime, lsoa, kind, location in rows
    )


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    drawn = new_workbook(tmp_path)
    (tmp_path / "lookup.csv").write_text(LOOKUP, encoding="utf-8")
    return drawn


def put(drawn: Drawn, text: str, month: str = "2021-01", force: str = "northshire", kind: str = "street") -> None:
    drawn.write(f"{month}/{month}-{force}-{kind}.csv", text.encode())


def build(drawn: Drawn, data: Path | None = None, lookup: str = "lookup.csv") -> warehouse.ExtractFacts:
    return drawn.build(data, drawn.root / lookup)


def refused(drawn: Drawn, data: Path | None = None, lookup: str = "lookup.csv") -> str:
    with pytest.raises(DataRefused) as refusal:
        build(drawn, data, lookup)
    assert sorted(path.name for path in (drawn.root / "data").iterdir()) == ["reference"]
    return str(refusal.value)


def test_anti_social_behaviour_becomes_incidents_and_the_rest_crimes(drawn: Drawn) -> None:
    put(drawn, street(("", "E1", ASB, "On a street"), ("a", "E2", "Drugs", "On a street")))
    facts = build(drawn)
    [incident], [crime] = drawn.kept("incidents"), drawn.kept("crimes")
    assert (incident["received_on"], incident["lpu"], incident["local_authority"]) == (
        date(2021, 1, 1),
        "Abton",
        "North",
    )
    assert (crime["crime_ref"], crime["recorded_on"], crime["crime_type"]) == ("a", date(2021, 1, 1), "Drugs")
    assert (crime["lpu"], crime["longitude"], crime["domestic"], crime["aggravated"]) == ("Caer Éire", -2.5, None, None)
    assert "finalisation_code" not in facts.columns["incidents"]
    assert "offence_code" not in facts.columns["crimes"]
    assert set(facts.columns) == {"crimes", "incidents"}
    assert (facts.kind, facts.synthetic, facts.title) == ("police.uk", False, "data.police.uk")
    assert "Open Government Licence v3.0" in str(facts.licence)


def test_two_incidents_alike_are_two_and_two_crimes_alike_are_one(drawn: Drawn) -> None:
    asb, crime = ("", "E1", ASB, "Here"), ("a", "E1", "Drugs", "Here")
    put(drawn, street(asb, asb, crime, crime, ("a", "E1", "Drugs", "There")))
    facts = build(drawn)
    incidents, crimes = facts.tables["incidents"], facts.tables["crimes"]
    assert (incidents.kept, incidents.duplicates) == (2, 0)
    assert (crimes.rows_in, crimes.kept, crimes.duplicates, crimes.quarantined) == (3, 1, 2, 0)
    assert drawn.kept("crimes")[0]["crime_ref"] == "a"


def test_of_one_crime_id_a_row_that_is_wrong_is_no_duplicate(drawn: Drawn) -> None:
    wrong = street(("a", "E1", "Drugs", "Here")).replace("53.1", "530.1").removeprefix(STREET)
    put(drawn, street(("a", "E1", "Drugs", "Here")) + wrong)
    crimes = build(drawn).tables["crimes"]
    assert (crimes.kept, crimes.duplicates, crimes.quarantined) == (1, 0, 1)
    assert crimes.reasons["latitude is outside -90 to 90"] == 1


def test_the_same_line_of_two_months_is_two_rows(drawn: Drawn) -> None:
    put(drawn, street(("", "E1", ASB, "Here"), ("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("", "E1", ASB, "Here"), ("a", "E1", "Drugs", "Here")))
    facts = build(drawn)
    assert {row["incident_ref"] for row in drawn.kept("incidents")} == {"2020-12-0000002", "2021-01-0000002"}
    assert facts.tables["crimes"].duplicates == 1
    assert facts.latest_period == "2021-01"
    assert facts.history_from == {"crimes": "2020-12", "incidents": "2020-12"}


def test_files_of_other_years_may_lack_columns_that_are_not_read(drawn: Drawn) -> None:
    older = street(("a", "E1", "Drugs", "Here"), month="2020-12").replace(",Context\n", "\n").replace(",,\n", ",\n")
    put(drawn, older, "2020-12")
    put(drawn, street(("b", "E1", "Drugs", "Here"), ("b", "E1", "Drugs", "Here")))
    crimes = build(drawn).tables["crimes"]
    assert (crimes.kept, crimes.duplicates, crimes.quarantined) == (2, 1, 0)


def test_a_file_whose_rows_are_of_another_month_is_refused(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), ("b", "E1", "Drugs", "Here"), month="2021-02"))
    assert "2021-01-northshire-street.csv: 2 rows are of another month, as on line 2 (2021-02)" in refused(drawn)


def test_a_missing_month_is_named_and_the_months_before_stay(drawn: Drawn) -> None:
    for month in ("2020-10", "2020-12", "2021-01"):
        put(drawn, street((f"a{month}", "E1", "Drugs", "Here"), ("", "E1", ASB, "Here"), month=month), month)
    facts = build(drawn)
    assert facts.gaps == {"crimes": ["2020-11"], "incidents": ["2020-11"]}
    assert facts.history_from == {"crimes": "2020-10", "incidents": "2020-10"}
    said = [note for note in facts.notes if "Crimes (crimes): no rows in 2020-11." in note]
    assert said and said[0].endswith("Download these months as well.")


def test_one_row_of_another_month_is_enough_and_a_blank_month_is_a_bad_row(drawn: Drawn) -> None:
    odd = street(("b", "E1", "Drugs", "Here"), month="2020-12").removeprefix(STREET)
    put(drawn, street(("a", "E1", "Drugs", "Here")) + odd)
    assert "1 row is of another month, as on line 3 (2020-12)" in refused(drawn)
    put(drawn, street(("a", "E1", "Drugs", "Here")) + odd.replace("2020-12", ""))
    assert build(drawn).tables["crimes"].reasons == {"recorded_on is blank": 1}


def test_several_missing_months_and_one_without_any_of_a_kind(drawn: Drawn) -> None:
    for month in ("2020-07", "2020-08", "2020-11", "2021-01"):
        asb = [("", "E1", ASB, "Here")] if month != "2020-08" else []
        put(drawn, street((f"a{month}", "E1", "Drugs", "Here"), *asb, month=month), month)
    missing = ["2020-09", "2020-10", "2020-12"]
    assert build(drawn).gaps == {"crimes": missing, "incidents": missing}, "August was there"


def test_a_source_that_cannot_say_what_is_void_is_named(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    assert build(drawn).not_ended == ["crimes"]


def test_files_of_the_download_that_are_not_read_are_named(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, "x", kind="neighbourhood")
    put(drawn, "x", "2020-12", kind="neighbourhood")
    said = "Not read from the download: 2 neighbourhood files (2020-12/2020-12-northshire-neighbourhood.csv to "
    assert any(note.startswith(said) for note in build(drawn).notes)


def test_types_of_crime_feed_the_column_that_is_declared_for_them(drawn: Drawn) -> None:
    crimes = drawn.tables["crimes"]
    declared = Column.model_validate({"kind": "code", "codes": {"Drugs": "Drugs"}, "optional": True, "meaning": "Type"})
    drawn.tables["crimes"] = crimes.model_copy(update={"columns": {**crimes.columns, "crime_type": declared}})
    put(drawn, street(("a", "E1", "Drugs", "Here"), ("b", "E1", "Burglary", "Here")))
    facts = build(drawn)
    assert [row["crime_type"] for row in drawn.kept("crimes")] == ["Drugs"]
    assert facts.tables["crimes"].reasons == {"crime_type is none of Drugs": 1}
    assert "offence_title" not in facts.columns["crimes"]


def test_rows_of_a_table_that_is_not_declared_are_named(drawn: Drawn) -> None:
    del drawn.tables["incidents"]
    put(drawn, street(("a", "E1", "Drugs", "Here"), ("", "E1", ASB, "Here")))
    facts = build(drawn)
    assert set(facts.tables) == {"crimes"}
    assert "incidents: 1 row not used, as params/tables has no such table." in facts.notes


def test_rows_outside_the_lookup_stay_without_a_place_and_every_lsoa_is_named(drawn: Drawn) -> None:
    put(drawn, street(*[("", lsoa, ASB, "Here") for lsoa in ("E1", "E9", "E8", "E9", "")]))
    facts = build(drawn)
    assert [row["lpu"] for row in drawn.kept("incidents")] == ["Abton", None, None, None, None]
    assert {row[3:] for row in drawn.quality() if row[2] == "unplaced"} == {("E9", 2), ("E8", 1), ("no LSOA", 1)}
    note = facts.notes[-1]
    assert note == (
        "incidents: 4 rows count as No location recorded. 3 of them are in 2 LSOAs that the lookup does not know: "
        "E8, E9. 1 of them has no LSOA."
    )


UNABLE, CHARGED = "Unable to prosecute suspect", "Suspect charged"


def outcomes(*rows: tuple[str, str], month: str = "2021-01") -> str:
    """Outcome rows of (Crime ID, outcome)."""
    return OUTCOMES + "".join(f"{crime},{month},N,N,-2.5,53.1,Here,E1,S,{kind}\n" for crime, kind in rows)


def test_the_last_outcome_of_a_crime_counts_in_its_month(drawn: Drawn) -> None:
    put(drawn, street(*[(crime, "E1", "Drugs", "Here") for crime in "abc"], month="2020-12"), "2020-12")
    put(drawn, street(("d", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("a", UNABLE), ("b", UNABLE), ("b", CHARGED), month="2020-12"), "2020-12", kind="outcomes")
    put(drawn, outcomes(("a", CHARGED), ("d", UNABLE), ("d", UNABLE)), kind="outcomes")
    facts = build(drawn)
    given = {row["crime_ref"]: (row["outcome_type"], row["outcome_on"]) for row in drawn.kept("crimes")}
    december, january = date(2020, 12, 1), date(2021, 1, 1)
    assert given == {"a": (CHARGED, january), "b": (CHARGED, december), "c": (None, None), "d": (UNABLE, january)}
    counted = facts.tables["outcomes"]
    assert (counted.rows_in, counted.kept, counted.duplicates, counted.left_out) == (6, 3, 1, 2)
    assert counted.reasons == {"was replaced by a later outcome of the same crime": 2}
    assert "the last outcome in the download" in facts.earlier["crimes"]


def test_outcomes_that_belong_to_no_crime_are_left_out_with_the_reason(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("b", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("b", UNABLE), ("z", UNABLE), ("", UNABLE), month="2020-12"), "2020-12", kind="outcomes")
    put(drawn, outcomes(("a", "Vanished"), ("a", CHARGED)) + "too,few\n", kind="outcomes")
    counted = build(drawn).tables["outcomes"]
    assert (counted.rows_in, counted.kept, counted.left_out) == (6, 1, 5)
    assert counted.reasons == {
        "is dated before its crime was recorded": 1,
        "its crime is not in the download": 1,
        "names no crime": 1,
        "'Vanished' is none of the types of outcome that params/tables declares": 1,
        "has too few fields": 1,
    }
    assert sum(row[4] for row in drawn.quality() if row[0] == "outcomes") == 6


def test_outcomes_without_a_month_of_the_crimes_are_not_counted(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("b", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("b", UNABLE)), kind="outcomes")
    facts = build(drawn)
    assert "outcome_type" not in facts.columns["crimes"]
    assert any(
        "Outcomes are not counted: the download has no outcomes file of 2020-12." in note for note in facts.notes
    )


def test_what_the_download_or_the_workbook_lacks_is_told_from_what_is_never_published(drawn: Drawn) -> None:
    drawn.levels["lpu"] = drawn.levels["lpu"].model_copy(update={"plural": "Local Policing Units"})
    (drawn.root / "lookup.csv").write_text("lsoa2011_code,local_authority\nE1,North\n", encoding="utf-8")
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, STOPS + stop("2021-01-02T10:00:00+00:00"), kind="stop-and-search")
    none = "the download has no outcomes files: download these too"
    lookup = "the lookup of LSOAs has no column for Local Policing Units: add one"
    points = "the download gives points alone and there are no boundaries that place them in {}: bring boundaries"
    assert build(drawn).absent == {
        "crimes": {"outcome_type": none, "outcome_on": none, "lpu": lookup},
        "incidents": {"lpu": lookup},
        "stop_searches": {"lpu": points.format("Local Policing Units"), "local_authority": points.format("Areas")},
    }


def test_months_without_outcomes_and_kinds_of_files_that_are_not_there_are_told(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("b", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("b", UNABLE)), kind="outcomes")
    found = build(drawn).absent
    assert found["crimes"]["outcome_type"] == "the download has no outcomes file of 2020-12: download these too"
    assert found["stop_searches"] == {"": "the download has no stop and search files: download these too"}
    put(drawn, outcomes(("a", UNABLE), month="2020-12"), "2020-12", kind="outcomes")
    assert list(build(drawn).absent) == ["stop_searches"]


def test_an_outcomes_file_of_another_month_is_refused(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("a", UNABLE), month="2020-12"), kind="outcomes")
    assert "2021-01-northshire-outcomes.csv: 1 row is of another month" in refused(drawn)


STOPS = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,"
    "Officer-defined ethnicity,Legislation,Object of search,Outcome,Outcome linked to object of search,"
    "Removal of more than just outer clothing\n"
)
IRISH = "White - Irish"


def stop(moment: str, age: str = "18-24", outcome: str = "Arrest") -> str:
    return f"Person search,{moment},,,53.1,-2.5,Male,{age},{IRISH},White,An Act,Stolen goods,{outcome},True,False\n"


def test_stops_become_searches_on_the_local_day_and_two_alike_are_two(drawn: Drawn) -> None:
    text = STOPS + stop("2021-06-30T23:00:00+00:00", "10-17") * 2 + stop("2021-07-02T10:00:00+00:00", "over 34", "")
    put(drawn, text, "2021-07", kind="stop-and-search")
    facts = drawn.build(today=date(2021, 8, 3))
    rows = drawn.kept("stop_searches")
    assert [row["searched_on"] for row in rows] == [date(2021, 7, 1), date(2021, 7, 1), date(2021, 7, 2)]
    assert [row["age_band"] for row in rows] == ["10 to 17", "10 to 17", "35 and over"]
    assert [row["outcome"] for row in rows] == ["Arrest", "Arrest", None]
    assert {row["ethnicity"] for row in rows} == {"white"}
    assert facts.tables["stop_searches"].kept == 3
    assert "lpu" not in facts.columns["stop_searches"]
    assert any("Name the units' polygons as boundaries:" in note for note in facts.notes)


def test_searches_of_another_month_are_said_and_a_file_of_another_month_is_refused(drawn: Drawn) -> None:
    july, june = stop("2021-07-02T10:00:00+00:00"), stop("2021-06-02T10:00:00+00:00")
    put(drawn, STOPS + july * 2 + june, "2021-07", kind="stop-and-search")
    said = drawn.build(today=date(2021, 8, 3)).notes
    assert any("1 search is dated in another month, and counted there" in note for note in said)
    put(drawn, STOPS + june * 2 + july, "2021-07", kind="stop-and-search")
    with pytest.raises(DataRefused, match="2 of 3 rows are of another month"):
        drawn.build(today=date(2021, 8, 4))


def test_several_zips_of_a_folder_are_one_download(drawn: Drawn) -> None:
    older, newer = (street((f"a{m}", "E1", "Drugs", "Here"), month=m) for m in ("2020-12", "2021-01"))
    names = [f"{m}/{m}-northshire-street.csv" for m in ("2020-12", "2021-01")]
    zipped(drawn, {names[0]: older, names[1]: newer, "2021-01/readme.txt": "x"}).rename(drawn.extract / "b.zip")
    zipped(drawn, {names[0]: older}).rename(drawn.extract / "a.zip")
    facts = build(drawn)
    assert (facts.tables["crimes"].kept, facts.history_from["crimes"]) == (2, "2020-12")
    assert any("b.zip/2021-01/readme.txt" in note for note in facts.notes)
    zipped(drawn, {names[1]: newer.replace("Drugs", "Robbery")}).rename(drawn.extract / "c.zip")
    with pytest.raises(DataRefused, match=r"the street file of 2021-01 twice: b\.zip/.* and c\.zip/"):
        build(drawn)


def test_a_lookup_of_another_vintage_is_said_first_of_all(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("b", "E8", "Drugs", "Here"), ("c", "E9", "Drugs", "Here"), ("d", "E1", "Drugs", "Here")))
    [first] = build(drawn).first
    assert first.startswith(
        "The lookup does not know the LSOAs of 67% of the rows of 2021-01: it may be of another vintage"
    )
    assert drawn.said[1] == first


def test_populations_are_the_lookups_sums(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    more = LOOKUP + "E3,North,Abton,500\nE4,North,,7\n"
    (drawn.root / "lookup.csv").write_text(more, encoding="utf-8")
    assert build(drawn).populations == {
        "local_authority": {"North": 1507, "South": 2000},
        "lpu": {"Abton": 1500, "Caer Éire": 2000},
    }
    (drawn.root / "lookup.csv").write_text("lsoa_code,local_authority,lpu\nE1,North,Abton\n", encoding="utf-8")
    assert build(drawn).populations is None


def test_a_lookup_of_both_vintages_places_either(drawn: Drawn) -> None:
    lookup = "lsoa2011_code,lsoa2021_code,local_authority,lpu\nE1,E5,North,Abton\nE1,E6,North,Abton\n"
    (drawn.root / "lookup.csv").write_text(lookup, encoding="utf-8")
    put(drawn, street(*[("", lsoa, ASB, "Here") for lsoa in ("E1", "E5", "E6", "E7")]))
    build(drawn)
    assert [row["lpu"] for row in drawn.kept("incidents")] == ["Abton", "Abton", "Abton", None]


LOOKUPS = [
    ("lsoa_code,district\nE1,North\n", "lacks the column lpu or local_authority"),
    ("code,local_authority,lpu\nE1,North,Abton\n", "lacks the column lsoa2011_code or lsoa2021_code or lsoa_code"),
    (
        "lsoa_code,local_authority,lpu\nE1,Atlantis,Abton\nE2,North,Ys\n",
        "'Atlantis' is not in params/areas/local_authority.yaml",
    ),
    ("lsoa_code,local_authority,lpu\nE1,Atlantis,Abton\nE2,North,Ys\n", "'Ys' is not in params/areas/lpu.yaml"),
    ("lsoa_code,local_authority,lpu\nE1,North,Abton\nE1,South,Abton\n", "places E1 twice"),
    ("lsoa_code,local_authority,lpu,population\nE1,North,Abton,many\n", "'many' is no population"),
    ("lsoa_code,local_authority,lpu,population\nE1,North,Abton,-1\n", "'-1' is no population"),
    ("lsoa_code,local_authority,lpu,population\nE1,North,Abton,1\nE1,North,Abton,1\n", "cannot be summed"),
    ("lsoa_code,local_authority,lpu\n", "holds no LSOA"),
]


@pytest.mark.parametrize(("lookup", "told"), LOOKUPS)
def test_a_lookup_that_cannot_be_used_is_refused(drawn: Drawn, lookup: str, told: str) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    (drawn.root / "lookup.csv").write_text(lookup, encoding="utf-8")
    assert told in refused(drawn)


def test_without_a_lookup_it_says_what_to_bring_and_where(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    told = refused(drawn, lookup="none.csv")
    assert "none.csv does not exist" in told
    assert "(lsoa2011_code, lsoa2021_code or lsoa_code), lpu and local_authority" in told
    assert "LOOKUP=file" in told


def test_outlines_are_read_where_something_has_a_point_alone(drawn: Drawn) -> None:
    drawn.says["boundaries"] = {"file": "data/reference/units.geojson", "name": "lpu"}
    (drawn.root / "data/reference/units.geojson").write_text("{", encoding="utf-8")
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    assert build(drawn).tables["crimes"].kept == 1
    put(drawn, STOPS + stop("2021-01-02T10:00:00+00:00"), kind="stop-and-search")
    own = SimpleNamespace(**vars(drawn.params()), areas=lambda _: [], units="lpu")
    drawn.params = lambda: own  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="Expecting property name"):
        build(drawn)


@pytest.mark.parametrize(("lookup", "lsoa"), [("e1", "E1"), ("E1", "e1"), ("E1", "E1")])
def test_codes_of_the_lookup_are_the_same_in_any_case(drawn: Drawn, lookup: str, lsoa: str) -> None:
    (drawn.root / "lookup.csv").write_text(f"lsoa_code,local_authority,lpu\n{lookup},North,Abton\n", encoding="utf-8")
    put(drawn, street(("a", lsoa, "Drugs", "Here")))
    build(drawn)
    assert [row["lpu"] for row in drawn.kept("crimes")] == ["Abton"]


AS_IT_CAME = "Download the file again, and do not save it from a spreadsheet."


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("street", street(("a", "E1", "Drugs", "Here"), month="01/01/2021"), "not written as YYYY-MM, as on line 2 (01/01/2021)."),
        ("street", street(("a", "E1", "Drugs", "Here")).replace(",", ";"), "street.csv is separated by semicolons."),
        ("stop-and-search", STOPS + stop("02/01/2021 10:00"), "the dates are not written as YYYY-MM-DD (02/01/2021 10:00)."),
        ("stop-and-search", STOPS.replace(",", ";"), "stop-and-search.csv is separated by semicolons."),
    ],
)  # fmt: skip
def test_a_file_that_a_spreadsheet_has_saved_is_refused_as_that(drawn: Drawn, kind: str, text: str, told: str) -> None:
    put(drawn, text, kind=kind)
    assert f"{told} {AS_IT_CAME}" in refused(drawn)


def test_a_lookup_separated_by_semicolons_is_refused_as_that(drawn: Drawn) -> None:
    (drawn.root / "lookup.csv").write_text(LOOKUP.replace(",", ";"), encoding="utf-8")
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    assert "lookup.csv is separated by semicolons. Save it separated by commas." in refused(drawn)


def test_a_zip_within_a_zip_is_refused_with_what_to_do(drawn: Drawn) -> None:
    inner = zipped(drawn, {"2021-01/2021-01-northshire-street.csv": street(("a", "E1", "Drugs", "Here"))})
    outer = drawn.root / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
    told = refused(drawn, outer)
    assert "outer.zip is a zip that holds another: inner.zip. Unpack it, and name the folder." in told


def zipped(drawn: Drawn, files: dict[str, str]) -> Path:
    path = drawn.root / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_the_zip_and_the_folder_it_unpacks_to_are_the_same(drawn: Drawn) -> None:
    text = street(("", "E1", ASB, "Here"), ("a", "E1", "Drugs", "Here"))
    put(drawn, text)
    build(drawn)
    from_folder = [drawn.kept("crimes"), drawn.kept("incidents"), drawn.quality()]
    build(drawn, zipped(drawn, {"2021-01/2021-01-northshire-street.csv": text}))
    assert [drawn.kept("crimes"), drawn.kept("incidents"), drawn.quality()] == from_folder
    drawn.write("deeper/down/2021-01-northshire-street.csv", text.encode())
    build(drawn, drawn.extract / "deeper")
    assert [drawn.kept("crimes"), drawn.kept("incidents"), drawn.quality()] == from_folder


def test_a_zip_of_anything_else_is_refused(drawn: Drawn) -> None:
    assert "no data.police.uk download. Unpack the zip" in refused(drawn, zipped(drawn, {"crimes.csv": "x"}))
    assert "YYYY-MM-<force>-street.csv" in refused(drawn, zipped(drawn, {"readme.txt": "x"}))
    path = zipped(drawn, {"2021-01/2021-01-northshire-street.csv": street(("a", "E1", "Drugs", "Here"))})
    path.write_bytes(path.read_bytes()[:-30])
    assert "no zip that can be opened" in refused(drawn, path)


def test_a_zip_with_a_damaged_member_is_refused(drawn: Drawn) -> None:
    path = zipped(drawn, {"2021-01/2021-01-northshire-street.csv": street(("a", "E1", "Drugs", "Here"))})
    data = bytearray(path.read_bytes())
    at = data.index(b"street.csv") + 20
    data[at : at + 8] = b"\0" * 8
    path.write_bytes(data)
    assert "2021-01-northshire-street.csv cannot be unpacked" in refused(drawn, path)


def test_several_forces_are_refused_by_name(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, street(("b", "E1", "Drugs", "Here")), force="southshire")
    assert "several forces: northshire, southshire" in refused(drawn)


def test_outcomes_alone_are_refused(drawn: Drawn) -> None:
    put(drawn, OUTCOMES, kind="outcomes")
    assert "outcomes alone" in refused(drawn)


def test_a_street_file_without_a_column_is_refused(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")).replace("LSOA code", "LSOA"))
    assert "2021-01-northshire-street.csv lacks the column LSOA code" in refused(drawn)


def test_tables_and_a_download_in_one_folder_are_refused(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    drawn.draw("crimes", {})
    assert "both extract tables (crimes) and a data.police.uk download" in refused(drawn)


@pytest.mark.open_data
@pytest.mark.parametrize(
    ("name", "street_rows", "outcome_rows"),
    [("cheshire_2021-03_2022-03.zip", 103_792, 88_693), ("cheshire_2025-01_2025-12.zip", 80_955, 0)],
)
def test_the_real_downloads_have_their_known_counts(
    drawn: Drawn, name: str, street_rows: int, outcome_rows: int
) -> None:
    folder = open_data()
    lookup = folder / "geography" / "inferred_lsoa2011_to_lpu.csv"
    drawn.levels = _levels_of(lookup)
    facts = drawn.build(folder / "police-uk" / name, lookup, date(2026, 1, 1))
    assert facts.tables["crimes"].rows_in + facts.tables["incidents"].rows_in == street_rows
    assert facts.tables["outcomes"].rows_in if outcome_rows else "outcomes" not in facts.tables
    assert sum(row[4] for row in drawn.quality() if row[2] != "unplaced") == street_rows + outcome_rows
    if outcome_rows:
        year = [row for row in drawn.quality() if row[0] == "incidents" and "2021-03" <= str(row[1]) <= "2022-02"]
        assert sum(row[4] for row in year if row[2] == "kept") == 19_364
        assert sum(row[4] for row in year if row[2] == "unplaced") == 137
        assert (facts.tables["outcomes"].kept, facts.tables["outcomes"].left_out) == (74_714, 13_979)
    assert facts.populations is not None
    assert sum(facts.populations["lpu"].values()) == sum(facts.populations["local_authority"].values())


def _levels_of(lookup: Path) -> dict[str, Level]:
    with lookup.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: level(*sorted({row[name] for row in rows})) for name in ("lpu", "local_authority")}


def test_a_lookup_may_place_in_one_level_alone(drawn: Drawn) -> None:
    (drawn.root / "lookup.csv").write_text("lsoa_code,local_authority\nE1,north\n", encoding="utf-8")
    put(drawn, street(("", "E1", ASB, "Here")))
    facts = build(drawn)
    assert (drawn.kept("incidents")[0]["local_authority"], drawn.kept("incidents")[0]["lpu"]) == ("North", None)
    assert "lpu" not in facts.columns["incidents"]


def test_an_lsoa_whose_unit_the_lookup_leaves_blank_is_counted_apart(drawn: Drawn) -> None:
    (drawn.root / "lookup.csv").write_text(LOOKUP + "E3,North,,10\n", encoding="utf-8")
    put(drawn, street(("", "E1", ASB, "Here"), ("", "E3", ASB, "Here")))
    facts = build(drawn)
    assert facts.notes[-1] == (
        "incidents: 1 row counts as No location recorded. 1 of them lies in LSOAs for which the lookup leaves the unit blank."
    )
    (drawn.root / "lookup.csv").write_text("lsoa_code,local_authority\nE1,North\n", encoding="utf-8")
    assert build(drawn).first[0].startswith("The lookup has no column lpu")


def test_a_month_with_a_heading_alone_is_a_gap(drawn: Drawn) -> None:
    for month in ("2020-11", "2021-01"):
        put(drawn, street((f"a{month}", "E1", "Drugs", "Here"), ("", "E1", ASB, "Here"), month=month), month)
    put(drawn, STREET, "2020-12")
    assert build(drawn).gaps == {"crimes": ["2020-12"], "incidents": ["2020-12"]}


def test_a_search_after_the_last_month_does_not_move_the_latest_period(drawn: Drawn) -> None:
    july, august = stop("2021-07-02T10:00:00+00:00"), stop("2021-08-01T00:10:00+00:00")
    put(drawn, STOPS + july * 2 + august, "2021-07", kind="stop-and-search")
    assert drawn.build(today=date(2021, 9, 3)).latest_period == "2021-07"


def test_dates_without_a_zone_are_local(drawn: Drawn) -> None:
    put(drawn, STOPS + stop("2021-07-31T23:30:00") * 2, "2021-07", kind="stop-and-search")
    facts = drawn.build(today=date(2021, 9, 3))
    assert {row["searched_on"] for row in drawn.kept("stop_searches")} == {date(2021, 7, 31)}
    assert not any("another month" in note for note in facts.notes)


def test_outcomes_in_other_capitals_are_the_same_and_many_unknown_ones_are_refused(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("a", UNABLE.upper())), kind="outcomes")
    build(drawn)
    assert drawn.kept("crimes")[0]["outcome_type"] == UNABLE
    drawn.limits = (1, 0)
    put(drawn, outcomes(("a", "Vanished")), kind="outcomes")
    with pytest.raises(DataRefused) as refusal:
        build(drawn)
    assert "1 row has a type of outcome that is not declared: Vanished." in str(refusal.value)


def test_a_column_that_one_months_file_lacks_is_blank_there_alone(drawn: Drawn) -> None:
    july, june = stop("2021-07-02T10:00:00+00:00"), stop("2021-06-02T10:00:00+00:00")
    put(drawn, STOPS + july, "2021-07", kind="stop-and-search")
    put(drawn, (STOPS + june).replace(",Gender,", ",Sex,"), "2021-06", kind="stop-and-search")
    facts = drawn.build(today=date(2021, 9, 3))
    assert [row["gender"] for row in drawn.kept("stop_searches")] == [None, "Male"]
    assert any(
        note.endswith("2021-06-northshire-stop-and-search.csv lacks Gender: blank in its rows.") for note in facts.notes
    )


def test_a_crime_in_the_files_of_two_months_is_one(drawn: Drawn) -> None:
    put(drawn, street(("a", "E1", "Drugs", "Here"), month="2020-12"), "2020-12")
    put(drawn, street(("a", "E1", "Drugs", "Here")))
    put(drawn, outcomes(("a", UNABLE), month="2020-12"), "2020-12", kind="outcomes")
    put(drawn, outcomes(), kind="outcomes")
    crimes = build(drawn).tables["crimes"]
    assert (crimes.kept, crimes.duplicates, crimes.quarantined) == (1, 1, 0)
    assert drawn.kept("crimes")[0]["outcome_on"] == date(2020, 12, 1)


def test_names_in_capitals_are_the_downloads_too(drawn: Drawn) -> None:
    text = street(("a", "E1", "Drugs", "Here"))
    assert build(drawn, zipped(drawn, {"2021-01/2021-01-NORTHSHIRE-STREET.CSV": text})).tables["crimes"].kept == 1
    assert build(drawn, zipped(drawn, {"2021-01\\2021-01-northshire-street.csv": text})).tables["crimes"].kept == 1
