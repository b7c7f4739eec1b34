"""A team's workbook: the checks of a forge, owners by theme, releases that are signed off, and what the public needs."""

import shlex
import sys
from datetime import date

import pytest
import yaml
from typer.main import get_command

from thematic.adoption.beginning import begin, forge_of
from thematic.build.assured import assure, refuse_unsigned, signed_lines
from thematic.cli import app
from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.periods import Month
from thematic.outputs.editions import Edition
from thematic.params import load_params

GITHUB, GITLAB = ".github/workflows/thematic.yml", ".gitlab-ci.yml"
JANUARY, FEBRUARY = Month.of(2021, 1), Month.of(2021, 2)
TODAY = date(2021, 3, 1)
ALL_SIGNED = """\
analyst: {name: A. Smith, date: 2021-02-01}
assurer: {name: B. Jones, date: 2021-02-10}
commissioner: {name: C. Brown, date: 2021-03-01}
"""


def edition(audience="public", month=JANUARY, theme="rape"):
    return Edition(theme, month, Area("force", "Force"), audience)


def commands(path):
    """The commands of a file of checks, a line each."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.name == GITLAB:
        return said["thematic"]["script"]
    return [line for step in said["jobs"]["check"]["steps"] for line in step.get("run", "").splitlines()]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    return begin(tmp_path_factory.mktemp("team") / "force")


@pytest.fixture
def workbook(begun):
    yield begun
    for name in ("assurance.yaml", "signoff/2021-01.yaml", "signoff/january.yaml", "measures/rape_recorded.yaml"):
        (begun.params / name).unlink(missing_ok=True)


def write(workbook, name, text):
    path = workbook.params / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return workbook


def test_both_forges_run_the_same_commands_which_the_product_has(begun):
    told = commands(begun.root / GITLAB)
    assert told == commands(begun.root / GITHUB)
    ours = [shlex.split(line)[1:] for line in told if line.startswith("thematic ")]
    assert [words[0] for words in ours] == ["check", "sample", "build"]
    for name, *words in ours:
        get_command(app).commands[name].make_context(name, list(words))


@pytest.mark.parametrize(
    ("word", "expected"), [("github", {GITHUB}), ("GitLab", {GITLAB}), ("both", {GITHUB, GITLAB}), ("none", set())]
)
def test_the_checks_of_the_forge_that_is_named_are_added(tmp_path, word, expected):
    root = begin(tmp_path / "force", forge_of(word)).root
    assert {name for name in (GITHUB, GITLAB) if (root / name).is_file()} == expected
    with pytest.raises(ArgumentsRefused, match="--ci: 'gitea' is none of github, gitlab, both, none"):
        forge_of("gitea")


def test_owners_are_by_theme_and_a_file_that_was_there_stays(tmp_path):
    (tmp_path / "CONTRIBUTING.md").write_text("Ours.", encoding="utf-8")
    workbook = begin(tmp_path)
    owned = (tmp_path / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    for slug, theme in load_params(workbook).themes.items():
        assert f"# {theme.title}" in owned
        assert {f"#/params/themes/{slug}.yaml @owner", f"#/notebooks/{theme.notebook} @owner"} <= set(owned)
    assert all(line.startswith("#") or not line for line in owned)
    assert (tmp_path / "CONTRIBUTING.md").read_text(encoding="utf-8") == "Ours."
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights are the folder's")
def test_rows_go_into_a_folder_that_only_its_owner_may_open(begun):
    assert (begun.root / "data" / "raw").stat().st_mode & 0o077 == 0


def test_unchecked_and_overdue_measures_stop_public_builds_alone_and_only_where_that_is_asked(workbook):
    write(workbook, "measures/rape_recorded.yaml", "checked_by: B. Jones\nreview_due: 2021-02-28\n")
    assure(load_params(workbook), [edition()], TODAY)
    write(workbook, "assurance.yaml", "public_needs: [reviewed]\n")
    assure(load_params(workbook), [edition()], date(2021, 2, 28))
    with pytest.raises(ParamsRefused) as overdue:
        assure(load_params(workbook), [edition()], TODAY)
    assert str(overdue.value) == (
        "Nothing was made for the public: params/assurance.yaml asks for what is missing.\n"
        "  - 1 measure overdue for review (due on 2021-02-28, owner: Performance analysis team): rape_recorded. "
        "Read them as if they were new, then set reviewed_on and review_due."
    )
    assure(load_params(workbook), [edition("internal"), edition(theme="asb")], TODAY)
    write(workbook, "assurance.yaml", "public_needs: [checked]\n")
    with pytest.raises(ParamsRefused, match="12 measures not checked by a second analyst"):
        assure(load_params(workbook), [edition()], TODAY)


def test_a_release_says_who_signed_it_off_and_which_roles_nobody_signed(workbook):
    both = [edition(), edition(month=FEBRUARY), edition("internal", Month.of(2021, 3))]
    params = load_params(workbook)
    assert list(signed_lines(params, both)) == ["Nobody has signed off 2021-01, 2021-02 (params/signoff/<month>.yaml)."]
    params = load_params(write(workbook, "signoff/2021-01.yaml", ALL_SIGNED))
    everybody = (
        "A. Smith (analyst) on 1 February 2021; B. Jones (assurer) on 10 February 2021; C. Brown (commissioner) on"
    )
    assert list(signed_lines(params, both)) == [
        f"2021-01 was signed off by {everybody} 1 March 2021.",
        "Nobody has signed off 2021-02 (params/signoff/2021-02.yaml).",
    ]
    params = load_params(write(workbook, "signoff/2021-01.yaml", "assurer: {name: B. Jones, date: 2021-02-10}\n"))
    assert list(signed_lines(params, [edition()])) == [
        "2021-01 was signed off by B. Jones (assurer) on 10 February 2021. Nobody has signed as analyst or commissioner."
    ]
    assert list(signed_lines(params, [edition("internal")])) == []


def test_a_release_that_must_be_signed_off_is_not_shared_with_the_public_before_all_have_signed(workbook):
    refuse_unsigned(load_params(workbook), [JANUARY], "public")
    write(workbook, "assurance.yaml", "public_needs: [signed_off]\n")
    write(workbook, "signoff/2021-01.yaml", ALL_SIGNED)
    refuse_unsigned(load_params(workbook), [JANUARY], "public")
    refuse_unsigned(load_params(workbook), [FEBRUARY], "internal")
    with pytest.raises(ParamsRefused) as refused:
        refuse_unsigned(load_params(workbook), [JANUARY, FEBRUARY, JANUARY], "public")
    assert str(refused.value) == (
        "Nothing was shared with the public: it is not signed off.\n"
        "  - params/signoff/2021-02.yaml: nobody has signed as analyst or assurer or commissioner. Have it signed, or "
        "take the word out of public_needs in params/assurance.yaml."
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("signoff/january.yaml", ALL_SIGNED, "'january' is not a month"),
        (
            "signoff/2021-01.yaml",
            "analyst: {name: A, date: 2021-01-31}",
            r"date: 2021-01-31 is before .* Correct the day",
        ),
        ("signoff/2021-01.yaml", ALL_SIGNED.replace("B. Jones", "a. smith"), "the assurer is the analyst"),
        ("signoff/2021-01.yaml", "analist: {name: A}", "analist: unknown key"),
        ("signoff/2021-01.yaml", "- a\n", "2021-01.yaml"),
        ("assurance.yaml", "public_needs: [signed]\n", "assurance.yaml, public_needs"),
    ],
)
def test_what_cannot_be_a_sign_off_is_refused(workbook, name, text, message):
    with pytest.raises(ParamsRefused, match=message):
        load_params(write(workbook, name, text))


def test_nobody_signs_ahead_of_time(workbook):
    params = load_params(write(workbook, "signoff/2021-01.yaml", ALL_SIGNED))
    assure(params, [], TODAY)
    with pytest.raises(ParamsRefused, match=r"commissioner\.date: 2021-03-01 is after today \(2021-02-28\)"):
        assure(params, [], date(2021, 2, 28))
