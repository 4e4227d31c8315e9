"""Tells Rasa where this project keeps its dialogue and training data, so that plain `rasa train` finds them."""

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter

_ROOT = Path(__file__).resolve().parent.parent
DOMAIN_PATHS = [str(_ROOT / "domain.yml"), str(_ROOT / "bot" / "dialogue")]
TRAINING_PATHS = [str(_ROOT / "nlu" / "training"), str(_ROOT / "bot" / "dialogue")]


class ProjectImporter(RasaFileImporter):
    """Reads domain.yml, bot/dialogue/ and nlu/training/, whatever paths Rasa's command line hands over."""

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: list[str] | str | None = None
    ) -> None:
        """Take the project's own folders."""
        super().__init__(config_file, None, TRAINING_PATHS)
        self._domain_paths = DOMAIN_PATHS

    def get_domain(self):  # type: ignore[no-untyped-def]  # Rasa's base class is untyped
        """Return domain.yml with the intents, actions and responses of the dialogue files."""
        from rasa.shared.core.domain import Domain

        domain = Domain.load(self._domain_paths[0])
        for path in sorted(Path(self._domain_paths[1]).glob("*.yml")):
            domain = domain.merge(Domain.from_path(str(path)))
        return domain
