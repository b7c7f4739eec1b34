"""A workbook begun by `thematic init` reads the product's files until it has its own, and then these over them."""

import re
import shutil
from importlib.metadata import version

import pytest

from drawn import REPOSITORY
from thematic.adoption.beginning import begin, make_own
from thematic.adoption.own_files import own_lines
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.workbook import BUILDS_ON, Workbook
from thematic.params import load_params


@pytest.fixture
def workbook(tmp_path):
    return begin(tmp_path / "force")


def write(workbook: Workbook, name: str, text: str) -> None:
    path = workbook.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def said(workbook: Workbook) -> list[str]:
    return [line.strip() for line in own_lines(workbook)]


def test_a_new_workbook_holds_the_notebooks_and_the_record_and_reads_the_rest_from_the_product(workbook):
    assert [path.name for path in workbook.params.iterdir()] == [BUILDS_ON]
    assert sorted(path.name for path in workbook.notebooks.iterdir()) == [
        path.name for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
    ]
    begun, whole = load_params(workbook), load_params(Workbook(REPOSITORY))
    for part in ("force", "tables", "levels", "lists", "events", "disclosure", "glossary", "themes", "measures"):
        assert getattr(begun, part) == getattr(whole, part), part
    assert (begun.pack, begun.commentary, begun.recommendations) == (None, {}, {})
    assert said(workbook) == [f"No files of your own yet; all are those of thematic {version('thematic')}."]


def test_own_keys_terms_and_codes_count_over_those_of_the_product_and_other_files_in_their_place(workbook):
    write(workbook, "params/measures/asb_incidents.yaml", "title: Nuisance\n")
    write(workbook, "params/measures/da_recorded.yaml", "owner: DA team\n")
    write(workbook, "params/glossary.yaml", "terms: {Rape: Ours., Beat: A patch.}\n")
    shutil.copy(REPOSITORY / "data/reference/crime_types.csv", workbook.root)
    write(workbook, "params/lists/crime_types.csv", "code,type\nArson,Fires\n")
    write(workbook, "params/events.yaml", "events: []\n")
    params, before = load_params(workbook), load_params(Workbook(REPOSITORY))
    assert params.measures["asb_incidents"] == before.measures["asb_incidents"].model_copy(update={"title": "Nuisance"})
    assert params.measures["da_recorded"] == before.measures["da_recorded"].model_copy(update={"owner": "DA team"})
    assert params.glossary.terms == {**before.glossary.terms, "Rape": "Ours.", "Beat": "A patch."}
    assert params.lists["crime_types"].rows["Arson"]["type"] == "Fires"
    assert len(params.lists["crime_types"].rows) == len(before.lists["crime_types"].rows)
    assert params.events.events == ()
    assert said(workbook) == [
        f"Your own, over those of thematic {version('thematic')}:",
        "params/events.yaml: in place of the product's",
        "params/glossary.yaml: 2 terms over the product's",
        "params/lists/crime_types.csv: 1 code over the product's",
        "params/measures/asb_incidents.yaml: title over the product's",
        "params/measures/da_recorded.yaml: new",
    ]


def test_a_file_that_says_so_leaves_the_products_out_and_only_a_file_that_the_product_has(workbook):
    write(workbook, "params/themes/people.yaml", "# HR hands nothing over.\nleft_out: true\n")
    assert load_params(workbook).themes.keys() == load_params(Workbook(REPOSITORY)).themes.keys() - {"people"}
    assert said(workbook)[1:] == ["params/themes/people.yaml: leaves the product's out"]
    write(workbook, "params/themes/peeple.yaml", "left_out: true\n")
    with pytest.raises(ParamsRefused, match=r"params/themes/peeple.yaml, left_out: unknown key"):
        load_params(workbook)


def test_the_files_that_the_page_shows_make_another_force(workbook):
    page = (REPOSITORY / "docs" / "keep-your-own.md").read_text(encoding="utf-8")
    shown = re.findall(r'^```yaml title="([^"]+)"\n(.*?)^```', page, re.S | re.M)
    for name, text in shown[:3]:
        write(workbook, name, text)
    assert "\n".join(own_lines(workbook)) in page
    assert load_params(workbook).force.name == "Northmarch Police"
    for name, text in shown[3:]:
        write(workbook, name, text)
    assert "people" not in load_params(workbook).themes
    assert re.search(r"thematic-([\d.]+)-py3", page)[1] == version("thematic")


def test_an_empty_file_leaves_nothing_out(workbook):
    write(workbook, "params/themes/people.yaml", "")
    with pytest.raises(ParamsRefused, match=r"params/themes/people.yaml, title: is missing"):
        load_params(workbook)


def test_a_problem_in_a_file_of_the_product_says_how_to_make_it_ones_own(workbook):
    write(workbook, "params/measures/asb_incidents.yaml", "left_out: true\n")
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    assert "is the product's own: to change it, run thematic init --own params/t" in str(refused.value)


def test_what_others_wrote_is_not_read_from_the_product(workbook):
    assert workbook.file("params/pack.yaml") == workbook.root / "params" / "pack.yaml"
    assert workbook.files("params/recommendations", "*.yaml") == []


def test_a_file_of_the_product_is_made_ones_own_once_and_byte_for_byte(workbook):
    own = make_own(workbook, "params/themes/rape.yaml")
    assert own.read_bytes() == (REPOSITORY / "params" / "themes" / "rape.yaml").read_bytes()
    assert said(workbook)[1:] == ["params/themes/rape.yaml: the same as the product's, so far"]
    with pytest.raises(ArgumentsRefused, match=r"is in your workbook already\. Nothing was changed"):
        make_own(workbook, "params/themes/rape.yaml")
    with pytest.raises(
        ArgumentsRefused, match=r"no file 'params/themes/rap.yaml'. Did you mean params/themes/rape.yaml"
    ):
        make_own(workbook, "params/themes/rap.yaml")
    with pytest.raises(ArgumentsRefused, match=r"no file '\.\./force/params/pack\.yaml'"):
        make_own(workbook, "../force/params/pack.yaml")


def test_a_folder_with_a_workbook_is_refused_and_what_else_is_in_it_stays(tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n")
    begin(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    with pytest.raises(ArgumentsRefused, match=r"exists already\. Nothing was changed"):
        begin(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ArgumentsRefused, match="cannot be written to: "):
        begin(tmp_path / "file")


def test_what_a_killed_init_left_behind_is_made_whole_and_notebooks_of_others_are_refused(tmp_path):
    shutil.copytree(begin(tmp_path / "whole").notebooks, tmp_path / "cut" / "notebooks")
    assert begin(tmp_path / "cut").starter == REPOSITORY
    shutil.copytree(tmp_path / "cut" / "notebooks", tmp_path / "mine" / "notebooks")
    (tmp_path / "mine" / "notebooks" / "mine.ipynb").write_text("{}")
    with pytest.raises(ArgumentsRefused, match=r"notebooks exists already\. Nothing was changed"):
        begin(tmp_path / "mine")


def test_a_workbook_without_the_record_reads_nothing_but_its_own(tmp_path):
    (tmp_path / "params").mkdir()
    workbook = Workbook(tmp_path)
    assert (workbook.starter, workbook.files("params/themes", "*.yaml"), workbook.layers("params/force.yaml")) == (
        None,
        [],
        [],
    )
    assert workbook.file("params/force.yaml") == tmp_path / "params" / "force.yaml"
