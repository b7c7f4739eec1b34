"""Words are checked before anything runs, editions are those asked for, a key changes with what it is made of."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import date

import pytest

from drawn import REPOSITORY, notebook
from thematic.build.request import Words, check, processors
from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.outputs.editions import (
    FORMATS,
    Edition,
    check_periods,
    edition_key,
    list_editions,
    params_files,
    shared_inputs,
)
from thematic.outputs.notebooks import notebook_problems, read_notebooks
from thematic.params import load_params
from thematic.params.areas import Level
from thematic.params.measures import Measure

OWN = Workbook(REPOSITORY)
PARAMS = load_params(OWN)
GOAL, SLUG = "DA", "domestic-abuse"
LPU = PARAMS.unit_areas[0].slug
NAME = PARAMS.unit_areas[0].name
LEVEL = PARAMS.unit
JANUARY = Month.parse("2021-01")


def asked(*goals: str, **words: str):
    return check(Words(goals or (GOAL,), **words), PARAMS, OWN)


def refused(*goals: str, **words: str) -> str:
    with pytest.raises(ArgumentsRefused) as raised:
        check(Words(goals, **words), PARAMS, OWN)
    assert raised.value.exit_status == 2
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_words_that_are_not_given_or_blank_have_their_defaults():
    for blank in (None, "", "  "):
        names = ("period", "area", "lpu", "format", "audience", "data", "lookup", "out", "jobs", "cluster", "timeout")
        request = check(Words([GOAL, ""], **dict.fromkeys(names, blank)), PARAMS, OWN)
        assert (request.themes, request.periods, request.areas) == ((SLUG,), None, None)
        assert (request.formats, request.audience) == (("csv", "html", "pdf"), "internal")
        assert (request.data, request.lookup, request.timeout) == (None, None, 1800)
        assert (request.out, request.jobs) == (REPOSITORY / "outputs", processors())


def test_all_is_every_theme_once_whatever_else_is_named():
    assert asked("ALL").themes == asked(GOAL, "ALL", GOAL).themes
    assert set(asked("ALL").themes) == set(PARAMS.themes)


def test_words_are_taken_as_lists():
    request = asked(
        GOAL, period="2020-12..2021-01,2020-03", area=f" {LPU}, force ", format="pdf,CSV", audience="Public"
    )
    assert [str(period) for period in request.periods] == ["2020-03", "2020-12", "2021-01"]
    assert request.areas == ("force", LPU)
    assert (request.formats, request.audience) == (("csv", "pdf"), "public")
    assert asked(GOAL, area="all,force").areas is None


@pytest.mark.parametrize("word", [LPU, LPU.upper(), NAME, f" {NAME.upper()} ", f"{NAME},{LPU}"])
def test_an_area_goes_by_its_slug_or_its_name_in_any_case(word):
    assert asked(area=word).areas == asked(lpu=word).areas == asked(area=word, lpu=word).areas == (LPU,)


@pytest.mark.parametrize("word", [PARAMS.units, LEVEL.short, LEVEL.title.lower(), LEVEL.plural.upper()])
def test_a_level_by_any_of_its_words_is_all_its_areas(word):
    units = tuple(area.slug for area in PARAMS.unit_areas)
    assert asked(area=word).areas == units
    assert asked(area=f"{word},force").areas == ("force", *units)


def test_lpu_is_another_word_for_area_and_they_may_not_differ():
    assert "LPU is another name for AREA" in refused(GOAL, area=LPU, lpu="force")


def test_paths_are_taken_as_they_are(tmp_path):
    (tmp_path / "places.csv").touch()
    request = asked(data=str(tmp_path), lookup=str(tmp_path / "places.csv"), out=str(tmp_path / "a" / "b"))
    assert (request.data, request.out) == (tmp_path, tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"lpu": "atlantis"}, ["LPU: 'atlantis'", PARAMS.force.name, "force", LEVEL.plural, LPU, "all"]),
        ({"area": "atlantis"}, ["AREA: 'atlantis'"]),
        ({"area": f"{LPU}s"}, [f"Did you mean {LPU}?"]),
        ({"area": ","}, ["AREA: ','", "names no area"]),
        ({"period": "2021-13"}, ["PERIOD", "'2021-13'", "YYYY-MM"]),
        ({"period": "2021-02..2021-01"}, ["ends before it starts"]),
        ({"format": "odt"}, ["FORMAT", "'odt'", "csv, docx, html, pdf, xlsx"]),
        ({"format": "htm"}, ["Did you mean html?"]),
        ({"format": ","}, ["names no format"]),
        ({"audience": "foo"}, ["AUDIENCE", "'foo'", "internal or public"]),
        ({"jobs": "0"}, ["JOBS", "'0'", "whole number from 1"]),
        ({"jobs": "-1"}, ["JOBS"]),
        ({"jobs": "abc"}, ["JOBS", "'abc'"]),
        ({"jobs": "1.5"}, ["JOBS"]),
        ({"timeout": "-1"}, ["TIMEOUT", "seconds", "0 for no end"]),
        ({"timeout": "soon"}, ["TIMEOUT", "'soon'"]),
        ({"timeout": "inf"}, ["TIMEOUT"]),
        ({"timeout": "nan"}, ["TIMEOUT"]),
        ({"data": "no/such/place"}, ["DATA", "'no/such/place' does not exist"]),
        ({"lookup": "no/such/file.csv"}, ["LOOKUP", "does not exist"]),
        ({"lookup": str(REPOSITORY)}, ["LOOKUP", "is a folder"]),
        ({"out": str(REPOSITORY / "Makefile")}, ["OUT", "is a file"]),
        ({"out": str(REPOSITORY / "Makefile" / "x")}, ["OUT", "is a file"]),
    ],
)
def test_a_word_that_cannot_be_used_is_refused_with_its_value_and_the_fix(words, said):
    message = refused(GOAL, **words)
    assert all(part in message for part in said), message


def test_an_unknown_goal_is_refused_with_those_there_are():
    assert "'XYZ' is not a goal. Goals are" in refused("XYZ")
    assert f"{GOAL} (Domestic abuse)" in refused(GOAL, "XYZ")
    for near in ("da", "Domestic abuse", "domestic-abuse"):
        assert f"Did you mean {GOAL}?" in refused(near)
    for nothing in ((), ("",)):
        assert refused(*nothing).startswith("No goal given.")


def with_lpu(**dates: date):
    first, *others = LEVEL.areas
    units = LEVEL.model_copy(update={"areas": (first.model_copy(update=dates), *others)})
    return replace(PARAMS, levels=PARAMS.levels | {PARAMS.units: units})


def with_wards(*names: str, reports: bool = True, theme_areas: tuple[str, ...] | None = None):
    """The params with a level of wards, in the force's own words, and perhaps a theme that names its levels."""
    wards = [{"slug": f"ward-{number}", "name": name} for number, name in enumerate(names, start=1)]
    said = {"title": "Ward", "plural": "Wards", "short": "Wd", "reports": reports, "areas": wards}
    theme = PARAMS.themes[SLUG].model_copy(update={"areas": theme_areas})
    levels = PARAMS.levels | {"ward": Level.model_validate(said)}
    return replace(PARAMS, levels=levels, themes=PARAMS.themes | {SLUG: theme})


def slugs(params, areas=None, periods=(JANUARY,)):
    return [edition.area.slug for edition in list_editions(params, [SLUG], periods, areas, "internal")]


def test_all_areas_are_the_force_and_then_its_units():
    assert slugs(PARAMS) == ["force", *(area.slug for area in PARAMS.unit_areas)]
    assert slugs(PARAMS, ("force",)) == ["force"]


def test_every_level_with_reports_has_them_units_first():
    params = with_wards("Hale", "Bold", theme_areas=("lpu", "ward"))
    assert slugs(params) == [*slugs(PARAMS), "ward-1", "ward-2"]
    assert slugs(with_wards("Hale", reports=False)) == slugs(PARAMS)


def test_a_level_in_which_no_table_of_the_theme_places_its_rows_has_no_reports():
    assert slugs(with_wards("Hale", "Bold")) == slugs(PARAMS)


def test_a_theme_may_narrow_the_levels_it_is_reported_for():
    params = with_wards("Hale", theme_areas=("ward",))
    assert slugs(params) == ["force", "ward-1"]
    assert check(Words([GOAL], area="hale"), params, OWN).areas == ("ward-1",)
    with pytest.raises(ArgumentsRefused, match=f"'{LPU}' is not an area of .* that these reports are made for"):
        check(Words([GOAL], area=LPU), params, OWN)
    both = check(Words([GOAL, "RAPE"], area=LPU), params, OWN)
    editions = list_editions(params, both.themes, [JANUARY], both.areas, "internal")
    assert [(edition.theme, edition.area.slug) for edition in editions] == [("rape", LPU)]


def test_a_name_that_two_areas_share_is_refused_with_both_slugs():
    with pytest.raises(ArgumentsRefused, match=r"'hale' is the name of several areas. Write ward-1 \(Ward\) or ward-2"):
        check(Words([GOAL], area="hale"), with_wards("Hale", "Hale", theme_areas=("ward",)), OWN)


@pytest.mark.parametrize(
    ("dates", "exists"),
    [
        ({"valid_from": date(2021, 1, 31)}, True),
        ({"valid_from": date(2021, 2, 1)}, False),
        ({"valid_to": date(2021, 1, 31)}, True),
        ({"valid_to": date(2021, 1, 30)}, False),
    ],
)
def test_a_unit_has_reports_for_the_periods_at_whose_end_it_exists(dates, exists):
    params = with_lpu(**dates)
    assert (LPU in slugs(params)) is exists
    if not exists:
        with pytest.raises(ArgumentsRefused, match=f"AREA: {LPU} does not exist in 2021-01"):
            slugs(params, (LPU,))


def test_a_unit_that_exists_in_some_of_the_periods_has_those():
    params = with_lpu(valid_from=date(2021, 1, 1))
    assert slugs(params, (LPU,), [JANUARY - 1, JANUARY]) == [LPU]


@pytest.mark.parametrize(("period", "said"), [("2021-02", "The latest period is 2021-01"), ("2017-03", "first period")])
def test_a_period_that_the_data_do_not_reach_is_refused(period, said):
    first, latest = Month.parse("2017-04"), JANUARY
    check_periods([first, latest], first, latest, "sample")
    with pytest.raises(ArgumentsRefused, match=said):
        check_periods([latest, Month.parse(period)], first, latest, "sample")


def test_paths_and_parameters_of_an_edition(tmp_path):
    edition = Edition(SLUG, JANUARY, Area("widnes", "Widnes"), "public")
    assert edition.path(tmp_path, "html") == tmp_path / "2021-01" / SLUG / "widnes.html"
    assert (
        edition.failed_path(tmp_path)
        == tmp_path.with_name(f"{tmp_path.name}-making") / "failed" / "2021-01" / SLUG / "widnes.ipynb"
    )
    assert edition.parameters == {"period": "2021-01", "area": "widnes", "audience": "public"}


INPUTS = {"notebook": "n", "lib": "l", "params": "p", "cubes": "c", "lock": "k"}
EDITION = Edition(SLUG, JANUARY, Area("widnes", "Widnes"), "internal")


@pytest.mark.parametrize("name", INPUTS)
def test_a_key_changes_with_each_input(name):
    assert edition_key(EDITION, INPUTS) == edition_key(EDITION, dict(INPUTS))
    assert edition_key(EDITION, INPUTS) != edition_key(EDITION, INPUTS | {name: "other"})


@pytest.mark.parametrize(
    "change", [{"audience": "public"}, {"area": Area("widnes", "Widness")}, {"period": JANUARY - 1}, {"theme": "rape"}]
)
def test_a_key_changes_with_what_the_edition_is(change):
    assert edition_key(EDITION, INPUTS) != edition_key(replace(EDITION, **change), INPUTS)


def test_a_report_rests_on_its_own_theme_and_measures_and_on_no_other():
    name = next(iter(PARAMS.themes[SLUG].measures))
    other = next(slug for slug in PARAMS.themes if slug != SLUG)
    measure = PARAMS.measures[name].model_copy(update={"title": "Another title"})
    changed = replace(PARAMS, measures=PARAMS.measures | {name: measure})
    assert params_files(changed, SLUG) != params_files(PARAMS, SLUG)
    assert params_files(changed, other) == params_files(PARAMS, other)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("part", ["force", "events", "disclosure", "glossary"])
def test_a_report_rests_on_what_is_common_to_all(part):
    field = next(iter(type(getattr(PARAMS, part)).model_fields))
    changed = replace(PARAMS, **{part: getattr(PARAMS, part).model_copy(update={field: "other"})})
    assert params_files(changed, SLUG) != params_files(PARAMS, SLUG)


def test_a_report_rests_on_its_tables_their_lists_and_every_level_and_on_no_other_table():
    used = PARAMS.themes["asb"].tables
    for name, table in PARAMS.tables.items():
        changed = replace(PARAMS, tables=PARAMS.tables | {name: table.model_copy(update={"title": "Other"})})
        assert (params_files(changed, "asb") != params_files(PARAMS, "asb")) is (name in used)
    listed = replace(PARAMS, lists={name: replace(each, rows={}) for name, each in PARAMS.lists.items()})
    assert params_files(listed, "rape") != params_files(PARAMS, "rape")
    assert params_files(listed, "asb") == params_files(PARAMS, "asb")
    assert params_files(with_wards("Hale"), "asb") != params_files(PARAMS, "asb")


def test_a_report_rests_on_the_measures_that_its_own_are_worked_out_from():
    one, other = (name for name in PARAMS.measures if name.endswith("_recorded") and name.startswith(("da", "rape_r")))
    ratio = Measure.model_validate(
        {
            "title": "Ratio",
            "definition": "d",
            "numerator": {"measure": one},
            "denominator": {"measure": other},
            "unit": "times",
        }
    )
    theme = PARAMS.themes["asb"].model_copy(update={"measures": {"ratio": ("total",)}})
    params = replace(PARAMS, measures=PARAMS.measures | {"ratio": ratio}, themes=PARAMS.themes | {"asb": theme})
    assert {f"measure {name}" for name in (one, other, "ratio")} <= params_files(params, "asb").keys()


def test_a_workbook_without_a_lock_file_has_a_blank_digest_for_it(tmp_path):
    assert shared_inputs(Workbook(tmp_path))["lock"] == ""
    (tmp_path / "uv.lock").write_text("x")
    assert len(shared_inputs(Workbook(tmp_path))["lock"]) == 64


def problems(data: bytes) -> list[str]:
    return [str(problem) for problem in notebook_problems(data, "notebooks/n.ipynb")]


def test_a_notebook_with_exactly_the_three_parameters_is_well():
    assert problems(notebook()) == []
    assert problems(notebook(parameters='# why\narea: str = "a"\nperiod = "p"\naudience = "b"\n')) == []


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ('period = "p"\narea = "a"', "'audience' is missing. Add a line: audience = "),
        ('period = "p"\nareas = "a"\naudience = "b"', "unknown parameter 'areas'. Did you mean 'area'?"),
        ('period = "p"\narea = "a"\naudience = "b"\nspeed = "x"', "unknown parameter 'speed'."),
        ('period = "p"\narea = "a"\narea = "c"\naudience = "b"', "'area' is set twice."),
        ('import os\nperiod = "p"\narea = "a"\naudience = "b"', "holds more than parameters"),
        ('period = f()\narea = "a"\naudience = "b"', "holds more than parameters"),
        ("period = 2021\narea = 'a'\naudience = 'b'", "holds more than parameters"),
        ("period = ", "line 1 is not Python."),
    ],
)
def test_other_parameters_are_refused_with_notebook_and_parameter(parameters, said):
    found = problems(notebook(parameters=parameters))
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("notebooks/n.ipynb, the parameters cell: ") for problem in found)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"nbformat": 3}', b'{"nbformat": 4, "cells": [1]}'])
def test_a_file_that_is_no_notebook_is_told(data):
    assert problems(data)[0].startswith("notebooks/n.ipynb: is not a Jupyter notebook (format 4).")


@pytest.mark.parametrize("number", [0, 2])
def test_there_must_be_one_cell_of_parameters(number):
    drawn = json.loads(notebook())
    drawn["cells"] *= number
    assert f"has {number or 'no'} cells tagged 'parameters'" in problems(json.dumps(drawn).encode())[0]


def test_every_problem_of_every_notebook_is_listed_at_once(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.ipynb").write_bytes(notebook(parameters="x = 'y'"))
    with pytest.raises(ParamsRefused) as raised:
        read_notebooks(Workbook(tmp_path), ["a.ipynb", "b.ipynb"])
    assert raised.value.exit_status == 2
    assert len(raised.value.problems) == 5
    assert "notebooks/b.ipynb: cannot be read" in str(raised.value)


def test_the_products_own_notebooks_are_well():
    assert read_notebooks(OWN, [theme.notebook for theme in PARAMS.themes.values()])


def test_whoever_lists_the_formats_lists_them_all():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["entry-points"]["nbconvert.exporters"]) == set(FORMATS.values())
    lists = {
        name: re.findall(r"[Aa]ny of ([a-z, ]+) \(default: ", (REPOSITORY / name).read_text(encoding="utf-8"))
        for name in ("Makefile", "lib/thematic/cli.py")
    }
    assert {name: len(found) for name, found in lists.items()} == {"Makefile": 1, "lib/thematic/cli.py": 2}
    assert all(set(each.split(", ")) == set(FORMATS) for found in lists.values() for each in found)
