"""Country, region and city from what a source says of a place.

A place is read only as far as it is certain. "Richmond, VA" is US, VA, Richmond; "Richmond" alone is
unknown, and so is "Remote". A city that stands alone counts where data/places.csv lists it as one
that is commonly written so; a two-letter code behind a city is a US state or Canadian province
before it is a country, unless the city is known to lie in that country ("Berlin, DE").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from rolediff.clean import clean_line
from rolediff.taxonomy import read_table

#: Country (ISO 3166-1 alpha-2), region and city; each None where unknown.
Place = tuple[str | None, str | None, str | None]

_NOWHERE: Place = (None, None, None)
# Regions that are also a country, a city or a region of another country: unknown when alone.
_NOT_ALONE = frozenset(
    ["georgia", "washington", "victoria", "punjab", "berlin", "hamburg", "bremen", "delhi"]
)
_CODES_BEHIND_A_CITY = ("US", "CA")  # the countries whose region codes are written "City, XX"

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_AREA = re.compile(r"['\"]area['\"]: \[([^\]]*)\]")
_DISPLAY = re.compile(r"['\"]display_name['\"]: (?:'([^']*)'|\"([^\"]*)\")")
_NO_PLACE = re.compile(
    r"\b(?:(?:fully |100% |temporarily )?remote(?:ly)?(?: in| within| from)?|remoto|télétravail"
    r"|hybrid(?: remote)?(?: in)?|on-?site|home ?office|work from home|wfh|anywhere(?: in)?"
    r"|various locations(?: within)?|multiple locations|\d+ locations|flexible"
    r"|(?:head)?office|headquarters|hq|greater|metropolitan area|metro area|metroplex"
    r"|(?<=\w) area(?=$|,))\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s\+\d+ locations?$")  # the place named is the main one
_SEVERAL = re.compile(r"\s*(?:[;|\n]|\bor\b|\s/\s)\s*")
_PARTS = re.compile(r"\s*(?:,|\s[-–—]\s|[()])\s*")
_CODE_FIRST = re.compile(r"([A-Z]{2,3})-(?=[A-Z])")
_POSTCODE = re.compile(
    r"^\d{4,5}\s+(?=\D)|\s+\d{5}(?:-\d{4})?$|\s+\d{6}$|^(?:\d[\d -]{3,}|CEDEX)$"
    r"|\s+[A-Z]{1,2}\d[A-Z\d]?(?:\s\d[A-Z]{2})?$|^.*\bin\s+(?=[A-Z])"
)
_DISTRICT = re.compile(
    r"\s+(?:\d+\.\s*(?:bezirk|arrondissement)|innenstadt|\(?stadt\)?|cbd|cedex(?: \d+)?)$", re.IGNORECASE
)
_LONGEST_CITY = 40


@dataclass
class _Gazetteer:
    countries: dict[str, str] = field(default_factory=dict)  # names and alpha-3 codes, folded
    codes: set[str] = field(default_factory=set)  # alpha-2
    regions: dict[tuple[str, str], str] = field(default_factory=dict)  # (country, folded name or code)
    region_names: dict[str, tuple[str, str]] = field(default_factory=dict)  # names of one country only
    cities: dict[str, Place] = field(default_factory=dict)
    areas: dict[str, Place] = field(default_factory=dict)


@cache
def _gazetteer() -> _Gazetteer:
    found = _Gazetteer()
    for row in read_table("places"):
        names, country, kind = row.items("names"), row["country"], row["kind"]
        if kind == "country":
            found.codes.add(country)
            found.countries |= {_key(name): country for name in [*names, row["code"]]}
        elif kind == "region":
            code = row["code"]
            found.regions |= {(country, _key(name)): code for name in [*names, code]}
            found.region_names |= {_key(name): (country, code) for name in names}
        elif kind == "city":
            place = (country, row["region"] or None, row["shown"] or names[0])
            found.cities |= {_key(name): place for name in names}
        elif kind == "area":
            found.areas |= {_key(name): (country, row["region"] or None, None) for name in names}
        else:
            raise row.broken(f"kind {kind!r} is none of country, region, city, area")
    return found


def _key(name: str) -> str:
    return name.casefold().replace(".", "")


def read_country(value: str | None) -> str | None:
    """ISO 3166-1 alpha-2 code of a country's name (English, German, French, own) or code, else None."""
    if value is None:
        return None
    known = _gazetteer()
    plain = _key(clean_line(value))
    return plain.upper() if plain.upper() in known.codes else known.countries.get(plain)


def read_place(
    place: str | None, country: str | None = None, region: str | None = None, city: str | None = None
) -> Place:
    """Country, region and city of an advert.

    Args:
        place: the place as one text; only what the other three leave open is taken from it, and
            nothing if it names another country.
        country: a country's name or code, if the source states it by itself.
        region: likewise the region; a known one becomes its code ("VA", "ENG", "IDF").
        city: likewise the city.
    """
    stated_country, stated_city = read_country(country), _city(city)
    stated_region = _region(stated_country, region)
    if stated_country is None and region is not None:
        alone = _gazetteer().region_names.get(_key(region.strip()))
        if alone is not None and _key(region.strip()) not in _NOT_ALONE:
            stated_country, stated_region = alone
    found = _read_text(place) if place else _NOWHERE
    if stated_country is None and stated_region is None and stated_city is None:
        return found
    if stated_country is not None and found[0] not in (None, stated_country):
        found = _NOWHERE
    if stated_country is None and found[0] is None and stated_city is not None:
        found = _gazetteer().cities.get(_key(stated_city), _NOWHERE)
    nation = stated_country or found[0]
    return nation, _region(nation, region) or stated_region or found[1], stated_city or found[2]


def read_places(
    place: pa.Array,
    country: pa.Array | None = None,
    region: pa.Array | None = None,
    city: pa.Array | None = None,
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """`read_place` of whole columns, over their distinct rows: columns of country, region and city."""
    names = ["place", "country", "region", "city"]
    columns = [pa.nulls(len(place), pa.string()) if c is None else c for c in (place, country, region, city)]
    table = pa.table(dict(zip(names, columns, strict=True)))
    distinct = table.group_by(names, use_threads=False).aggregate([])
    read = [read_place(**row) for row in distinct.to_pylist()]
    at = pc.index_in(_row_key(table), value_set=_row_key(distinct))
    found = [pa.array([place[n] for place in read], pa.string()).take(at) for n in range(3)]
    return found[0], found[1], found[2]


def _row_key(table: pa.Table) -> pa.Array:
    columns = [pc.cast(table.column(name).combine_chunks(), pa.string()) for name in table.column_names]
    marked = [pc.fill_null(pc.binary_join_element_wise("=", column, ""), "") for column in columns]
    return pc.binary_join_element_wise(*marked, "\x1f")


def _read_text(text: str) -> Place:
    plain = _MORE.sub("", clean_line(text))
    if plain.startswith("{"):
        if area := _AREA.search(plain):
            plain = _from_area([a or b for a, b in _QUOTED.findall(area[1])])
        elif shown := _DISPLAY.search(plain):
            plain = shown[1] or shown[2] or ""
    elif plain.startswith("["):
        plain = "; ".join(a or b for a, b in _QUOTED.findall(plain))
    places = [_read_one(part) for part in _SEVERAL.split(plain) if part]
    known = [place for place in places if place[0] is not None]
    if len(places) == 1 or len(set(known)) == 1 == len(places):
        return places[0]
    countries, regions = {place[0] for place in known}, {place[1] for place in known}
    if len(known) < len([p for p in _SEVERAL.split(plain) if _NO_PLACE.sub("", p).strip(" ,().")]):
        return _NOWHERE  # one of several is unknown: it may lie anywhere
    if len(set(known)) == 1:
        return known[0]
    return (
        countries.pop() if len(countries) == 1 else None,
        regions.pop() if len(regions) == 1 else None,
        None,
    )


def _from_area(names: list[str]) -> str:
    """City, region, country of a list that runs from the country down to the quarter."""
    if len(names) < 3:
        return ", ".join(reversed(names))
    known = [name for name in names[2:] if _key(name) in _gazetteer().cities]
    return ", ".join([(known or names)[-1], names[1], names[0]])


def _read_one(text: str) -> Place:
    known = _gazetteer()
    if _key(text) in known.areas:
        return known.areas[_key(text)]
    if (first := _CODE_FIRST.match(text)) and _code(first[1]):
        text = text.replace("-", ", ")
    parts = [_part(part) for part in _PARTS.split(_NO_PLACE.sub(" ", text))]
    parts = [part for part in parts if part]
    if not parts:
        return _NOWHERE
    last = parts[-1]
    country = _country_of(parts)
    country, region = _take_region(parts, country)
    return _with_city(last, parts, country, region)


def _part(part: str) -> str:
    part = _DISTRICT.sub("", _POSTCODE.sub("", part.strip(" .'\"-–"))).strip()
    first, _, rest = part.partition(" ")
    rest = rest.strip()
    return rest if rest and _code(first) and _code(first) == read_country(rest) else part


def _code(value: str) -> str | None:
    """The country of an upper-case ISO code."""
    known = _gazetteer()
    if len(value) == 2:
        return value if value in known.codes else None
    return known.countries.get(_key(value)) if len(value) == 3 and value.isupper() else None


def _country_of(parts: list[str]) -> str | None:
    """Take the country off the parts: at their end, or in front ("IND, KA, Bengaluru")."""
    known = _gazetteer()
    last = parts[-1]
    named = known.countries.get(_key(last))
    if named is not None and (len(parts) > 1 or _key(last) not in known.cities):
        parts.pop()
        return named
    if last in known.codes:
        lies_in = {known.cities[_key(p)][0] for p in parts[:-1] if _key(p) in known.cities}
        is_region = any((country, _key(last)) in known.regions for country in _CODES_BEHIND_A_CITY)
        if last in lies_in or not is_region:
            parts.pop()
            return last
    front = _code(parts[0]) or (None if last.isupper() else known.countries.get(_key(parts[0])))
    if len(parts) > 1 and front:
        del parts[0]
        parts.reverse()
        return front
    return None


def _take_region(parts: list[str], country: str | None) -> tuple[str | None, str | None]:
    known = _gazetteer()
    if not parts:
        return country, None
    last, folded = parts[-1], _key(parts[-1])
    if country is not None:
        code = known.regions.get((country, folded))
        if len(parts) == 1 and country != "US" and folded in known.cities:
            return (
                country,
                None,
            )  # a city that is a region of the same name; in the US "New York" is the state
        if code is not None and (len(folded) > 3 or last.isupper()):
            parts.pop()
            return country, code
        if len(parts) > 1:
            return country, parts.pop()  # a region that the table does not hold, as stated
        return country, None
    if len(parts) > 1 and last.isupper():
        for nation in _CODES_BEHIND_A_CITY:
            if (code := known.regions.get((nation, folded))) is not None:
                parts.pop()
                return nation, code
    behind = len(parts) > 1
    if folded in known.region_names and (behind or (folded not in _NOT_ALONE and folded not in known.cities)):
        parts.pop()
        return known.region_names[folded]
    return None, None


def _with_city(last: str, parts: list[str], country: str | None, region: str | None) -> Place:
    known = _gazetteer()
    if country is None:
        for part in parts:
            if (city := known.cities.get(_key(part))) is not None:
                return city
        return _NOWHERE
    for part in parts:
        city = known.cities.get(_key(part))
        if city is not None and city[0] == country and region in (None, city[1]):
            return city
    if (not last.isupper() and any(known.countries.get(_key(p), country) != country for p in parts)) or (
        _key(last) in known.cities and any(_key(part) in known.cities for part in parts)
    ):
        return _NOWHERE  # several places: "Canada, USA", "London, Singapore"
    named = [part for part in parts if not any(c.isdigit() for c in part)]
    stated = _city(named[-1] if named else None)
    return country, region or (stated and known.regions.get((country, _key(stated)))), stated


def _region(country: str | None, region: str | None) -> str | None:
    if region is None or not (plain := clean_line(region)):
        return None
    if country is None:
        return plain
    return _gazetteer().regions.get((country, _key(plain)), plain)


def _city(city: str | None) -> str | None:
    plain = clean_line(city) if city else ""
    if not plain or len(plain) > _LONGEST_CITY or any(c.isdigit() for c in plain) or _NO_PLACE.search(plain):
        return None
    known = _gazetteer().cities.get(_key(plain))
    return known[2] if known else plain
