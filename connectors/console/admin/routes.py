"""The admin pages' addresses, in the order in which they are looked up."""

from fastapi import FastAPI

from connectors.console.admin import importing, listing, records, trying
from connectors.console.admin.fields import load_forms
from connectors.console.admin.wording import load_admin_wording


def install(app: FastAPI) -> None:
    """Add the admin pages to the application, before the console's own last address, which takes everything."""
    load_forms()
    load_admin_wording()
    for module in (trying, listing, importing, records):
        app.include_router(module.router)
