"""The bill of materials names every package of the lock with its licence, and what is shipped beside them."""

from importlib.util import find_spec

import pytest

from drawn import REPOSITORY
from thematic.tools.materials import bill, licence_of, licences


@pytest.mark.skipif(find_spec("uv") is None, reason="uv is not installed here")
def test_the_bill_has_what_the_product_rests_on_and_nothing_of_when_it_was_made():
    said = bill(REPOSITORY / "uv.lock")
    assert (said["bomFormat"], said["metadata"]["component"]["name"]) == ("CycloneDX", "thematic")
    assert "serialNumber" not in said and "timestamp" not in said["metadata"]
    names = {component["name"] for component in said["components"]}
    assert {"pandas", "duckdb", "typst", "Thematic Sans"} <= names
    assert not {"pytest", "mypy"} & names
    assert all(component["licenses"][0]["license"]["name"] for component in said["components"])
    assert not [name for name in licences(said) if "GPL" in name]
    assert (REPOSITORY / "lib/thematic/exporters/fonts/OFL.txt").is_file()


def test_a_licence_is_what_the_package_says():
    assert licence_of("click") == "BSD-3-Clause"
    assert licence_of("no-such-package") == "not said"
