"""What the actions look things up in: the directory and the FAQ as they are now. Set at start-up, from files where nothing was set."""

from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.directory import Directory
from knowledge.phrases import neutral_organisation
from knowledge.shops import ShopRecord, read_shops


@dataclass(frozen=True)
class KnowledgeBase:
    """The knowledge in use. `directory` and `shops` give the newest published state; the rest is told to residents in the greeting."""

    directory: Callable[[], Directory]
    shops: Callable[[], tuple[ShopRecord, ...]] = tuple
    organisation: str = field(default_factory=neutral_organisation)
    retention_days: int = 180


_current: list[KnowledgeBase] = []


def use_knowledge(base: KnowledgeBase) -> None:
    """Let the actions look things up in `base`. Called once at start-up."""
    _current[:] = [base]


def knowledge_base() -> KnowledgeBase:
    """Return the knowledge in use; read from the data files when nothing was set (as in `rasa run actions`)."""
    if not _current:
        directory = Directory.from_files()
        shops = tuple(read_shops())
        _current.append(KnowledgeBase(directory=lambda: directory, shops=lambda: shops))
    return _current[0]
