"""The knowledge as it is published: read again when an admin's change raised the stamp, so that it holds from the next turn on."""

from sqlalchemy.orm import Session

from knowledge.directory import Directory, current_stamp, refresh
from knowledge.editing import published_faq, published_programmes
from knowledge.faq import use_faq
from knowledge.programmes import use_programmes
from knowledge.shops import published_shops


class PublishedKnowledge:
    """Directory, FAQ, programmes and shops of the database. `refresh` costs one small query while nothing changed."""

    def __init__(self, session: Session) -> None:
        """Read everything that is published."""
        self.directory = Directory.from_database(session)
        self._take_others(session)

    def refresh(self, session: Session) -> None:
        """Read again what changed since the last time."""
        if current_stamp(session) != self.directory.stamp:
            self.directory = refresh(session, self.directory)
            self._take_others(session)

    def _take_others(self, session: Session) -> None:
        use_faq(published_faq(session))
        use_programmes(published_programmes(session))
        self.shops = published_shops(session)
