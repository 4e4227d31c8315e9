"""The console with an admin logged in, on a database with the real desks and a FAQ."""

from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.models import Staff
from bot.staff import add_staff, begin_session
from connectors.console.access import COOKIE
from knowledge.load import load_all
from tests.connectors.console.house import PASSWORD, House, give_app

ADMIN_LOGIN = "mihon_admin"
ADMIN = "/console/admin/"


def furnish(house: House) -> None:
    """Load the knowledge and add an admin."""
    with house.sessions() as session:
        load_all(session)
        give_app(session, add_staff(session, ADMIN_LOGIN, "見本 管理", ["admin"], PASSWORD, house.clock()), house.clock())
        session.commit()


def admin_client(house: House) -> TestClient:
    """A browser in which the admin has logged in."""
    client = house.client()
    with house.sessions() as session:
        admin = session.scalars(select(Staff).where(Staff.login == ADMIN_LOGIN)).one()
        client.cookies.set(COOKIE, begin_session(admin, house.clock()), domain="console.test", path="/console")
    return client
