"""What params/recommendations/<theme>.yaml may say: the recommendations that a theme's reports follow up."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Literal

from pydantic import RootModel, model_validator

from thematic.params.declared import Declared, Name


class Recommendation(Declared):
    """One recommendation; `due` is the last day on which it is in time, `updated_on` the day of its `update`,
    `evidence` what shows how far it has come; `public`: the public edition shows it too."""

    reference: Name
    recommendation: Name
    source: Name
    owner: Name
    due: date
    rag: Literal["red", "amber", "green", "complete"]
    update: Name | None = None
    updated_on: date | None = None
    evidence: Name | None = None
    public: bool = False

    @model_validator(mode="after")
    def _dated(self) -> Recommendation:
        if (self.update is None) != (self.updated_on is None):
            raise ValueError("update and updated_on go together: give both, or neither")
        return self

    def overdue(self, day: date) -> bool:
        """Whether it should have been done before `day` and is not; on the due day itself it is still in time."""
        return self.rag != "complete" and self.due < day


class RecommendationList(RootModel[list[Recommendation]]):
    """All recommendations of a theme, in the order of the report; each reference stands once."""

    @model_validator(mode="after")
    def _once(self) -> RecommendationList:
        counted = Counter(each.reference.casefold() for each in self.root)
        twice = [each.reference for each in self.root if counted[each.reference.casefold()] > 1]
        if twice:
            raise ValueError(f"the reference {twice[0]} is there twice; give each recommendation its own")
        return self
