"""What the edit page shows: the fields with what was typed, and each fault beside its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.console.admin.fields import COMPOSED, REPEATED, FieldSpec, Kind, Section, label_of, load_forms, options
from connectors.console.admin.forms import Values, empty_row
from connectors.console.admin.wording import load_admin_wording

_WEEKDAYS = {"byday": "days"}


@dataclass(frozen=True)
class EditForm:
    """One form. `errors`: path of a field ("" for the whole record) to a sentence; `number`: the version that it began from."""

    kind: Kind
    title: str
    values: Values
    number: int = 0
    record_id: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def sections(self) -> Sequence[Section]:
        """The fields under their headings."""
        return load_forms().kinds[self.kind]

    @property
    def lists(self) -> list[str]:
        """Names of options that are offered while typing."""
        return sorted({one.list for section in self.sections for one in section.fields if one.list})

    @property
    def id_field(self) -> FieldSpec:
        """The field for an id that people choose themselves."""
        words = load_admin_wording().identifier
        return FieldSpec(name="id", label=words.label, widget="line", help=words.help, example=words.example, required=True)

    def choices(self, spec: FieldSpec) -> Mapping[str, str]:
        """What can be chosen in a field."""
        return options(spec.options)

    def options(self, name: str) -> Mapping[str, str]:
        """The options of this name."""
        return options(name)

    def label(self, path: str) -> str:
        """The label of the field at a path."""
        return load_admin_wording().identifier.label if path == "id" else label_of(self.kind, path)

    def anchor(self, path: str) -> str:
        """The id of the field's element."""
        return "f-" + path.replace(".", "-")


def errors_by_field(kind: Kind, errors: Mapping[str, str], *, new: bool = False) -> dict[str, str]:
    """Return the errors at the fields that the form has: what lies deeper is told at the field around it, the rest at ""."""
    found: dict[str, str] = {}
    for path, error in errors.items():
        place = path if new and path == "id" and kind == "programme" else _place(load_forms().fields(kind), path.split(".") if path else [])
        if error not in found.get(place, ""):
            found[place] = f"{found[place]} {error}" if place in found else error
    return found


def _place(fields: Sequence[FieldSpec], parts: Sequence[str]) -> str:
    if not parts:
        return ""
    name = _WEEKDAYS.get(parts[0], parts[0])
    spec = next((one for one in fields if one.name == name), None)
    if spec is None:
        return ""
    rest = list(parts[1:])
    if spec.widget not in COMPOSED:
        return name
    if spec.widget in REPEATED and rest and rest[0].isdigit():
        name = f"{name}.{rest.pop(0)}"
    inner = _place(spec.fields, rest)
    return f"{name}.{inner}" if inner else name


def press_row_button(fields: Sequence[FieldSpec], values: Values, pressed: str) -> bool:
    """Add a row ("add:phones") or take one away ("drop:phones.0") in `values`; False when the button was another one."""
    action, _colon, path = pressed.partition(":")
    name, _dot, number = path.partition(".")
    spec = next((one for one in fields if one.name == name and one.widget in REPEATED), None)
    if spec is None or action not in ("add", "drop"):
        return False
    if action == "add":
        values[name].append(empty_row(spec))
    elif number.isdigit() and int(number) < len(values[name]):
        del values[name][int(number)]
    return True
