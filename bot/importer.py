"""Tells Rasa where this project keeps its dialogue and training data, so that plain `rasa train` finds them."""

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

_ROOT = Path(__file__).resolve().parent.parent
DOMAIN_PATHS = [str(_ROOT / "domain.yml"), str(_ROOT / "bot" / "dialogue")]
TRAINING_PATHS = [str(_ROOT / "nlu" / "training"), str(_ROOT / "bot" / "dialogue")]


class ProjectImporter(RasaFileImporter):
    """Reads domain.yml, bot/dialogue/ and nlu/training/, whatever paths Rasa's command line hands over."""

    def __init__(self, config_file: str | None = None, *_paths: Any, **_more_paths: Any) -> None:
        """Take the project's own folders."""
        super().__init__(config_file, DOMAIN_PATHS, TRAINING_PATHS)
        self._nlu_data: TrainingData | None = None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Return the training sentences, read once: Rasa asks three times, and half of the training time was reading YAML."""
        if self._nlu_data is None:
            self._nlu_data = super().get_nlu_data(language)
        return self._nlu_data
