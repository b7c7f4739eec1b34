"""Says, for those who run `thematic check`, what in params/ can be used and may not be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from thematic.params import Params
from thematic.params.checks.disclosure import disclosure_warnings
from thematic.params.pack import unwritten_plans
from thematic.params.reviews import review_warnings


def params_warnings(params: Params, today: date) -> Iterator[str]:
    """A line for each: rules about themes that there are not, plans that the pack lacks, recommendations that nothing
    shows, and measures whose reviews are overdue or that no second analyst has checked."""
    yield from disclosure_warnings(params.disclosure, params.themes)
    for problem in unwritten_plans(params.pack, params.recommendations) if params.pack is not None else ():
        yield f"Warning: {problem} No pack can be made until then."
    shown = {*params.themes, *(params.pack.plans if params.pack is not None else ())}
    for slug in params.recommendations:
        if slug not in shown:
            yield (
                f"Warning: params/recommendations/{slug}.yaml: no theme is called so, and no item of params/pack.yaml "
                "names it as its plan, so nothing shows it."
            )
    yield from review_warnings(params.measures, today)
