"""The parts that our trainable components share: being created, stored and loaded by Rasa."""

import hashlib
import inspect
from pathlib import Path
from typing import Any, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

import nlu.components.message
import nlu.features
import nlu.linear
import nlu.meaning
import nlu.tokens
from nlu.linear import LinearModel, load_model

_HELPERS = (nlu.features, nlu.linear, nlu.meaning, nlu.tokens, nlu.components.message)


class TrainedComponent(GraphComponent):
    """A component with one linear model, `self.model`, None until it is trained or loaded."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None,
    ) -> None:
        """Keep the settings, where the model is stored, and the model if there is one."""
        self.config = config
        self.model = model
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Return an untrained component."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> Self:
        """Return the trained component. Raises ValueError or FileNotFoundError when it was not stored: train again."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, load_model(Path(folder)))

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages whose versions decide the model."""
        return ["sklearn", "sudachipy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return a hash of our helpers' source: Rasa hashes only the class and would reuse a model that they no longer fit."""
        sources = Path(__file__).read_text() + "".join(
            inspect.getsource(module) for module in _HELPERS
        )
        return hashlib.sha256(sources.encode()).hexdigest()

    def keep(self, model: LinearModel) -> Resource:
        """Take the model into use and store it; returns what Rasa finds it by."""
        self.model = model
        with self._storage.write_to(self._resource) as folder:
            model.save(Path(folder))
        return self._resource
