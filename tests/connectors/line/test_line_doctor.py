"""What `madoguchi doctor` finds out by asking LINE, and the rich menu that `madoguchi line menu` installs."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from linebot.v3.messaging import ApiException
from PIL import Image
from pydantic import SecretStr

from bot.doctor import Finding
from bot.settings import Settings
from connectors.line.doctor import check
from connectors.line.rich_menu import HEIGHT, WIDTH, install_menu, menu_image
from connectors.line.settings import LineSettings
from connectors.line.wording import wording
from tests.connectors.fakes.base import Failure
from tests.connectors.fakes.line import TOKEN, FakeLine

SECRET = "0123456789abcdef" * 2


@pytest.fixture
def ask(line: FakeLine, line_config: LineSettings, tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """Ask the doctor; returns findings by name."""
    outside = Settings(data_dir=tmp_path, public_url="https://example.invalid", secure_cookies=True, _env_file=None)  # type: ignore[call-arg]

    def ask(**changed: object) -> dict[str, Finding]:
        given = line_config.model_copy(update={"channel_secret": SecretStr(SECRET), "timeout_seconds": 5.0, **changed})
        return {one.name: one for one in check(given, outside, ask=True)}

    return ask


def test_a_channel_that_is_set_up_is_well(line: FakeLine, line_config: LineSettings, ask: Callable[..., dict[str, Finding]]) -> None:
    install_menu(line_config.model_copy(update={"timeout_seconds": 5.0}))
    found = ask()
    assert set(found) == {"keys_ok", "bot_ok", "chat_off", "webhook_ok", "quota", "menu_ok"}
    assert {one.level for one in found.values()} == {"ok"}
    assert line.problems == []


@pytest.mark.parametrize(
    ("changes", "name", "level"),
    [
        ({"webhook_endpoint": None}, "no_webhook", "missing"),
        ({"webhook_endpoint": "https://other.example/line/webhook"}, "webhook_other", "missing"),
        ({"webhook_active": False}, "webhook_off", "missing"),
        ({"chat_mode": "chat"}, "chat_on", "note"),
        ({"pushes": 170}, "quota_near", "note"),
        ({}, "no_menu", "note"),
    ],
)
def test_what_is_wrong_at_lines_is_said(line: FakeLine, ask: Callable[..., dict[str, Finding]], changes: dict[str, object], name: str, level: str) -> None:
    for field, value in changes.items():
        setattr(line, field, value)
    finding = ask()[name]
    assert finding.level == level and finding.todo


def test_a_refused_token_and_a_line_that_does_not_answer_are_told_apart(line: FakeLine, ask: Callable[..., dict[str, Finding]]) -> None:
    refused = ask(channel_access_token=SecretStr("canary-token"))
    assert refused["token_refused"].level == "missing"
    assert "canary" not in str(refused)
    line.fail(Failure(status=503))
    assert ask()["no_answer"].level == "missing"
    assert ask(api_url="http://127.0.0.1:9")["no_answer"].level == "missing"
    assert ask(channel_access_token=None)["no_token"].level == "missing"


def test_an_address_without_https_and_a_secret_of_another_shape_are_said_without_asking(line: FakeLine, tmp_path: Path) -> None:
    inside = Settings(data_dir=tmp_path, public_url="", _env_file=None)  # type: ignore[call-arg]
    given = LineSettings(channel_secret=SecretStr("short"), channel_access_token=SecretStr(TOKEN), api_url=line.url, _env_file=None)  # type: ignore[call-arg]
    found = {one.name: one.level for one in check(given, inside, ask=False)}
    assert found == {"odd_secret": "note", "needs_https": "missing", "not_asked": "note"}
    assert line.requests == []


def test_the_menu_is_installed_with_its_picture_and_an_earlier_one_of_ours_goes(line: FakeLine, line_config: LineSettings) -> None:
    line.rich_menus["somebody-elses"] = {"name": "他のメニュー", "size": {"width": 800, "height": 270}, "chatBarText": "x", "selected": False, "areas": []}
    config = line_config.model_copy(update={"timeout_seconds": 5.0})
    first = install_menu(config)
    second = install_menu(config)
    assert line.default_menu == second and set(line.rich_menus) == {"somebody-elses", second} and first != second
    menu = line.rich_menus[second]
    assert [area["action"]["text"] for area in menu["areas"]] == [cell.text for cell in wording().rich_menu.cells]
    covered = {(x, y) for area in menu["areas"] for x in range(area["bounds"]["x"], area["bounds"]["x"] + area["bounds"]["width"], 10)
               for y in range(area["bounds"]["y"], area["bounds"]["y"] + area["bounds"]["height"], 10)}  # fmt: skip
    assert len(covered) == (WIDTH // 10) * (HEIGHT // 10), "every place of the picture does something"
    assert line.problems == []


def test_a_menu_that_line_refuses_leaves_the_old_one_in_place(line: FakeLine, line_config: LineSettings) -> None:
    config = line_config.model_copy(update={"timeout_seconds": 5.0})
    old = install_menu(config)
    line.fail(Failure(status=400, where="/content"))
    with pytest.raises(ApiException):
        install_menu(config)
    assert line.default_menu == old and old in line.rich_menus


def test_the_picture_has_the_size_that_line_takes_and_something_in_every_cell() -> None:
    picture = menu_image()
    image = Image.open(BytesIO(picture)).convert("L")
    assert image.size == (WIDTH, HEIGHT) and len(picture) < 1_000_000
    wide, high = WIDTH // 3, HEIGHT // 2
    for column in range(3):
        for row in range(2):
            cell = image.crop((column * wide + 20, row * high + 20, (column + 1) * wide - 20, (row + 1) * high - 20))
            assert cell.getextrema()[0] < 60 and cell.getextrema()[1] > 240
