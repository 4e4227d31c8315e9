"""Custom actions called in process: Rasa thinks it speaks to an action server."""

import json
from types import ModuleType
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection


class InProcessActions(EndpointConfig):
    """Runs actions with rasa_sdk's executor and remembers what an action raised, which Rasa only logs."""

    def __init__(self, package: ModuleType) -> None:
        """Register every Action of `package`."""
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        self.failure: Exception | None = None

    async def request(self, *_: Any, **call: Any) -> Any:
        """Run the action named in Rasa's call and return its events and responses."""
        try:
            return await self._executor.run(call["json"])
        except ActionExecutionRejection as rejection:
            body = json.dumps({"action_name": rejection.action_name, "error": rejection.message})
            raise ClientResponseError(400, "rejected", body) from None
        except Exception as failure:  # whatever an action raises fails the turn; Rasa would swallow it
            self.failure = failure
            raise ClientResponseError(500, "failed", "{}") from None

    def take_failure(self) -> Exception | None:
        """Return what the last turn's actions raised, once."""
        failure, self.failure = self.failure, None
        return failure
