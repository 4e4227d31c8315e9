from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.connectors.console.house import LOGIN, PASSWORD, House, build_house
from tests.connectors.console.reading import log_in


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "var")


@pytest.fixture
def client(house: House) -> TestClient:
    """A browser in which a caseworker has logged in."""
    client = house.client()
    assert log_in(client, LOGIN, PASSWORD).status_code == 303
    return client
