"""Public figures are compared with those that were released once more before they are handed on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from thematic.build.build import build
from thematic.build.request import Words
from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.displays import MIME_TYPE
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import list_editions
from thematic.publishing.compared import differs
from thematic.publishing.share import share

TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module", autouse=True)
def made(workbook: Workbook) -> None:
    outcome = build(workbook, words(workbook), TODAY, lambda _: None, lambda _: lambda *_: None)
    assert len(outcome.made) == 1


def words(book: Workbook) -> Words:
    return Words(["RAPE"], area="force", format="csv", audience="public", out=str(book.root / "public"))


def other_figures(path: Path) -> bytes:
    """An executed notebook with one number changed in its list of figures."""
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            payload = output.get("data", {}).get(MIME_TYPE, {})
            if payload.get("kind") == "figures":
                place = payload["columns"].index("value")
                payload["rows"][0][place] = 17
    return json.dumps(notebook).encode()


def test_figures_that_were_changed_are_not_handed_on(workbook: Workbook, seen: Seen) -> None:
    [edition] = list_editions(seen.params, ["rape"], [seen.index.periods[-1]], ("force",), "public")
    out = workbook.root / "public"
    assert not differs(seen, edition, out)
    path = edition.path(out, "ipynb")
    known = path.read_bytes()
    path.write_bytes(other_figures(path))
    try:
        assert differs(seen, edition, out)
        with pytest.raises(ArgumentsRefused, match="other figures than those that were released"):
            share(workbook, words(workbook), TODAY, lambda _: None)
    finally:
        path.write_bytes(known)
    assert share(workbook, words(workbook), TODAY, lambda _: None).reports == 1


def test_a_public_folder_holds_no_log_and_no_exact_count(workbook: Workbook) -> None:
    files = [path for path in (workbook.root / "public").rglob("*") if path.is_file() and "share" not in path.parts]
    assert {path.suffix for path in files} == {".csv", ".ipynb", ".json", ".html", ".parquet"}
    manifest = json.loads(
        next(path for path in files if path.suffix == ".json" and path.name != "figures.json").read_bytes()
    )
    assert (manifest["rows"], manifest["quarantined"], manifest["checked"]) == ({}, {}, {})
    assert (workbook.root / "public-making" / "build.log").is_file()


@pytest.mark.parametrize("place", ["data", "data/ledger", "params", "notebooks/public", "lib", ".git/x"])
def test_reports_do_not_go_where_other_things_are(workbook: Workbook, place: str) -> None:
    asked = Words(["RAPE"], area="force", format="csv", audience="public", out=str(workbook.root / place))
    with pytest.raises(ArgumentsRefused, match=r"which is not for reports\. Name another folder"):
        build(workbook, asked, TODAY, lambda _: None, lambda _: lambda *_: None)
