"""What tests of several pages of the sample share: its reports as each audience sees them."""

from __future__ import annotations

from datetime import date

import pytest

from thematic.build.build import prepare
from thematic.core.workbook import Workbook
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.params import load_params
from thematic.params.declared import Audience
from warehouse_drawn import sample_workbook


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return sample_workbook(tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module", params=["internal", "public"])
def seen(request: pytest.FixtureRequest, workbook: Workbook) -> Seen:
    params = load_params(workbook)
    index = prepare(workbook, params, data=None, lookup=None, today=date(2026, 1, 1), say=lambda _: None)
    audience: Audience = request.param
    return seen_by(audience, workbook, params, index, lambda _: None)
