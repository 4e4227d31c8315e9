"""What every test may use: a database of its own, and one trained model for the whole run."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from bot.assistant import Assistant
from bot.database import migrate, open_database
from bot.inbox import use_queue, use_send_queue
from bot.logs import configure_logging
from bot.settings import Settings
from bot.training import model_file, needs_training, train

pytest.register_assert_rewrite("tests.connectors.contract")
# What a property holds does not depend on how busy the machine is.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(scope="session", autouse=True)
def _quiet_libraries() -> None:
    configure_logging()


@pytest.fixture
def now() -> datetime:
    """A Friday morning in Tokyo."""
    return NOW


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose data folder is this test's own."""
    return Settings(data_dir=tmp_path / "var", _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """A migrated database."""
    engine = open_database(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions on the migrated database; received messages wait until the test takes the turn itself."""
    use_queue(lambda _session, _conversation_id: None)
    use_send_queue([], lambda _session, _conversation_id: None)
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model of the present inputs, trained now if it is not there."""
    models_dir = Settings().models_dir
    return train(models_dir) if needs_training(models_dir) else model_file(models_dir)


@pytest.fixture(scope="session")
def assistant(model: Path) -> Iterator[Assistant]:
    """The assistant with its real model."""
    assistant = Assistant(model)
    yield assistant
    assistant.close()
