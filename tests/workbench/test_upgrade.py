"""An upgrade says key by key what a new starter changes, takes over what the force left as it was, and loses nothing."""

import json

import pytest

from thematic.adoption import record
from thematic.adoption.beginning import begin, make_own
from thematic.adoption.differences import changed, compare_file, merged
from thematic.adoption.editing import edited
from thematic.adoption.keys import digests, file_digests
from thematic.adoption.upgrade import apply, lines, plan
from thematic.core import starter
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.workbook import BUILDS_ON, Workbook
from thematic.params.reading import parse_yaml

OLD = {
    "params/force.yaml": "name: A\nunits: lpu # ours\n",
    "params/glossary.yaml": "terms:\n  Rape: Old.\n  Beat: Old.\n",
    "params/themes/rape.yaml": "title: Rape\ngoal: RAPE\nsections:\n  one: {title: One}\n",
    "params/themes/gone.yaml": "title: Gone\n",
    "params/measures/some.yaml": "title: Some\nowner: A\ndecimals: 1\n",
    "notebooks/rape.ipynb": "old",
    "notebooks/mine.ipynb": "old",
    "data/reference/offences.csv": "code,title\n1,One\n2,Two\n",
}
NEW = OLD | {
    "params/force.yaml": "name: A\nunits: lpu\nlimit: 3\n",
    "params/glossary.yaml": "terms:\n  Rape: New.\n  Beat: New.\n",
    "params/themes/rape.yaml": "title: Rapes\ngoal: RP\nsections:\n  one: {title: First}\n  two: {title: Two}\n",
    "params/themes/more.yaml": "title: More\n",
    "params/measures/some.yaml": "title: Some of all\nowner: B\n",
    "notebooks/rape.ipynb": "new",
    "notebooks/mine.ipynb": "new",
    "notebooks/more.ipynb": "new",
    "data/reference/offences.csv": "code,title\n1,First\n2,Second\n",
}
del NEW["params/themes/gone.yaml"]


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    """A workbook begun from the old starter, before the new one is installed."""
    monkeypatch.setattr(starter, "_PACKAGE", tmp_path / "package")
    install(tmp_path, monkeypatch, OLD, "1.0")
    return begin(tmp_path / "force")


def install(place, monkeypatch, files, version):
    for name in {*OLD, *NEW}:
        path = place / "package" / "starter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if name in files:
            path.write_text(files[name], encoding="utf-8")
    monkeypatch.setattr(record, "version", lambda _: version)


def write(workbook, name, text):
    (workbook.root / name).parent.mkdir(parents=True, exist_ok=True)
    (workbook.root / name).write_text(text, encoding="utf-8")


def said(workbook):
    return [line.strip() for line in lines(plan(workbook))]


def upgraded(workbook):
    apply(workbook, plan(workbook), print)
    return {
        path.relative_to(workbook.root).as_posix(): path.read_text(encoding="utf-8")
        for part in ("params", "notebooks")
        for path in (workbook.root / part).rglob("*")
        if path.is_file() and path.name != BUILDS_ON
    }


def test_without_files_of_its_own_a_workbook_takes_everything(workbook, tmp_path, monkeypatch):
    assert said(workbook) == ["These params were written for thematic 1.0, the one installed. There is nothing to do."]
    install(tmp_path, monkeypatch, NEW, "2.0")
    assert said(workbook) == [
        "From thematic 1.0 to 2.0:",
        "data/reference/offences.csv, 1: changed to '1, First'",
        "data/reference/offences.csv, 2: changed to '2, Second'",
        "notebooks/mine.ipynb: changed. Your file takes it over",
        "notebooks/more.ipynb: added",
        "notebooks/rape.ipynb: changed. Your file takes it over",
        "params/force.yaml, limit: added, '3'",
        "params/glossary.yaml, terms.Rape: changed to 'New.'",
        "params/glossary.yaml, terms.Beat: changed to 'New.'",
        "params/measures/some.yaml, title: changed to 'Some of all'",
        "params/measures/some.yaml, owner: changed to 'B'",
        "params/measures/some.yaml, decimals: taken away",
        "params/themes/gone.yaml: taken away",
        "params/themes/more.yaml: added",
        "params/themes/rape.yaml, title: changed to 'Rapes'",
        "params/themes/rape.yaml, goal: changed to 'RP'",
        "params/themes/rape.yaml, sections.one.title: changed to 'First'",
        "params/themes/rape.yaml, sections.two: added, '{'title': 'Two'}'",
        "17 in all; taken over in your files: 2; for you to decide: 0.",
    ]
    assert upgraded(workbook) == {f"notebooks/{name}.ipynb": "new" for name in ("mine", "more", "rape")}
    assert said(workbook) == ["These params were written for thematic 2.0, the one installed. There is nothing to do."]


def test_what_the_force_left_as_it_was_is_taken_over_and_what_it_changed_stays(workbook, tmp_path, monkeypatch):
    make_own(workbook, "params/themes/gone.yaml")
    write(workbook, "params/force.yaml", "name: Ours\nunits: lpu # ours\n# The end.\n")
    write(
        workbook,
        "params/themes/rape.yaml",
        "# Ours.\ntitle: Rape\ngoal: OURS # short\nsections:\n  one: {title: One}\n",
    )
    write(workbook, "params/measures/some.yaml", "owner: Ours\ndecimals: 1\n")
    write(workbook, "params/glossary.yaml", "terms: {Rape: Ours., Beat: Old.}\n")
    write(workbook, "params/lists/offences.csv", "code,title\n2,Ours\n3,Three\n")
    write(workbook, "notebooks/mine.ipynb", "ours")
    install(tmp_path, monkeypatch, NEW, "2.0")
    asks = [line.partition(": ")[0] for line in said(workbook) if "Yours stays" in line]
    assert asks == [
        "notebooks/mine.ipynb",
        "params/force.yaml, limit",
        "params/glossary.yaml, terms.Rape",
        "params/lists/offences.csv, 2",
        "params/measures/some.yaml, owner",
        "params/themes/gone.yaml",
        "params/themes/rape.yaml, goal",
    ]
    assert said(workbook)[-1] == "18 in all; taken over in your files: 6; for you to decide: 7."
    assert upgraded(workbook) == {
        "notebooks/mine.ipynb": "ours",
        "notebooks/more.ipynb": "new",
        "notebooks/rape.ipynb": "new",
        "params/force.yaml": "name: Ours\nunits: lpu # ours\n# The end.\n",
        "params/glossary.yaml": "terms: {Rape: Ours., Beat: New.}\n",
        "params/lists/offences.csv": "code,title\n2,Ours\n3,Three\n",
        "params/measures/some.yaml": "owner: Ours\n",
        "params/themes/gone.yaml": "title: Gone\n",
        "params/themes/rape.yaml": (
            "# Ours.\ntitle: Rapes\ngoal: OURS # short\nsections:\n  one: {title: First}\n  two: {title: Two}\n"
        ),
    }


def test_a_file_that_leaves_the_products_out_is_asked_nothing(workbook, tmp_path, monkeypatch):
    write(workbook, "params/themes/rape.yaml", "left_out: true\n")
    install(tmp_path, monkeypatch, NEW, "2.0")
    assert not [line for line in said(workbook) if "Yours stays" in line]
    assert upgraded(workbook)["params/themes/rape.yaml"] == "left_out: true\n"


def test_a_workbook_without_a_record_or_with_a_broken_one_is_refused(workbook):
    path = workbook.params / BUILDS_ON
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ParamsRefused, match=r"params/builds_on.json: is not the record of a starter"):
        plan(workbook)
    path.unlink()
    with pytest.raises(ArgumentsRefused, match="this workbook owns all of its files"):
        plan(workbook)


def test_a_file_of_the_force_that_cannot_be_read_stops_the_upgrade(workbook):
    write(workbook, "params/themes/rape.yaml", "title: [\n")
    with pytest.raises(ParamsRefused, match=r"params/themes/rape.yaml: cannot be read"):
        plan(workbook)


def test_the_record_is_the_same_bytes_whenever_it_is_written(workbook):
    read = (workbook.params / BUILDS_ON).read_bytes()
    assert record.read_record(Workbook(workbook.root)).as_bytes() == read
    assert json.loads(read)["builds_on"] == "thematic 1.0"


@pytest.mark.parametrize(
    ("mine", "whose"),
    [({"k": 1}, "taken"), ({"k": 3}, "own"), ({"other": 1}, "own"), (None, "product")],
)
def test_a_changed_key_is_taken_over_where_the_own_file_has_the_old_value(mine, whose):
    own = None if mine is None else digests(mine)
    found = compare_file("f", digests({"k": 1}), digests({"k": 2}), own, by_key=False)
    assert [(each.what, each.whose) for each in found] == [("changes", whose)]


def test_nothing_is_said_of_a_key_that_the_own_file_has_as_the_new_starter_does():
    assert compare_file("f", digests({"k": 1}), digests({"k": 2}), digests({"k": 2}), by_key=False) == []
    assert compare_file("f", digests({"k": 1, "l": 1}), digests({"l": 1}), digests({"l": 1}), by_key=False) == []


def test_a_key_below_one_that_the_force_has_taken_out_is_for_the_force_to_decide():
    before, now = digests({"a": {"b": 1}, "l": 1}), digests({"a": {"b": 1, "c": 2}, "l": 1})
    (found,) = compare_file("f", before, now, digests({"l": 1}), by_key=False)
    assert (found.key, found.whose) == (("a", "c"), "own")


def test_a_value_that_becomes_a_mapping_or_stops_to_be_one_is_one_change():
    assert list(changed(digests({"k": 1}), digests({"k": {"a": 1}}))) == [(("k",), "changes")]
    assert list(changed(digests({"k": {"a": 1}}), digests({"k": {}}))) == [(("k",), "changes")]


def test_keys_that_are_numbers_are_merged_as_numbers():
    before, now, own = ({"p": {2020: count}} for count in (1, 2, 1))
    found = compare_file("f", digests(before), digests(now), digests(own), by_key=False)
    assert merged(own, now, found) == {"p": {2020: 2}}
    assert own == {"p": {2020: 1}}


def test_the_order_of_rows_and_spaces_in_a_file_are_no_change():
    assert file_digests("a.yaml", b"a: 1\nb: {c: 2}\n") == file_digests("a.yaml", b"# x\na:   1\nb:\n  c: 2\n")
    assert file_digests("a.csv", b"code,t\n1,x\n") == file_digests("a.csv", b'code,t\r\n"1",x\r\n')


@pytest.mark.parametrize(
    ("text", "key", "value", "result"),
    [
        ("a: 1 # why\nb: 2\n", ("a",), 3, "a: 3 # why\nb: 2\n"),
        ("a:\n  - 1\n  - 2\n\n# of b\nb: 2\n", ("a",), [3], "a:\n  [3]\n\n# of b\nb: 2\n"),
        ("a: |\n  long\n  text\n\n# of b\nb: 2\n", ("a",), "short", "a: short\n\n# of b\nb: 2\n"),
        ("a: {b: 1}\n", ("a", "c"), 'say "x": y', "a: {b: 1, c: 'say \"x\": y'}\n"),
        ("a: {}\n", ("a", "c"), 1, "a: {c: 1}\n"),
        ("a: 1", ("b",), "no", "a: 1\nb: 'no'"),
        ("a:\n  b: 1 # why\n# of c\nc: 2\n", ("a", "d"), {"e": [1]}, "a:\n  b: 1 # why\n  d: {e: [1]}\n# of c\nc: 2\n"),
        ("a: ‘quoted’ – é\nb: 1\n", ("b",), "–", "a: ‘quoted’ – é\nb: –\n"),
    ],
)
def test_a_value_is_written_at_its_key_and_the_rest_of_the_text_stays(text, key, value, result):
    wanted, _ = parse_yaml(text, "")
    place = wanted
    for part in key[:-1]:
        place = place[part]
    place[key[-1]] = value
    assert edited(text, wanted, [key]) == result


def test_the_ends_of_lines_stay_as_they_are():
    assert edited("a: 1 # x\r\nb: 2\r\n", {"a": 1, "b": 2, "c": 3}, [("c",)]) == "a: 1 # x\r\nb: 2\r\nc: 3\r\n"


def test_a_list_that_the_product_gives_up_stays_where_the_force_adds_to_it(workbook, tmp_path, monkeypatch):
    write(workbook, "params/lists/offences.csv", OLD["data/reference/offences.csv"])
    install(tmp_path, monkeypatch, {name: NEW[name] for name in NEW if "offences" not in name}, "2.0")
    by_hand = [line for line in said(workbook) if line.startswith("params/lists") and "by hand" in line]
    assert len(by_hand) == 2
    assert upgraded(workbook)["params/lists/offences.csv"] == OLD["data/reference/offences.csv"]


@pytest.mark.parametrize("part", ["notebooks/mine.ipynb", "notebooks/rape.ipynb", "params/themes/rape.yaml"])
def test_an_upgrade_that_was_cut_short_is_finished_by_the_next(workbook, tmp_path, monkeypatch, part):
    write(workbook, "params/themes/rape.yaml", OLD["params/themes/rape.yaml"])
    install(tmp_path, monkeypatch, NEW, "2.0")
    whole = plan(workbook)
    for name, data in whole.writes.items():
        (workbook.root / name).write_bytes(data)
        if name >= part:
            break
    assert set(plan(workbook).writes) < set(whole.writes)
    after = upgraded(workbook)
    assert {name: after[name].encode() for name in whole.writes} == whole.writes


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: 1\n# of b\nb: 2 # b\nc: 3\n", {"a": 1, "c": 3}, "a: 1\n# of b\nc: 3\n"),
        ("a: 1\nb:\n  - 2\n", {"a": 1}, "a: 1\n"),
        ("{a: 1, b: 2}\n", {"a": 1}, None),
        ("x: &x {b: 1}\na: 1\nb: *x\n", {"x": {"b": 1}, "a": 1}, None),
    ],
)
def test_a_key_is_taken_out_with_its_line_or_left_to_be_done_by_hand(text, wanted, result):
    assert edited(text, wanted, [("b",)]) == result


def test_a_text_that_would_change_elsewhere_too_is_left_to_be_done_by_hand():
    assert edited("a: &x {k: 1}\nb: *x\n", {"a": {"k": 1}, "b": {"k": 2}}, [("b", "k")]) is None
