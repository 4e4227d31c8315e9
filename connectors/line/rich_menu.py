"""The rich menu: six cells below the talk, drawn by Typst with the project's own font, installed by `madoguchi line menu`."""

import json
from pathlib import Path

import typst
from linebot.v3.messaging import (
    MessageAction,
    MessagingApi,
    MessagingApiBlob,
    RichMenuArea,
    RichMenuBounds,
    RichMenuRequest,
    RichMenuSize,
)

from connectors.line.send import make_client
from connectors.line.settings import LineSettings
from connectors.line.wording import wording

WIDTH, HEIGHT = 1200, 540
"""Pixels. LINE takes 800–2500 wide, 250 and more high, at least 1.45 times as wide as high."""
COLUMNS, ROWS = 3, 2
MAX_IMAGE_BYTES = 1_000_000
_TIMEOUT_SECONDS = 30.0
_FONTS = Path(__file__).parent.parent / "console" / "exports" / "fonts"
_TEMPLATE = Path(__file__).parent / "rich_menu.typ"


def menu_request() -> RichMenuRequest:
    """Return the menu as LINE wants it: each cell says its text as if it had been typed."""
    words = wording().rich_menu
    wide, high = WIDTH // COLUMNS, HEIGHT // ROWS
    areas = [
        RichMenuArea(
            bounds=RichMenuBounds(x=index % COLUMNS * wide, y=index // COLUMNS * high, width=wide, height=high),
            action=MessageAction(label=cell.label, text=cell.text),
        )
        for index, cell in enumerate(words.cells)
    ]
    return RichMenuRequest(size=RichMenuSize(width=WIDTH, height=HEIGHT), selected=True, name=words.name, chatBarText=words.bar, areas=areas)


def menu_image() -> bytes:
    """Return the menu's picture as PNG. Raises ValueError when it is too big for LINE."""
    labels = [cell.label for cell in wording().rich_menu.cells]
    png = typst.compile(
        _TEMPLATE.read_bytes(),
        format="png",
        ppi=72.0,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]),
        sys_inputs={"labels": json.dumps(labels, ensure_ascii=False), "width": str(WIDTH), "height": str(HEIGHT)},
    )
    if len(png) > MAX_IMAGE_BYTES:
        raise ValueError("The picture of the rich menu is bigger than LINE takes.")
    return png


def install_menu(settings: LineSettings) -> str:
    """Make the menu, give it its picture, show it to everybody, and delete our earlier ones. Returns its id. Raises LINE's ApiException."""
    api = MessagingApi(make_client(settings))
    blob = MessagingApiBlob(make_client(settings, settings.data_url))
    name = wording().rich_menu.name
    earlier = [menu.rich_menu_id for menu in api.get_rich_menu_list(_request_timeout=_TIMEOUT_SECONDS).richmenus if menu.name == name]
    menu_id: str = api.create_rich_menu(menu_request(), _request_timeout=_TIMEOUT_SECONDS).rich_menu_id
    blob.set_rich_menu_image(menu_id, body=menu_image(), _headers={"Content-Type": "image/png"}, _request_timeout=_TIMEOUT_SECONDS)
    api.set_default_rich_menu(menu_id, _request_timeout=_TIMEOUT_SECONDS)
    for old in earlier:
        api.delete_rich_menu(old, _request_timeout=_TIMEOUT_SECONDS)
    return menu_id
