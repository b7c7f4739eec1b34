"""The catalogue links every report that a manifest names, and says which are synthetic and which failed."""

import re
from html.parser import HTMLParser
from pathlib import Path

from drawn import edition, manifest
from thematic.catalogue import PAGE, read_catalogue, write_catalogue

FILES = {"html": b"h", "pdf": b"p", "csv": b"c", "ipynb": b"n"}


def put(out: Path, area="force", theme="noise", period="2021-01", *, audience="internal", files=FILES, **known) -> None:
    of = edition(area, theme, period, audience)
    path = of.path(out, "json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(manifest(of, **known).with_files(files).to_bytes())


def fail(out: Path, area="force", theme="noise", period="2021-01") -> None:
    path = edition(area, theme, period).failed_path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"{}")


class Page(HTMLParser):
    """The page's links, headings, table rows and tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links, self.tags, self.rows, self.attributes = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data):
        if self.rows:
            self.rows[-1] += f" {data.strip()}" if data.strip() else ""


def text_of(out: Path) -> str:
    return write_catalogue(out).read_text(encoding="utf-8")


def page(out: Path) -> Page:
    return Page(text_of(out))


def test_every_format_of_every_report_is_linked_and_the_notebook_is_not(tmp_path):
    put(tmp_path)
    put(tmp_path, "north", files={"csv": b"c", "ipynb": b"n"})
    assert page(tmp_path).links[1:] == [
        "2021-01/noise/force.html",
        "2021-01/noise/force.pdf",
        "2021-01/noise/force.csv",
        "2021-01/noise/north.csv",
    ]


def test_the_latest_period_comes_first_the_force_before_its_units_and_themes_by_title(tmp_path):
    put(tmp_path, "force", period="2020-12")
    for area in ("west", "east", "force"):
        put(tmp_path, area)
    put(tmp_path, "force", theme="alarm")
    rows = page(tmp_path).rows
    assert [row.split()[0] for row in rows] == ["Area", "Force", "East", "West", "Area", "Force"]
    assert rows[0].split()[1:] == ["Alarm", "Noise"]
    assert [section.period for section in read_catalogue(tmp_path).sections] == ["2021-01", "2020-12"]


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
    assert " public" in north
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
    assert "1 report, 1 failed" in text_of(tmp_path)


def test_a_folder_with_failures_alone_has_a_catalogue(tmp_path):
    fail(tmp_path, "north", period="2020-12")
    assert page(tmp_path).rows == [
        " Area noise",
        " north Failed: notebook of the failed report: noise, north, December 2020",
    ]


def test_every_link_says_which_report_it_opens(tmp_path):
    put(tmp_path)
    assert '>PDF<span class="unseen">: Noise, Force, January 2021</span></a>' in text_of(tmp_path)


def test_headlines_are_shown_and_what_they_say_is_escaped(tmp_path):
    put(tmp_path, headline=["Up 3% & <rising>"])
    assert "Up 3% &amp; &lt;rising&gt;" in text_of(tmp_path)


def test_the_page_stands_by_itself(tmp_path):
    put(tmp_path)
    text, found = text_of(tmp_path), page(tmp_path)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert found.tags.count("h1") == 1
    assert not {"script", "link", "img", "iframe"} & set(found.tags)
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|//[a-z]", text)
    assert all(not link.startswith("/") for link in found.links)


def test_ids_stand_once_and_every_anchor_leads_somewhere(tmp_path):
    put(tmp_path)
    put(tmp_path, period="2020-12")
    found = page(tmp_path)
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in found.links if link.startswith("#")} == {"main", "p2021-01", "p2020-12"} <= set(ids)


def test_it_is_written_only_when_it_changes(tmp_path):
    put(tmp_path)
    path = write_catalogue(tmp_path)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    write_catalogue(tmp_path)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    put(tmp_path, "north")
    write_catalogue(tmp_path)
    assert path.stat().st_ino != before[1]


def test_a_folder_without_reports_gets_no_page(tmp_path):
    assert write_catalogue(tmp_path / "nothing") is None
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "2021-01" / "noise").mkdir(parents=True)
    (tmp_path / "2021-01" / "noise" / "force.json").write_text("not a manifest")
    assert write_catalogue(tmp_path) is None
    assert not (tmp_path / PAGE).exists()
