"""Training the Rasa model when its inputs changed."""

import hashlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_INPUTS = ("config.yml", "domain.yml", "bot/dialogue/*.yml", "nlu/**/*.py", "nlu/**/*.yml", "knowledge/data/vocabulary.yml", "uv.lock")
MODEL_NAME = "madoguchi"


def inputs_hash(root: Path = _ROOT) -> str:
    """Return a fingerprint of everything that the model is made of."""
    digest = hashlib.sha256()
    for pattern in _INPUTS:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def model_file(models_dir: Path) -> Path:
    """Return where the trained model lies, or will lie."""
    return models_dir / f"{MODEL_NAME}.tar.gz"


def needs_training(models_dir: Path) -> bool:
    """Return whether there is no model of the present inputs."""
    stamp = models_dir / f"{MODEL_NAME}.sha256"
    return not (model_file(models_dir).exists() and stamp.exists() and stamp.read_text() == inputs_hash())


def train(models_dir: Path) -> Path:
    """Train the model of the present inputs and return its file. Raises RuntimeError when Rasa makes none."""
    from rasa.model_training import train as rasa_train

    fingerprint = inputs_hash()
    models_dir.mkdir(parents=True, exist_ok=True)
    result = rasa_train(
        domain=str(_ROOT / "domain.yml"),
        config=str(_ROOT / "config.yml"),
        training_files=[],
        output=str(models_dir),
        fixed_model_name=MODEL_NAME,
        force_training=True,
    )
    if not result.model:
        raise RuntimeError("training brought no model; see the messages above")
    (models_dir / f"{MODEL_NAME}.sha256").write_text(fingerprint)
    return Path(result.model)
