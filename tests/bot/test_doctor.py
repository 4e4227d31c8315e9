"""`madoguchi doctor`: what is missing is found, named in plain Japanese, and decides the exit code. Nothing is changed by looking."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from bot.bootstrap import diagnose
from bot.cli import app
from bot.doctor import Finding, check_base, words
from bot.inbox import open_web_conversation
from bot.settings import Settings
from connectors.notify.doctor import check as check_notify
from connectors.notify.settings import NotifySettings
from tests.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]


def names(found: list[Finding], level: str = "missing") -> set[str]:
    """Return which findings of this level there are."""
    return {one.name for one in found if one.level == level}


def settings_of(tmp_path: Path, **more: object) -> Settings:
    """Return settings with this test's data folder and nothing from outside."""
    return Settings(data_dir=tmp_path / "var", _env_file=None, **more)  # type: ignore[call-arg,arg-type]


def test_a_new_house_lacks_nothing_and_nothing_is_made_by_looking(tmp_path: Path) -> None:
    found = check_base(settings_of(tmp_path))
    assert names(found) == set()
    assert {"key_not_yet", "database_not_yet", "no_public_url"} <= names(found, "note")
    assert not (tmp_path / "var").exists()


def test_a_working_house_is_well(engine: Engine, sessions: sessionmaker[Session], settings: Settings) -> None:
    with sessions() as session:
        open_web_conversation(session, municipality=None, now=NOW)
    found = check_base(settings)
    assert names(found) == set()
    assert {"key_ok", "database_ok"} <= names(found, "ok")
    assert "no_staff" in names(found, "note")


def test_a_key_that_others_may_read_is_missing_its_lock(engine: Engine, settings: Settings) -> None:
    settings.key_file.chmod(0o644)
    (finding,) = [one for one in check_base(settings) if one.level == "missing"]
    assert finding.name == "key_open" and "chmod 600" in finding.todo


@pytest.mark.parametrize(("key", "name"), [(None, "key_lost"), (b"x" * 32, "key_other"), (b"short", "key_other")])
def test_records_without_their_key_are_seen_before_a_start_does_harm(
    engine: Engine, sessions: sessionmaker[Session], settings: Settings, key: bytes | None, name: str
) -> None:
    with sessions() as session:
        open_web_conversation(session, municipality=None, now=NOW)
    kept = settings.key_file.read_bytes()
    settings.key_file.unlink()
    if key is not None:
        settings.key_file.write_bytes(key)
        settings.key_file.chmod(0o600)
    assert names(check_base(settings)) == {name}
    assert settings.key_file.exists() == (key is not None), "no new key is made"
    settings.key_file.write_bytes(kept)
    settings.key_file.chmod(0o600)
    assert names(check_base(settings)) == set()


def test_a_database_that_is_none_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "madoguchi.db").write_bytes(b"this is no database file" * 50)
    assert names(check_base(settings_of(tmp_path))) == {"database_closed"}


def test_an_address_for_the_world_needs_https_and_cookies_that_stay_there(tmp_path: Path) -> None:
    assert names(check_base(settings_of(tmp_path, public_url="http://madoguchi.example"))) == {"public_url_http"}
    assert names(check_base(settings_of(tmp_path, public_url="https://madoguchi.example"))) == {"cookies_open"}
    assert names(check_base(settings_of(tmp_path, public_url="https://madoguchi.example", secure_cookies=True))) == set()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"smtp_host": "mail.example"}, {"no_sender"}),
        ({"sender": "madoguchi@example.jp"}, {"no_host"}),
        ({"smtp_host": "mail.example", "sender": "madoguchi@example.jp"}, set()),
        ({"smtp_host": "mail.example", "sender": "madoguchi@example.jp", "smtp_security": "none"}, {"mail_open"}),
        ({"smtp_host": "localhost", "sender": "madoguchi@example.jp", "smtp_security": "none"}, set()),
        ({"smtp_host": "mail.example", "sender": "madoguchi@example.jp", "smtp_user": "u"}, {"no_password"}),
        ({}, set()),
    ],
)
def test_half_a_mail_server_is_noticed(given: dict[str, str], missing: set[str]) -> None:
    assert names(check_notify(NotifySettings(_env_file=None, **given))) == missing  # type: ignore[call-arg,arg-type]


def test_a_setting_that_nothing_reads_and_one_that_does_not_fit_are_named_without_their_values(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MADOGUCHI_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("MADOGUCHI_LINE_CHANNEL_SECRETT", "canary-secret")
    (tmp_path / ".env").write_text("MADOGUCHI_PUBLIK_URL=https://canary.example\nOTHER=1\n")
    found = diagnose(ask=False)
    assert [one.text.split()[0] for one in found if one.name == "unknown_setting"] == ["MADOGUCHI_LINE_CHANNEL_SECRETT", "MADOGUCHI_PUBLIK_URL"]
    monkeypatch.setenv("MADOGUCHI_PORT", "canary-port")
    found = diagnose(ask=False)
    assert "MADOGUCHI_PORT" in " ".join(one.text for one in found)
    assert "canary" not in str(found)


def test_the_command_says_what_is_missing_and_its_exit_code_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MADOGUCHI_DATA_DIR", str(tmp_path / "var"))
    well = CliRunner().invoke(app, ["doctor", "--offline"])
    assert well.exit_code == 0 and words()["all_well"]["text"] in well.output
    monkeypatch.setenv("MADOGUCHI_LINE_CHANNEL_SECRET", "0" * 32)
    ill = CliRunner().invoke(app, ["doctor", "--offline"])
    assert ill.exit_code == 1
    assert "チャネルアクセストークンがありません" in ill.output and "足りないものが1件" in ill.output
    assert "0" * 32 not in ill.output


def test_every_finding_that_asks_for_something_says_what_to_do() -> None:
    files = [ROOT / "bot" / "doctor.yml", *(ROOT / "connectors").glob("*/doctor.yml")]
    assert len(files) >= 3
    for path in files:
        code = "".join(one.read_text(encoding="utf-8") for one in (path.with_name("doctor.py"), ROOT / "bot" / "cli.py"))
        for name, said in words(path).items():
            assert isinstance(name, str) and said["text"], path
            if re.search(rf'"(missing|note)", "base", "{name}"|"(missing|note)", "{name}"', code) and name != "not_asked":
                assert said.get("todo"), f"{path}: {name} says nothing about what to do"
            assert name in code or name.startswith(("area_", "level_")), f"{path}: {name} is never said"
