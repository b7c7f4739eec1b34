"""A report is made again from an archive to the same bytes; one changed row is named by its figures and its input."""

from __future__ import annotations

import pytest

from commands import running
from drawn import files_of, with_themes, workbook_folder
from thematic.extracts.archive import changed_files, read_on

GOAL, REPORT = "ASB", "outputs/2021-01/asb/widnes.json"


COLUMNS = "incident_ref,received_on,finalisation_code,lpu,local_authority"
EXTRACT = "as_at: 2021-01-31\nhistory_from: 2017-04\nsynthetic: true\ntitle: Drawn\n"


def incidents() -> str:
    """Five incidents a month of two areas, from April 2017 on."""
    months = [f"{2017 + n // 12}-{n % 12 + 1:02d}" for n in range(3, 49)]
    places = ("Widnes,Halton", "Runcorn,Halton")
    days = [(month, day, place) for month in months for day in range(1, 6) for place in places]
    return (
        "\n".join([COLUMNS, *(f"I{n},{month}-0{day},BN,{place}" for n, (month, day, place) in enumerate(days))]) + "\n"
    )


@pytest.mark.proof
def test_the_archive_gives_the_same_bytes_and_one_row_less_is_named(tmp_path, monkeypatch, capsys):
    folder = with_themes(workbook_folder(tmp_path / "workbook"), "asb")
    extract = folder / "data/raw"
    extract.mkdir()
    (extract / "incidents.csv").write_text(incidents())
    (extract / "extract.yaml").write_text(EXTRACT)
    thematic = running(monkeypatch, capsys)
    monkeypatch.chdir(folder)
    assert thematic("build", GOAL, "--area", "widnes", "--format", "csv").status == 0
    archive = tmp_path / "archive"
    assert thematic("data", "--archive", str(archive)).status == 0
    assert set(files_of(archive)) == {"incidents.csv", "extract.yaml", "SHA256SUMS.txt"}
    assert changed_files(archive) == [] and read_on(archive) is not None
    again = thematic("data", "--archive", str(archive))
    assert again.status == 2 and "is there already" in again.err
    same = thematic("verify", REPORT, "--data", str(archive))
    assert same.status == 0, same.out + same.err
    assert "made again, the same to the byte (csv, ipynb)." in same.out

    rows = (archive / "incidents.csv").read_text().splitlines(keepends=True)
    lost = next(n for n in range(len(rows) - 1, 0, -1) if "Widnes" in rows[n])
    (archive / "incidents.csv").write_text("".join(rows[:lost] + rows[lost + 1 :]))
    other = thematic("verify", REPORT, "--data", str(archive))
    assert other.status == 1
    assert "Inputs that differ: the data it sees." in other.out
    assert "The archive has changed: incidents.csv is not as it was archived." in other.out
    assert "asb_incidents, total," in other.out and " then, " in other.out
    assert not (folder / "data/warehouse.part").exists()


def test_what_is_no_report_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(workbook_folder(tmp_path / "workbook"))
    thematic = running(monkeypatch, capsys)
    refused = thematic("verify", "params/force.yaml", "--data", "x")
    assert refused.status == 2 and "is no manifest of a report" in refused.err
