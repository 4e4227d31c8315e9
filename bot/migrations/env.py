"""Alembic's environment: migrates the database that the caller hands over."""

from alembic import context
from knowledge import models as _knowledge_models  # noqa: F401 - registers the directory's tables
from knowledge.database import Base

from bot import models as _models  # noqa: F401 - registers the assistant's tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=lambda _object, name, kind, *_: kind != "table" or name in Base.metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
