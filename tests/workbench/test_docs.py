"""The documentation builds strictly, names every measure and column, asks nothing of the net, and quotes what is true."""

import os
import re
import shlex
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import mistune
import pytest
import yaml
from typer.main import get_command

from browser import CHROMIUM, page
from commands import running
from drawn import REPOSITORY
from mistakes import SITUATIONS, Quoted, mistaken_workbook, quoted
from page_tools import READY, axe
from thematic.cli import app
from thematic.core.workbook import Workbook
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.params import load_params
from thematic.params.areas import Level
from thematic.params.families import Family
from thematic.params.force import ForceParams
from thematic.params.measures import Measure
from thematic.params.tables import Table

DOCS = REPOSITORY / "docs"
PARAMS = load_params(Workbook(REPOSITORY))
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TROUBLES = DOCS / "troubleshooting.md"
FOLLOWED = (
    "first-report.md",
    "monthly-routine.md",
    "write-a-measure.md",
    "declare-a-table.md",
    "areas.md",
    "add-a-theme.md",
    "adopt-for-another-force.md",
)


class Page(HTMLParser):
    """What a page loads, the ids it has, and what its links lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids |= {given["id"]} if "id" in given else set()
        is_link = tag == "a" or (tag == "link" and given.get("rel") in {"canonical", "next", "prev"})
        sources = ("src", "srcset", "poster", "data") if is_link else ("src", "srcset", "poster", "data", "href")
        self.loads += [given[name] for name in sources if name in given]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built in a process of its own: mkdocs tells of what is wrong in its log and by its status."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(command, cwd=REPOSITORY, env=quiet, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return folder


def test_every_measure_and_every_column_has_its_entry(site):
    for slug, theme in PARAMS.themes.items():
        entries = Page(site / f"reference/measures-{slug}.html")
        assert set(theme.measures) <= entries.ids
        assert all(PARAMS.measures[name].title in entries.text for name in theme.measures)
    columns = Page(site / "reference/data-dictionary.html")
    assert {f"{table}-{name}" for table, each in PARAMS.tables.items() for name in each.all_names} <= columns.ids
    assert {f"area-{area.slug}" for level in PARAMS.levels.values() for area in level.areas} <= columns.ids
    for name, codes in PARAMS.lists.items():
        assert {f"code-{code}" for code in codes.rows} <= Page(site / f"reference/codes-{name}.html").ids
    figures = Page(site / "reference/figures-csv.html").text
    assert all(f"<code>{name}</code>" in figures for name in FIGURE_COLUMNS)
    rape = Page(site / "reference/measures-rape.html").text
    assert "rows of <code>rape</code> where <code>victim_age</code> is under 18" in rape


def test_every_module_is_on_the_page_of_layers(site):
    layers = Page(site / "reference/modules.html").text
    package = REPOSITORY / "lib/thematic"
    modules = [path for depth in ("", "*/") for path in package.glob(f"{depth}[a-z]*.py")]
    names = [path.relative_to(package).with_suffix("").as_posix() for path in modules]
    assert len(names) > 80
    assert [name for name in names if f"<code>{name}</code>" not in layers] == []


def test_the_pages_ask_nothing_of_the_net(site):
    pages = [Page(path) for path in site.rglob("*.html")]
    assert len(pages) > 30
    fetched = [source for page in pages for source in page.loads if re.match(r"(https?:)?//", source)]
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not fetched
    assert not [found for style in styles for found in re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style)]


def test_lists_come_out_as_they_do_on_github(site):
    """By another reader of Markdown, which takes lists as GitHub does."""
    counted = {}
    for path in DOCS.rglob("*.md"):
        uri = path.relative_to(DOCS).with_suffix(".html")
        article = re.search(r"<article.*</article>", (site / uri).read_text(encoding="utf-8"), re.S)[0]
        counted[uri.as_posix()] = article.count("<li>"), mistune.html(path.read_text(encoding="utf-8")).count("<li>")
    assert {uri: each for uri, each in counted.items() if each[0] != each[1]} == {}


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None or not READY, reason="needs Chromium and the packages of tests/package.json")
def test_opened_as_files_the_pages_fit_a_phone_can_be_read_aloud_and_searched(site):
    with page() as tab:
        for name in (
            "index",
            "troubleshooting",
            "reference/data-dictionary",
            "reference/measures-rape",
            "methods/significance",
        ):
            tab.open(site / f"{name}.html", 375)
            assert tab.ask("document.documentElement.scrollWidth") <= 375, name
            tab.ask(axe() + "; 1")
            assert tab.ask("axe.run({preload: false}).then(found => found.violations.map(each => each.id))") == [], name
        tab.open(site / "index.html", 1280)
        found = wait_for(tab, SEARCH.replace("WORDS", "repeat victims"))
        assert "reference/measures-" in found
        assert [url for url in tab.requests if not url.startswith(("file:", "data:", "about:"))] == []
        assert tab.complaints == []


SEARCH = """(() => {
  const field = document.querySelector("input.md-search__input");
  if (field.value !== "WORDS") {
    document.getElementById("__search").click();
    field.focus();
    field.value = "WORDS";
  }
  field.dispatchEvent(new Event("keyup"));
  return document.querySelector(".md-search-result__link")?.getAttribute("href") ?? "";
})()"""


def wait_for(tab, expression: str) -> str:
    """The text that the expression comes to hold, within some seconds."""
    deadline = time.monotonic() + 20
    while not (found := tab.ask(expression)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_nothing_generated_is_committed():
    assert not (DOCS / "reference").exists()
    assert not (DOCS / "changelog.md").exists()


@pytest.mark.parametrize("answer", quoted(TROUBLES), ids=lambda answer: answer.command)
def test_a_quoted_message_is_what_the_command_says(answer: Quoted, tmp_path, monkeypatch, capsys):
    place = mistaken_workbook(tmp_path / "workbook")
    SITUATIONS[answer.title](place)
    monkeypatch.chdir(place)
    said = running(monkeypatch, capsys)(*answer.words)
    assert (said.out + said.err).rstrip() == answer.said
    assert said.status in {2, 3}


def test_phrases_quoted_from_messages_are_in_the_product():
    """Those of messages that need a report to fail."""
    page = TROUBLES.read_text(encoding="utf-8")
    told = MAKEFILE + "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "lib").rglob("*.py"))
    phrases = [
        "Python 3.11 or newer is needed (with venv), and was not found.",
        "it took longer than",
        "it used more than",
        "MB of memory",
        "its process was ended by",
        ", as happens when memory runs out",
        "its process ended before the report was done",
        "Waiting for another build into",
        "stopped. Reports that were made are kept; the same command makes the others.",
        "Nothing to do: ",
        "Commentary to read again, for the figures have changed since it was written",
        "Failed: ",
        "  its notebook: ",
    ]
    first = (DOCS / "first-report.md").read_text(encoding="utf-8")
    assert [phrase for phrase in phrases if phrase not in page + first or phrase not in told] == []


def commands(page: Path) -> list[list[str]]:
    """The words of every command that a page gives in a block of its own, or in a line of text."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"^```\n(.*?)^```", text, re.S | re.M) for line in block.splitlines()]
    lines += re.findall(r"`((?:make|\.venv/bin/thematic|thematic) [^`]+)`", text)
    found = [line.split() for line in lines]
    return [words for words in found if words and words[0] in {"make", "thematic", ".venv/bin/thematic"}]


@pytest.mark.parametrize("page", FOLLOWED)
def test_commands_that_a_page_gives_exist(page):
    goals = set(re.search(r"^GOALS := (.*)$", MAKEFILE, re.M)[1].split())
    variables = set(re.findall(r"\$\((?:if \$\(filter-out 0,\$\()?([A-Z_]+)\)", MAKEFILE))
    subcommands = set(get_command(app).commands)
    themes = {theme.goal for theme in PARAMS.themes.values()} | {"ALL", "EXPLOITATION_OF_CHILDREN", "MISSING_PEOPLE"}
    given = commands(DOCS / page)
    assert given
    for program, name, *words in given:
        if program == "make":
            assert name in goals
            assert {word.partition("=")[0] for word in words if "=" in word} <= variables
            assert {word for word in words if "=" not in word} <= themes
        else:
            assert name in subcommands


def test_the_measure_that_is_shown_can_be_used(tmp_path):
    text = (DOCS / "write-a-measure.md").read_text(encoding="utf-8")
    declared, breakdowns, _ = re.findall(r"^```yaml\n(.*?)^```", text, re.S | re.M)
    place = mistaken_workbook(tmp_path / "workbook")
    (place / "params/measures/da_alcohol_recorded.yaml").write_text(declared, encoding="utf-8")
    theme = place / "params/themes/domestic-abuse.yaml"
    text = theme.read_text(encoding="utf-8").replace("\nmeasures:\n", f"\nmeasures:\n{breakdowns}")
    theme.write_text(text, encoding="utf-8")
    assert "da_alcohol_recorded" in load_params(Workbook(place)).measures


def untitled(page: Path) -> list[str]:
    """The YAML of a page that its examples write down as files, in their order."""
    return re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)


def test_the_table_that_is_shown_goes_from_its_extract_to_a_theme(tmp_path, monkeypatch, capsys):
    page = DOCS / "declare-a-table.md"
    text = page.read_text(encoding="utf-8")
    table, measure, breakdowns = untitled(page)
    place = mistaken_workbook(tmp_path / "workbook")
    (place / "params/tables/missing_reports.yaml").write_text(table, encoding="utf-8")
    command = re.search(r"^\.venv/bin/thematic (new .*)$", text, re.M)[1]
    monkeypatch.chdir(place)
    run = running(monkeypatch, capsys)
    said = run(*shlex.split(command))
    assert said.out.rstrip() in text
    (place / "params/measures/missing_people_interviewed_pct.yaml").write_text(measure, encoding="utf-8")
    theme = place / "params/themes/missing-people.yaml"
    theme.write_text(
        theme.read_text(encoding="utf-8").replace("\nmeasures:\n", f"\nmeasures:\n{breakdowns}"), encoding="utf-8"
    )
    extract = re.search(r"^```text\n(report_ref.*?)^```", text, re.S | re.M)[1]
    (place / "data/raw/crimes.csv").unlink()
    (place / "data/raw/missing_reports.csv").write_text(extract, encoding="utf-8")
    assert "missing reports: 3 in = 3 kept + 0 duplicates + 0 quarantined + 0 left out" in run("data").out


@pytest.mark.parametrize("page", ["declare-a-table.md", "areas.md", "write-a-measure.md", "adopt-for-another-force.md"])
def test_declarations_that_a_page_shows_are_read(page):
    """Those with the name of a file as their title."""
    models = {"tables": Table, "areas": Level, "measures": Measure, "_families": Family, "force.yaml": ForceParams}
    shown = re.findall(
        r'^```yaml title="params/([^"]+)"\n(.*?)^```', (DOCS / page).read_text(encoding="utf-8"), re.S | re.M
    )
    assert shown
    for path, text in shown:
        *_, folder = path.split("/")[:-1] or [path]
        models[folder].model_validate(yaml.safe_load(text))


def test_links_of_the_readme_hold():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    assert links
    assert [link for link in links if not link.startswith("https://") and not (REPOSITORY / link).exists()] == []
