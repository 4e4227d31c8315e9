"""The page for contact details on a small phone: every state accessible, fits, works by keyboard and without a script."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot import contacts
from bot.inbox import open_web_conversation
from bot.models import Conversation
from tests.browser.test_widget import assert_accessible, assert_fits
from tests.browser.widget_server import WidgetServer


def link(server: WidgetServer) -> str:
    """Return the address that a person gets in the talk."""
    with server.sessions() as session:
        open_web_conversation(session, municipality=None, now=server.clock())
        conversation_id = session.scalars(select(Conversation.id).order_by(Conversation.id.desc())).first() or 0
        path = contacts.offer_link(session, conversation_id, server.clock())
        session.commit()
    contacts.use_address("")
    return f"{server.url}/contact/{contacts.fill_in(path).rsplit('/', 1)[1]}"


def test_contact_details_are_written_by_keyboard_and_every_state_is_accessible(page: Page, server: WidgetServer) -> None:
    address = link(server)
    page.goto(address)
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("textbox").nth(0).fill("見本 花子")
    page.get_by_role("textbox").nth(1).fill("123")
    page.get_by_role("textbox").nth(1).press("Enter")
    broken = page.locator("#phone")
    expect(broken).to_have_attribute("aria-invalid", "true")
    assert "phone-fault" in (broken.get_attribute("aria-describedby") or "")
    expect(page.locator("#name")).to_have_value("見本 花子")
    assert_accessible(page)
    assert_fits(page)
    broken.fill("090-0000-0000")
    broken.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("けとりました")
    assert_accessible(page)
    page.goto(address)
    expect(page.get_by_role("button")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button").click()
    assert_accessible(page)
    with server.sessions() as session:
        (conversation_id,) = session.scalars(select(Conversation.id)).all()
        details = contacts.read_contact(session, conversation_id)
    assert details == contacts.ContactDetails(name="見本 花子", phone="090-0000-0000")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_works_without_a_script_at_every_width(context: BrowserContext, server: WidgetServer, width: int) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 700}, locale="ja-JP")
    try:
        page = plain.new_page()
        page.goto(link(server))
        page.locator("#email").fill("sample@example.jp")
        page.get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("けとりました")
    finally:
        plain.close()
