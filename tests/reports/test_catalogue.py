"""The catalogue links every report that a manifest names, says how each stands, and has a page for every period."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from commands import drawn_workbook, running
from placed import RISE, fail, put
from thematic.outputs.catalogue import INDEX, pages, read_catalogue, write_catalogue


def always(_) -> bool:
    return True


class Page(HTMLParser):
    """The page's links, table rows, tags, attributes and the text of its filters' choices."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.tags, self.rows, self.attributes, self.choices = [], [], [], [], {}
        self._in_table = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "select":
            self.choices[dict(attrs)["name"]] = []
        if tag == "option":
            self.choices[list(self.choices)[-1]].append(dict(attrs)["value"])
        if tag == "table":
            self._in_table = True
        if tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag):
        if tag == "table":
            self._in_table = False

    def handle_data(self, data):
        if self.rows and self._in_table:
            self.rows[-1] += f" {data.strip()}" if data.strip() else ""


def text_of(out: Path, name: str = INDEX, up_to_date=always) -> str:
    assert write_catalogue(out, read_catalogue(out, up_to_date)) == out / INDEX
    return (out / name).read_text(encoding="utf-8")


def page(out: Path, name: str = INDEX, up_to_date=always) -> Page:
    return Page(text_of(out, name, up_to_date))


def test_every_format_of_every_report_is_linked_and_the_notebook_is_not(tmp_path):
    put(tmp_path)
    put(tmp_path, "north", files={"csv": b"c", "ipynb": b"n"})
    assert page(tmp_path).links[1:] == [
        "2021-01/noise/force.html",
        "2021-01/noise/force.pdf",
        "2021-01/noise/force.csv",
        "2021-01/noise/north.csv",
    ]


def test_the_force_comes_before_its_units_and_themes_by_title(tmp_path):
    for area in ("west", "east", "force"):
        put(tmp_path, area)
    put(tmp_path, "force", theme="alarm")
    rows = page(tmp_path).rows
    assert [row.split()[0] for row in rows] == ["Area", "Force", "East", "West"]
    assert rows[0].split()[1:] == ["Alarm", "Noise"]


def test_the_index_shows_the_latest_period_and_each_period_has_a_page_that_leads_to_the_others(tmp_path):
    for period in ("2020-11", "2020-12", "2021-01"):
        put(tmp_path, period=period)
    latest, middle = page(tmp_path), page(tmp_path, "2020-12/index.html")
    assert "2021-01/noise/force.html" in latest.links
    assert not any(link.startswith("2020-12/noise") for link in latest.links)
    assert latest.links[1:5] == ["2020-12/index.html", "index.html", "2020-11/index.html", "2020-12/index.html"]
    assert "../2020-12/noise/force.html" in middle.links
    assert middle.links[1:3] == ["../2020-11/index.html", "../index.html"]
    assert text_of(tmp_path, "2020-12/index.html").count('aria-current="page"') == 1
    for name in (INDEX, "2020-11/index.html", "2020-12/index.html", "2021-01/index.html"):
        here = (tmp_path / name).parent
        assert all((here / link).is_file() for link in page(tmp_path, name).links if not link.startswith("#")), name


def test_the_page_of_a_period_whose_reports_are_gone_goes_too(tmp_path):
    put(tmp_path)
    gone = put(tmp_path, period="2020-12")
    write_catalogue(tmp_path, read_catalogue(tmp_path, always))
    for path in gone.parent.iterdir():
        path.unlink()
    gone.parent.rmdir()
    write_catalogue(tmp_path, read_catalogue(tmp_path, always))
    assert not (tmp_path / "2020-12").exists()
    assert (tmp_path / "2021-01" / INDEX).is_file()


def test_an_index_of_a_year_and_more_of_many_reports_stays_small_and_the_same(tmp_path):
    areas = ["force", *(f"unit-{number}" for number in range(8))]
    for period in (f"{year}-{month:02}" for year in (2018, 2019, 2020) for month in range(1, 13)):
        for theme in ("alarm", "noise", "rubbish", "wasps"):
            for area in areas:
                put(tmp_path, area, theme, period, files={"html": b"h"}, indicator=RISE, key=period)
    assert len(text_of(tmp_path)) < 300_000
    assert pages(read_catalogue(tmp_path, always)) == pages(read_catalogue(tmp_path, always))


def test_what_is_not_made_is_said_in_words(tmp_path):
    put(tmp_path, "north", theme="noise")
    put(tmp_path, "force", theme="alarm")
    assert page(tmp_path).rows[2].split()[:3] == ["North", "not", "made"]


def test_synthetic_data_and_public_editions_are_marked_once_where_all_are_and_else_each(tmp_path):
    put(tmp_path, "force", synthetic=True)
    put(tmp_path, "north", synthetic=True, audience="public")
    head, force, north = page(tmp_path).rows
    assert head.endswith("Noise synthetic data")
    assert "public" not in force
    assert north.endswith(" public")
    assert "synthetic" not in north


def test_there_is_no_word_of_synthetic_data_where_there_are_none(tmp_path):
    put(tmp_path)
    assert "ynthetic" not in re.sub(r"<style>.*</style>", "", text_of(tmp_path), flags=re.DOTALL)


def test_a_failed_report_is_named_and_its_notebook_linked(tmp_path):
    put(tmp_path, "force")
    fail(tmp_path, "north")
    found = page(tmp_path)
    assert "Failed:" in found.rows[2]
    assert "failed/2021-01/noise/north.ipynb" in found.links
    assert "../failed/2021-01/noise/north.ipynb" in page(tmp_path, "2021-01/index.html").links
    assert "January 2021: 2 reports, 1 failed" in text_of(tmp_path)


def test_a_folder_with_failures_alone_has_a_catalogue(tmp_path):
    fail(tmp_path, "north", period="2020-12")
    assert page(tmp_path).rows == [
        " Area noise",
        " north Failed: notebook of the failed report: noise, north, December 2020",
    ]


def lost(path: Path) -> None:
    path.with_suffix(".pdf").unlink()


def misplaced(path: Path) -> None:
    path.write_bytes(path.with_name("force.json").read_bytes())


@pytest.mark.parametrize("harm", [lost, misplaced])
def test_a_report_without_its_file_or_with_anothers_manifest_is_out_of_date(tmp_path, harm):
    put(tmp_path)
    harm(put(tmp_path, "north"))
    _, force, north = page(tmp_path).rows
    assert "out of date" in north
    assert "out of date" not in force


def test_what_would_be_made_otherwise_today_is_out_of_date_even_where_it_failed(tmp_path):
    for area, key in {"force": "new", "north": "old", "west": "old"}.items():
        put(tmp_path, area, key=key)
    fail(tmp_path, "west")
    found = page(tmp_path, up_to_date=lambda report: report.key == "new")
    assert [("out of date" in row, "Failed" in row) for row in found.rows[1:]] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert found.choices["state"] == ["", "up to date", "out of date", "failed"]
    assert "3 reports, 1 out of date, 1 failed" in text_of(tmp_path, up_to_date=lambda report: report.key == "new")


def test_a_build_says_of_all_reports_whether_they_are_up_to_date(tmp_path, monkeypatch, capsys):
    folder = drawn_workbook(tmp_path / "workbook", monkeypatch)
    thematic = running(monkeypatch, capsys)
    thematic("build", "RAPE", "HATE", "--lpu", "force", "--format", "csv")
    notebook = folder / "notebooks" / "hate_crime.ipynb"
    notebook.write_bytes(notebook.read_bytes().replace(b"print(", b"print( "))
    assert thematic("build", "RAPE", "--lpu", "force", "--format", "csv").out.startswith("Nothing to do")
    found = Page((folder / "outputs" / INDEX).read_text(encoding="utf-8"))
    assert found.rows[0].split()[:3] == ["Area", "Hate", "crime"]
    assert found.rows[1].count("out of date") == 1
    assert found.rows[1].index("out of date") < found.rows[1].index("Rape")


def test_there_is_a_filter_for_what_there_is_a_choice_of(tmp_path):
    put(tmp_path)
    assert page(tmp_path).choices == {}
    put(tmp_path, "north", "alarm", audience="public")
    assert page(tmp_path).choices == {
        "theme": ["", "alarm", "noise"],
        "area": ["", "force", "north"],
        "audience": ["", "internal", "public"],
    }


def test_every_link_says_which_report_it_opens(tmp_path):
    put(tmp_path)
    assert '>PDF<span class="unseen">: Noise, Force, January 2021</span></a>' in text_of(tmp_path)


def test_the_first_indicator_is_shown_with_its_change_and_trend_its_name_once_where_all_have_it(tmp_path):
    put(tmp_path, indicator=RISE)
    put(tmp_path, "north", indicator=RISE.model_copy(update={"trend": "[c]", "worth": "", "change": ""}))
    head, force, north = page(tmp_path).rows
    assert head == " Area Noise Noises"
    assert force.startswith(" Force 3,446 (+5.0%) Trend: Significant increase , unfavourable HTML")
    assert north.startswith(" North 3,446 Trend: [c] HTML")
    assert "[c] confidential." in text_of(tmp_path)
    put(tmp_path, "west", indicator=RISE.model_copy(update={"name": "Loud noises"}))
    head, _, _, west = page(tmp_path).rows
    assert head == " Area Noise"
    assert west.startswith(" West Loud noises 3,446")


def test_what_reports_say_is_escaped(tmp_path):
    put(tmp_path, indicator=RISE.model_copy(update={"name": "Up 3% & <rising>"}), source='"<b>', marking="A & B")
    text = text_of(tmp_path)
    assert "Up 3% &amp; &lt;rising&gt;" in text
    assert "A &amp; B" in text
    assert "<b>" not in text


def test_the_force_and_the_protective_marking_head_the_page(tmp_path):
    put(tmp_path, force="Anyshire Police", marking="OFFICIAL-SENSITIVE")
    assert re.search(r"<header>.*Anyshire Police.*OFFICIAL-SENSITIVE.*<h1>", text_of(tmp_path), re.DOTALL)


def test_the_page_stands_by_itself(tmp_path):
    put(tmp_path, indicator=RISE)
    text, found = text_of(tmp_path), page(tmp_path)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert found.tags.count("h1") == 1
    assert not {"link", "img", "iframe"} & set(found.tags)
    assert not {"style", "src", "onclick"} & {name for name, _ in found.attributes}
    addresses = re.sub(r"base64,[^)]*|http://www.w3.org/2000/svg", "", text)
    assert not re.search(r"https?:|//[a-z]", addresses)
    assert all(not link.startswith("/") for link in found.links)


@pytest.mark.parametrize("kind", ["style", "script"])
def test_the_policy_allows_its_own_style_and_script_alone(tmp_path, kind):
    put(tmp_path)
    text = text_of(tmp_path)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    [own] = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
    assert policy.startswith("default-src 'none'; ")
    assert f"{kind}-src 'sha256-{b64encode(sha256(own.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy


def test_ids_stand_once_and_every_anchor_leads_somewhere(tmp_path):
    put(tmp_path)
    put(tmp_path, "north", "alarm", period="2020-12", audience="public")
    for name in (INDEX, "2020-12/index.html"):
        found = page(tmp_path, name)
        ids = [value for key, value in found.attributes if key == "id"]
        assert len(ids) == len(set(ids))
        assert {link[1:] for link in found.links if link.startswith("#")} == {"main"} <= set(ids)


def test_pages_are_written_only_when_they_change(tmp_path):
    put(tmp_path, period="2020-12")
    put(tmp_path)
    files = [tmp_path / INDEX, tmp_path / "2020-12" / INDEX]
    write_catalogue(tmp_path, read_catalogue(tmp_path, always))
    before = [path.stat().st_ino for path in files]
    write_catalogue(tmp_path, read_catalogue(tmp_path, always))
    assert [path.stat().st_ino for path in files] == before
    put(tmp_path, "north")
    write_catalogue(tmp_path, read_catalogue(tmp_path, always))
    assert [path.stat().st_ino != was for path, was in zip(files, before, strict=True)] == [True, False]


def test_a_folder_without_reports_gets_no_page(tmp_path):
    assert write_catalogue(tmp_path / "nothing", read_catalogue(tmp_path / "nothing", always)) is None
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "2021-01" / "noise").mkdir(parents=True)
    (tmp_path / "2021-01" / "noise" / "force.json").write_text("not a manifest")
    assert write_catalogue(tmp_path, read_catalogue(tmp_path, always)) is None
    assert not (tmp_path / INDEX).exists()


def test_areas_of_several_levels_are_listed_level_by_level_each_with_the_forces_word(tmp_path):
    for area, level in (("zeal", "unit"), ("bold", "ward"), ("hale", "unit"), ("ayot", "ward"), ("force", "")):
        put(tmp_path, area, area_name=area.title(), level=level)
    write_catalogue(tmp_path, read_catalogue(tmp_path, always, {"unit": "District", "ward": "Ward"}))
    rows = Page((tmp_path / INDEX).read_text(encoding="utf-8")).rows
    names = ["Force", "Hale (District)", "Zeal (District)", "Ayot (Ward)", "Bold (Ward)"]
    assert [row.strip().startswith(name) for row, name in zip(rows[1:], names, strict=True)] == [True] * 5
    for area in ("bold", "ayot"):
        put(tmp_path, area, area_name=area.title(), level="unit")
    write_catalogue(tmp_path, read_catalogue(tmp_path, always, {"unit": "District"}))
    assert "(District)" not in (tmp_path / INDEX).read_text(encoding="utf-8")
