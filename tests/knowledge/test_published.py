"""What an admin publishes holds from the next turn on."""

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from knowledge import editing
from knowledge.faq import search_faq
from knowledge.load import load_all
from knowledge.published import PublishedKnowledge


def test_a_published_faq_entry_answers_after_a_refresh(sessions: sessionmaker[Session], now: datetime) -> None:
    with sessions() as session:
        load_all(session)
        session.commit()
        published = PublishedKnowledge(session)
        line = next(line for line in editing.list_records(session, "faq") if line.id == "cooperating_shop")
        content = {**editing.get_record(session, "faq", line.id).content, "answer": "見本の答えです。窓口でたずねてください。"}
        saved = editing.save_draft(session, "faq", line.id, content, "admin", now)
        assert not saved.errors
        editing.publish(session, "faq", line.id, "admin", now)
        session.commit()
        before = search_faq("協力不動産店って何ですか", 1)[0].entry.answer
        published.refresh(session)
        after = search_faq("協力不動産店って何ですか", 1)[0].entry.answer
    assert "見本の答え" not in before and "見本の答え" in after
