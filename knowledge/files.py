"""Reading data files: YAML into shapes, cross-checked; an error names the file, the record and the problem."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.errors import DataError
from knowledge.lifelines import load_lifelines
from knowledge.schema import CouncilRecord, DeskFile, DeskRecord, OrganizationRecord, SourceFile, SourceRecord, SourceRef
from knowledge.vocabulary import load_vocabulary

DATA = Path(__file__).parent / "data"
AnyShape = TypeVar("AnyShape", bound=BaseModel)


def read_yaml(path: Path) -> Any:
    """Return what stands in a YAML file. Raises DataError when it is missing or no YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise DataError(path.name, "file", "is missing") from None
    except yaml.YAMLError as error:
        raise DataError(path.name, "file", f"is not valid YAML: {error}") from error


def read_shape(path: Path, shape: type[AnyShape]) -> AnyShape:
    """Return the file as `shape`. Raises DataError that names the record and the field."""
    data = read_yaml(path)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(first["loc"])
        field = ".".join(str(part) for part in place)
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise DataError(path.name, _record_name(data, place), f"{field}: {first['msg']}{more}") from error


@cache
def load_sources(path: Path = DATA / "sources.yml") -> dict[str, SourceRecord]:
    """Return the documents by id, read once."""
    sources = read_shape(path, SourceFile).sources
    _refuse_twice(path.name, (source.id for source in sources))
    return {source.id: source for source in sources}


def read_desk_file(path: Path) -> DeskFile:
    """Return one desk file, checked by itself: shape, kinds, needs, sources, and ids that stand only once."""
    file = read_shape(path, DeskFile)
    _refuse_twice(path.name, (desk.id for desk in file.desks))
    _refuse_twice(path.name, (organization.id for organization in file.organizations))
    for name, source in _stated_sources(file):
        if source.document not in load_sources():
            raise DataError(path.name, name, f"source document {source.document!r} is not in sources.yml")
    for desk in file.desks:
        _check_words(path.name, desk)
    return file


def read_desk_files(folder: Path = DATA / "desks") -> dict[str, DeskFile]:
    """Return all desk files by file stem, checked together: no id twice, no desk of an unknown organisation."""
    files = {path.stem: read_desk_file(path) for path in sorted(folder.glob("*.yml"))}
    organizations: dict[str, OrganizationRecord] = {}
    seen: dict[str, str] = {}
    for stem, file in files.items():
        for organization in file.organizations:
            if organizations.setdefault(organization.id, organization) != organization:
                raise DataError(f"{stem}.yml", organization.id, "this organisation stands in another file with other contents")
    for stem, file in files.items():
        for desk in file.desks:
            if desk.id in seen:
                raise DataError(f"{stem}.yml", desk.id, f"this desk id stands in {seen[desk.id]}.yml too")
            if desk.organization and desk.organization not in organizations:
                raise DataError(f"{stem}.yml", desk.id, f"unknown organization {desk.organization!r}")
            seen[desk.id] = stem
    return files


class _Loader(yaml.SafeLoader):
    """Safe loading that refuses a key written twice in one mapping."""


def _mapping_without_repeats(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _value in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
    return dict(zip(keys, (loader.construct_object(value, deep=True) for _key, value in node.value), strict=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats)


def _stated_sources(file: DeskFile) -> Iterable[tuple[str, SourceRef]]:
    yield "source", file.source
    council = [file.council] if file.council else []
    records: list[OrganizationRecord | DeskRecord | CouncilRecord] = [*file.organizations, *file.desks, *council]
    yield from ((record.id, record.source) for record in records if record.source)
    for desk in file.desks:
        for phone in desk.phones:
            if phone.source:
                yield desk.id, phone.source


def _check_words(file: str, desk: DeskRecord) -> None:
    vocabulary = load_vocabulary()
    if desk.kind not in vocabulary.desk_kinds:
        raise DataError(file, desk.id, f"kind {desk.kind!r} is not a desk kind of vocabulary.yml")
    for need in desk.needs:
        if need not in vocabulary.needs:
            raise DataError(file, desk.id, f"need {need!r} is not in vocabulary.yml")
    known_lines = {line.id for line in load_lifelines()}
    for line in desk.lifelines:
        if line not in known_lines:
            raise DataError(file, desk.id, f"lifeline {line!r} is not in lifelines.yml")
    for language in desk.languages:
        if language not in vocabulary.facts["language"].values:
            raise DataError(file, desk.id, f"language {language!r} is not in vocabulary.yml")


def _refuse_twice(file: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for record in ids:
        if record in seen:
            raise DataError(file, record, "this id stands twice")
        seen.add(record)


def _record_name(data: Any, place: tuple[int | str, ...]) -> str:
    """The id of the record in which `place` lies, else the path to it."""
    here, name = data, "file"
    for part in place:
        known = part in here if isinstance(here, Mapping) else isinstance(here, list) and isinstance(part, int) and part < len(here)
        if not known:
            break
        here = here[part]
        if isinstance(here, Mapping) and "id" in here:
            name = str(here["id"])
    return name
