"""The stages whose code makes the data are the first layers of the import contract, in its order."""

import tomllib

from drawn import REPOSITORY
from thematic.core.digests import STAGES


def test_the_stages_of_the_data_are_the_lowest_layers():
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (each["layers"] for each in declared["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    assert layers[::-1][: len(STAGES)] == list(STAGES)
