import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.models import Staff
from bot.staff import begin_session
from connectors.console.access import COOKIE
from tests.connectors.console.admin_house import admin_client, furnish
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


@pytest.fixture(scope="session")
def furnished(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the knowledge loaded and an admin beside the caseworker."""
    folder = Path(shutil.copytree(built, tmp_path_factory.mktemp("admin") / "var"))
    house = open_house(folder)
    furnish(house)
    house.close()
    return folder


@pytest.fixture
def admin_house(furnished: Path, tmp_path: Path) -> House:
    """The console with the knowledge loaded."""
    house = open_house(Path(shutil.copytree(furnished, tmp_path / "furnished")))
    yield house
    house.close()


@pytest.fixture
def admin(admin_house: House) -> TestClient:
    """A browser in which the admin has logged in."""
    return admin_client(admin_house)
