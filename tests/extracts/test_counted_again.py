"""What is counted again: the themes whose own declarations have changed, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from thematic.core.workbook import Workbook
from thematic.cubes import counts, cubes
from thematic.cubes.cubes import Index
from thematic.params import Params
from warehouse_drawn import drawn, facts, own_params, theme_cubes

CRIMES = drawn(
    "crimes",
    """
    recorded_on | offence_code | offence_subgroup | offence_title | hate_strands | lpu
    2020-03-04  | 19C          | Rape             | Rape          |              | Widnes
    2020-03-05  | 8N           | Violence         | Assault       | race         | Crewe
    """,
)


@dataclass
class Force:
    """A force with two crimes and two themes on them, that counts again and again."""

    folder: Path
    params: Params
    counted: list[str]

    def counts(self, params: Params, key: str = "drawn") -> tuple[list[str], Index]:
        """The themes that are counted, and the index after it."""
        self.counted.clear()
        told = facts(params, {"crimes": CRIMES}, "2017-04", "2021-01", key=key)
        index = cubes.build(Workbook(self.folder), params, told, lambda _: None)  # type: ignore[arg-type]
        return sorted(self.counted), index

    def cube(self, theme: str) -> bytes:
        return (Workbook(self.folder).cubes / f"{theme}.parquet").read_bytes()


@pytest.fixture
def force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Force:
    real: Callable[..., object] = counts.count
    asked: list[str] = []

    def count(tables: object, themes: dict[str, object], *rest: object) -> object:
        asked.extend(themes)
        return real(tables, themes, *rest)

    theme_cubes(tmp_path, "rape", {"crimes": CRIMES})
    monkeypatch.setattr(counts, "count", count)
    both = {slug: own_params().themes[slug] for slug in ("rape", "hate-crime")}
    return Force(tmp_path, replace(own_params(), themes=both), asked)


def test_a_theme_that_is_added_is_counted_alone(force: Force) -> None:
    before = force.cube("rape")
    themes, index = force.counts(force.params)
    assert themes == ["hate-crime"] and set(index.slices) == {"rape", "hate-crime"}
    assert force.cube("rape") == before


def test_another_title_counts_nothing_again(force: Force) -> None:
    _, before = force.counts(force.params)
    name = next(iter(force.params.themes["rape"].measures))
    called = force.params.measures[name].model_copy(update={"title": "Called otherwise"})
    themes, index = force.counts(replace(force.params, measures={**force.params.measures, name: called}))
    assert themes == [] and index.key != before.key
    assert (index.slices, index.unavailable) == (before.slices, before.unavailable)


def test_another_breakdown_counts_its_theme_again(force: Force) -> None:
    force.counts(force.params)
    rape = force.params.themes["rape"]
    name, dimensions = next((name, each) for name, each in rape.measures.items() if "offence" in each)
    without = tuple(each for each in dimensions if each != "offence")
    fewer = rape.model_copy(update={"measures": {**rape.measures, name: without}})
    kept, other = force.cube("rape"), force.cube("hate-crime")
    themes, _ = force.counts(replace(force.params, themes={**force.params.themes, "rape": fewer}))
    assert themes == ["rape"] and force.cube("rape") != kept and force.cube("hate-crime") == other


def test_another_extract_counts_all_again(force: Force) -> None:
    force.counts(force.params)
    themes, _ = force.counts(force.params, key="later")
    assert themes == ["hate-crime", "rape"]
