"""A report is up to date as long as it would be made from the same things today."""

import pytest

from commands import LATEST, index
from drawn import workbook_folder
from thematic.core.areas import Area
from thematic.core.digests import digest_bytes
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.outputs import editions
from thematic.outputs.drafts import Drafts
from thematic.outputs.editions import Edition
from thematic.params import load_params


@pytest.fixture
def workbook(tmp_path) -> Workbook:
    return Workbook(workbook_folder(tmp_path / "workbook"))


def drafts(workbook, slices="s", notebooks=None) -> Drafts:
    return Drafts.of(workbook, load_params(workbook), index(slices=slices), notebooks or {})


def report(workbook, area=None, audience="internal"):
    place = area or load_params(workbook).area("widnes")
    return drafts(workbook).manifest(Edition("rape", Month.parse(LATEST), place, audience))


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_what_was_made_from_what_lies_there_is_up_to_date(workbook, audience):
    assert drafts(workbook).up_to_date(report(workbook, audience=audience))


def test_a_notebook_that_was_read_before_counts_as_it_was_read(workbook):
    made = drafts(workbook, notebooks={"rape.ipynb": b"as read"}).manifest
    widnes = Edition("rape", Month.parse(LATEST), load_params(workbook).area("widnes"), "internal")
    assert made(widnes).inputs["notebook"] == digest_bytes(b"as read")


def test_a_look_at_another_area_leaves_reports_up_to_date(workbook):
    before = report(workbook)
    path = workbook.root / "notebooks/rape.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('area = \\"force\\"', "area = 'widnes'"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    assert drafts(workbook).up_to_date(before)


def edit(name: str):
    def change(workbook, monkeypatch):
        path = workbook.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if path.is_file() else "Calls rose."
        path.write_text(text.replace("title: ", "title: New ").replace("# ", "# New "), encoding="utf-8")

    return change


def another_code(workbook, monkeypatch):
    monkeypatch.setattr(editions, "code_digest", lambda: "other")


CHANGES = [
    edit("params/themes/rape.yaml"),
    edit("notebooks/rape.ipynb"),
    edit(f"params/commentary/rape/{LATEST}/widnes.md"),
    another_code,
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_report_makes_it_out_of_date(workbook, monkeypatch, change):
    before = report(workbook)
    change(workbook, monkeypatch)
    assert not drafts(workbook).up_to_date(before)


@pytest.mark.parametrize("name", ["params/themes/hate-crime.yaml", f"params/commentary/rape/{LATEST}/runcorn.md"])
def test_what_concerns_others_does_not(workbook, monkeypatch, name):
    before = report(workbook)
    edit(name)(workbook, monkeypatch)
    assert drafts(workbook).up_to_date(before)


def test_other_data_an_unknown_area_period_and_theme_are_out_of_date(workbook):
    assert not drafts(workbook, slices="other").up_to_date(report(workbook))
    assert not drafts(workbook).up_to_date(report(workbook, Area("widnes", "Another name")))
    for change in ({"area": "nowhere"}, {"period": "2031-01"}, {"theme": "noise"}):
        assert not drafts(workbook).up_to_date(report(workbook).model_copy(update=change))


def test_a_notebook_that_runs_from_a_copy_elsewhere_finds_the_workbook_that_is_named(workbook, tmp_path, monkeypatch):
    copy = tmp_path / "jobs"
    copy.mkdir()
    monkeypatch.chdir(copy)
    monkeypatch.setenv("THEMATIC_WORKBOOK", str(workbook.root))
    assert Workbook.find().root == workbook.root.resolve()
    with pytest.raises(ArgumentsRefused, match="not inside a Thematic workbook"):
        Workbook.find(copy)
    monkeypatch.setenv("THEMATIC_WORKBOOK", str(copy))
    with pytest.raises(ArgumentsRefused, match=r"THEMATIC_WORKBOOK: '.*' is no Thematic workbook"):
        Workbook.find()
    monkeypatch.chdir(workbook.notebooks)
    assert Workbook.find().root == workbook.root.resolve()
