"""The words of `wording.yml`: templates that hours and suggestions fill in."""

from functools import cache
from typing import Any

from knowledge.errors import DataError
from knowledge.files import DATA, read_yaml

FILE = "wording.yml"


def words(path: str) -> Any:
    """Return what stands at a dotted path such as "hours.next". Raises DataError when nothing does."""
    here: Any = _wording()
    for part in path.split("."):
        if not isinstance(here, dict) or part not in here:
            raise DataError(FILE, path, "is missing")
        here = here[part]
    return here


def phrase(path: str, **values: object) -> str:
    """Return the template at `path`, filled in."""
    template = words(path)
    if not isinstance(template, str):
        raise DataError(FILE, path, "is not a text")
    return template.format(**values)


@cache
def _wording() -> dict[str, Any]:
    return dict(read_yaml(DATA / FILE))
