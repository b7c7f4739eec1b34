"""Builds warehouses from drawn extracts: what is swapped in, when nothing is done, and what an analyst finds."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from extract_drawn import TODAY, Drawn, level, new_workbook, text
from thematic.core.errors import DataRefused
from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.extracts.sources import find_source
from thematic.params.lists import read_lists
from thematic.tools.sample.folder import fresh_sample

GOOD: dict[str, str] = {}


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    drawn = new_workbook(tmp_path)
    drawn.draw("crimes", GOOD, {"recorded_on": "2020-12-31"})
    return drawn


def digests(drawn: Drawn) -> dict[str, str]:
    files = sorted(path for path in drawn.workbook.warehouse.rglob("*") if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def was_built(drawn: Drawn) -> bool:
    return any(sentence.startswith("Reading and checking") for sentence in drawn.said)


def test_what_is_said_adds_up(drawn: Drawn) -> None:
    facts = drawn.build()
    assert "crimes: 2 in = 2 kept + 0 duplicates + 0 quarantined + 0 left out" in drawn.said
    assert warehouse.reconciliation(facts) == [
        {"table": "crimes", "rows_in": 2, "kept": 2, "duplicates": 0, "quarantined": 0, "left_out": 0}
    ]
    assert warehouse.facts(drawn.workbook) == facts
    assert facts.title == "The extract of Northshire Police"


def test_nothing_is_done_when_nothing_changed(drawn: Drawn) -> None:
    first = drawn.build()
    assert was_built(drawn)
    assert drawn.build() == first
    assert not was_built(drawn)


def test_it_is_made_again_when_something_it_rests_on_changed(drawn: Drawn) -> None:
    drawn.build()
    drawn.build(today=date(2021, 2, 11))
    assert was_built(drawn), "the day counts when the extract does not say its end"
    drawn.write("extract.yaml", b"as_at: 2021-01-31\n")
    drawn.build()
    drawn.build(today=date(2021, 3, 1))
    assert not was_built(drawn), "the day does not count when the extract says its end"
    drawn.draw("crimes", GOOD)
    drawn.build()
    assert was_built(drawn), "a file changed"
    drawn.limits = (50, 0)
    drawn.build()
    assert was_built(drawn), "params/force.yaml changed"
    (drawn.root / "params" / "offences.csv").write_text("code,title,group,subgroup,aggravated\nN1,a,b,c,N\n")
    drawn.build()
    assert was_built(drawn), "the offences changed"
    (drawn.workbook.warehouse / "crimes.parquet").unlink()
    drawn.build()
    assert was_built(drawn), "a table is gone"
    drawn.levels = {**drawn.levels, "lpu": level("Abton", "Caer Éire", "Newton")}
    drawn.build()
    assert was_built(drawn), "params/areas changed"
    del drawn.tables["surveys"]
    drawn.build()
    assert was_built(drawn), "params/tables changed"
    assert drawn.kept("crimes")


def test_an_older_or_broken_account_means_it_is_made_again(drawn: Drawn) -> None:
    drawn.build()
    (drawn.workbook.warehouse / "extract.json").write_text("{}", encoding="utf-8")
    assert warehouse.facts(drawn.workbook) is None
    drawn.build()
    assert was_built(drawn)


def test_the_same_rows_give_the_same_bytes_in_any_order(drawn: Drawn) -> None:
    rows = [{"crime_ref": f"R{n}", "recorded_on": f"2021-01-{n + 1:02d}", "lpu": "Abton"} for n in range(9)]
    drawn.draw("crimes", *rows)
    drawn.build()
    crimes = digests(drawn)["crimes.parquet"]
    drawn.draw("crimes", *reversed(rows))
    drawn.build()
    assert digests(drawn)["crimes.parquet"] == crimes
    drawn.draw("crimes", *rows, rows[0])
    drawn.build(today=TODAY)
    assert digests(drawn)["crimes.parquet"] == crimes


def test_two_builds_give_the_same_bytes(drawn: Drawn) -> None:
    drawn.draw("crimes", GOOD, {"lpu": "?"})
    drawn.build()
    before = digests(drawn)
    (drawn.workbook.warehouse / "extract.json").unlink()
    drawn.build()
    assert was_built(drawn)
    assert digests(drawn) == before


def test_a_table_that_is_gone_from_the_extract_is_gone_from_the_warehouse(drawn: Drawn) -> None:
    drawn.draw("surveys", GOOD)
    assert set(drawn.build().columns) == {"crimes", "surveys"}
    (drawn.extract / "surveys.csv").unlink()
    assert set(drawn.build().columns) == {"crimes"}
    assert not (drawn.workbook.warehouse / "surveys.parquet").exists()


def test_what_a_killed_build_left_behind_is_cleaned_up(drawn: Drawn) -> None:
    drawn.build()
    folder = drawn.workbook.warehouse
    before = digests(drawn)
    folder.rename(folder.with_name("warehouse.old"))
    (folder.with_name("warehouse.part")).mkdir()
    drawn.build()
    assert not was_built(drawn), "the old warehouse is put back"
    assert digests(drawn) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["reference", "warehouse"]


def test_without_data_the_raw_folder_is_read_or_else_the_sample(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn.extract.joinpath("crimes.csv").unlink()
    made: list[Path] = []

    def write_sample(folder: Path, reference: Path, own: object) -> None:
        made.append(reference)
        (folder / "crimes.csv").write_text(text("crimes", GOOD), encoding="utf-8")
        (folder / "extract.yaml").write_text("synthetic: true\ntitle: A sample\n", encoding="utf-8")

    monkeypatch.setattr("thematic.tools.sample.writer.write_sample", write_sample)
    raw = drawn.workbook.raw
    drawn.said = []

    def build() -> warehouse.ExtractFacts:
        return warehouse.build(drawn.workbook, drawn.params(), None, None, TODAY, drawn.said.append, fresh_sample)

    assert (build().title, build().synthetic) == ("A sample", True)
    assert made == [drawn.workbook.reference], "the sample is made once"
    raw.mkdir()
    (raw / "crime.csv").write_text("x", encoding="utf-8")
    build()
    assert any("data/raw holds no table of the contract (crime.csv)" in sentence for sentence in drawn.said)
    (raw / "crimes.csv").write_text(text("crimes", GOOD, GOOD), encoding="utf-8")
    assert (build().tables["crimes"].kept, build().synthetic) == (2, False)
    (drawn.workbook.reference / "sample.yaml").write_text("changed", encoding="utf-8")
    (raw / "crimes.csv").unlink()
    build()
    assert len(made) == 2, "the sample is made again when its reference changed"


def test_a_single_zip_in_the_raw_folder_is_no_silent_sample(tmp_path: Path) -> None:
    (tmp_path / "extract.zip").write_bytes(b"not a zip")
    with pytest.raises(DataRefused, match="no zip that can be opened"):
        find_source(tmp_path, "data/raw", ["crimes"])


def test_an_unused_lookup_is_said(drawn: Drawn) -> None:
    drawn.build(lookup=drawn.root / "lookup.csv")
    assert any("LOOKUP is not used" in sentence for sentence in drawn.said)


def test_the_analyst_finds_a_view_for_each_table(drawn: Drawn) -> None:
    with pytest.raises(DataRefused, match="no warehouse yet"):
        warehouse.connect(drawn.workbook)
    drawn.build()
    connection = warehouse.connect(drawn.workbook)
    assert connection.execute("SELECT count(*) FROM crimes").fetchall() == [(2,)]
    assert connection.execute("SELECT sum(n) FROM quality").fetchall() == [(2,)]


def test_the_module_is_light_to_import_and_so_is_a_build_with_nothing_to_do() -> None:
    heavy = "{'duckdb', 'pandas', 'pyarrow', 'numpy'}"
    code = f"import sys; from thematic.extracts import warehouse; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_reference_of_offences_is_complete_for_what_the_product_selects_by() -> None:
    lists, problems = read_lists(Workbook(Path(__file__).parents[2]), ["offences"])
    offences = lists["offences"].rows
    assert not problems
    rapes = {code for code, offence in offences.items() if offence["subgroup"] == "Rape"}
    assert rapes >= {"19A", "19B", "19C", "19D", "19E", "19F", "19G", "19H"}
    assert {"8N", "195", "1/4.1/4.2"} <= set(offences)
    assert offences["8R"]["title"] == "Malicious communications"
    assert offences["9A"]["title"] == "Public fear, alarm or distress"
    assert offences["9B"]["title"] == "Racially or religiously aggravated public fear, alarm or distress"
    aggravated = {code for code, offence in offences.items() if offence["aggravated"] == "Y"}
    assert aggravated == {code for code, offence in offences.items() if "religiously" in offence["title"]}
    assert all("*" not in offence["title"] and "  " not in offence["title"] for offence in offences.values())
