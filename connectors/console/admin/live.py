"""Lets what was just published be used by the next conversation, without a restart."""

from sqlalchemy.orm import Session

from knowledge.editing import published_faq
from knowledge.faq import use_faq


def commit_and_go_live(session: Session) -> None:
    """Commit, and search in the FAQ as it is published now. The directory reads itself anew (knowledge.directory.refresh)."""
    session.commit()
    use_faq(published_faq(session))
