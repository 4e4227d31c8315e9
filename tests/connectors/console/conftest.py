import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.models import Staff
from bot.staff import begin_session
from connectors.console.access import COOKIE
from tests.connectors.console.house import House, build_house, open_house


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, migrated once, with one caseworker."""
    folder = tmp_path_factory.mktemp("console") / "var"
    build_house(folder).close()
    return folder


@pytest.fixture
def house(built: Path, tmp_path: Path) -> House:
    house = open_house(Path(shutil.copytree(built, tmp_path / "var")))
    yield house
    house.close()


@pytest.fixture
def client(house: House) -> TestClient:
    """A browser in which the caseworker has logged in."""
    client = house.client()
    with house.sessions() as session:
        client.cookies.set(COOKIE, begin_session(session.get_one(Staff, 1), house.clock()), domain="console.test", path="/console")
    return client
