"""Alembic's environment: migrates the database that the caller hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from bot import models as _models  # noqa: F401 - registers the assistant's tables
from knowledge import models as _knowledge_models  # noqa: F401 - registers the directory's tables
from knowledge.database import Base


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that a migration never imports the models of a later day."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith(("bot.", "knowledge.")):
        return f"sa.{item.impl!r}" if type(item.impl).__module__.startswith("sqlalchemy") else False
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    include_object=lambda _object, name, kind, *_: kind != "table" or name in Base.metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
