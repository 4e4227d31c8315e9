"""The habits of the house, held by tests: no Japanese in code, one size of module, data complete, nothing loaded from elsewhere."""

import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings
from bot.wording import responses
from connectors.line.doctor import WEBHOOK_PATH
from connectors.line.settings import LineSettings
from connectors.line.wording import wording
from connectors.notify.settings import NotifySettings
from connectors.telegram.settings import TelegramSettings
from connectors.web.settings import WebSettings
from knowledge.vocabulary import load_vocabulary

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "nlu", "actions", "knowledge", "connectors")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
LONGEST_MODULE = 500
TOP_LEVEL = {
    *PACKAGES, "tests", "docs", ".ci", "config.yml", "domain.yml", "README.md", "pyproject.toml", "uv.lock", "Makefile", ".gitignore",
    "THIRD_PARTY_NOTICES.md", "CHANGELOG.md",
}  # fmt: skip


def tracked() -> list[Path]:
    """Every file that git knows."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name]


def modules() -> Iterator[Path]:
    """Every module of ours outside the tests."""
    yield from (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


def test_no_japanese_stands_in_code() -> None:
    found = []
    for path in modules():
        with tokenize.open(path) as source:
            tokens = tokenize.generate_tokens(source.readline)
            found += [
                f"{path.relative_to(ROOT)}:{token.start[0]}"
                for token in tokens
                if token.type == tokenize.STRING and not token.string.startswith('"""') and JAPANESE.search(token.string)
            ]
    assert found == []


def test_modules_stay_short() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_the_top_level_holds_what_was_agreed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_nothing_is_loaded_from_another_host() -> None:
    pages = [path for path in tracked() if path.suffix in {".html", ".js", ".css"} and path.exists()]
    foreign = re.compile(r"""(?:src|href|import|url)\s*[=(]?\s*["'(]\s*(?:https?:)?//(?!\u2026)""")
    assert len(pages) > 10
    assert [str(path.relative_to(ROOT)) for path in pages if foreign.search(path.read_text(encoding="utf-8"))] == []


def test_nothing_outside_the_project_is_needed_at_run_time() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in modules()}
    assert [str(path) for path, text in texts.items() if "../shared" in text or "/work/" in text] == []


def test_every_fact_is_an_entity_and_has_its_question() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    facts = set(load_vocabulary().facts)
    assert set(domain["entities"]) == {*facts, "need"}
    assert {f"utter_ask_{key}" for key in facts - {"gender"}} <= set(responses())


@pytest.mark.parametrize(
    "name",
    sorted(
        f"{shape.model_config.get('env_prefix')}{name}".upper()
        for shape in (Settings, WebSettings, LineSettings, TelegramSettings, NotifySettings)
        for name in shape.model_fields
    ),
)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_guides_for_channels_name_what_there_is_to_set() -> None:
    widget = (ROOT / "docs" / "how-to" / "widget.md").read_text(encoding="utf-8")
    used = {name for path in (ROOT / "connectors" / "web" / "static").glob("*.js") for name in re.findall(r"options\.([a-zA-Z]+)", path.read_text())}
    attributes = {"data-" + re.sub("([A-Z])", r"-\1", name).lower() for name in used - {"base", "assets"}}
    assert attributes and {name for name in attributes if f"`{name}`" not in widget} == set()
    line = (ROOT / "docs" / "how-to" / "line.md").read_text(encoding="utf-8")
    assert WEBHOOK_PATH in line and "MADOGUCHI_LINE_CHANNEL_SECRET" in line and "MADOGUCHI_LINE_CHANNEL_ACCESS_TOKEN" in line
    assert {cell.label for cell in wording().rich_menu.cells if f"「{cell.label}」" not in line} == set()
