"""Writes docs/reference from the code and the reference snapshot.

    python tools/reference_docs.py

tests/test_docs.py fails where a page is not what this writes.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType

import click
import duckdb
import orjson
import pyarrow as pa

from rolediff import results, schema
from rolediff.cli import main as cli
from rolediff.extract.lines import extract_records
from rolediff.feeds import FEEDS
from rolediff.feeds.columns import FIELDS
from rolediff.settings import SETTINGS
from rolediff.snapshots import describe
from rolediff.storage import read_manifest, reference_snapshot
from rolediff.taxonomy import read_table

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
_WRITTEN = "This page is written by `make docs` from the code; change it there."
_WIDTH = 100  # of the help texts
#: The results that are printed as JSON, each with where.
RESULTS = {
    "Comparison": "`rolediff compare A B --format json`, and `/compare/<a>/<b>.json` of the site",
    "Evidence": "`rolediff evidence CLAIM --format json`: a list with one of these for each role of the claim",
    "RoleProfile": "`/roles/<role>.json`",
    "SkillProfile": "`/skills/<skill>.json`",
    "SalaryProfile": "`/salaries/<role>.json`",
    "OpeningsPage": "`/openings/<role>.json`",
    "PostingProfile": "`/postings/<id>.json`",
    "Holdings": "`/data.json`",
    "SnapshotChanges": "`rolediff diff OLD NEW --format json`",
}
#: An invented advert, whose extraction shows the form of `rolediff extract`.
_ADVERT = {
    "source_id": "17",
    "title": "Senior Data Analyst",
    "place": "Leeds",
    "description": (
        "Brackwater Mills spins wool and sells it online.\n\nYou will\n- build dashboards in Tableau\n\n"
        "Requirements\n- Bachelor's degree or equivalent experience\n- 3+ years of experience with SQL\n\n"
        "Nice to have\n- Python\n\nHybrid. Salary: £45,000 - £52,000 per year."
    ),
}
#: What each field of a line of `rolediff extract` is.
EXTRACT_FIELDS = {
    "id": "the source's own id of the advert; the number of its row where it has none",
    "title": "the title, without entities and markup",
    "family": "id of the family that the title names; null where no word of it says anything",
    "seniority": "id of the seniority; `unspecified` where the title names none",
    "language": "ISO 639-1 code; null where it cannot be told",
    "work_mode": "`remote`, `hybrid`, `onsite` or null",
    "industry": "id of the employer's industry, or null",
    "degree": "`min`: the lowest degree that is enough; `preferred`: a higher one that is only wished for; "
    "`or_experience`: whether experience may stand in for it",
    "years": "`min` and `max`: years of experience asked for",
    "pay": "base pay as stated (`min`, `max`, `currency`, `period`), by the year (`yearly_min`, `yearly_max`) "
    "and where it stands; null where none is stated",
    "skills": "every mention of a skill: its id, its words and place, and its need",
    "responsibilities": "every mention of a duty: its id, its code, its words and place",
    "text": "the cleaned text that `start` and `end` count in (code points, from 0)",
}


def commands_page() -> str:
    """The help of every command."""
    parts = [f"# Commands\n\n{_WRITTEN}"]
    for context in walk(_context(cli, "rolediff")):
        parts += [f"## {context.command_path}\n\n```text\n{context.get_help()}\n```"]
    return "\n\n".join(parts) + "\n"


def walk(context: click.Context) -> Iterator[click.Context]:
    """A command and all commands below it, in the contexts in which they are called."""
    yield context
    if isinstance(context.command, click.Group):
        for name, command in sorted(context.command.commands.items()):
            yield from walk(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    # A width is given, or the terminal's would be in the page.
    return click.Context(command, parent, name, **{**command.context_settings, "terminal_width": _WIDTH})


def settings_page() -> str:
    """All settings."""
    rows = [(f"`{s.name}`", f"`{s.variable}`", f"`{s.default}`", s.help) for s in SETTINGS]
    text = "An option of a command goes before the environment, the environment before the default."
    return f"# Settings\n\n{_WRITTEN}\n\n{text}\n\n" + _table(
        ("Setting", "Environment", "Default", "What it is"), rows
    )


def feeds_page() -> str:
    """Endings of files, and the names of columns that are known."""
    known: dict[str, list[str]] = {field: [] for field in FIELDS}
    for row in read_table("columns"):
        if row["use"] != "person" and row["source"] not in known.setdefault(row["field"], []):
            known[row["field"]].append(row["source"])
    rows = [(f"`{field}`", ", ".join(f"`{n}`" for n in names) or "none") for field, names in known.items()]
    endings = ", ".join(f"`{ending}`" for ending in FEEDS)
    return (
        f"# Feeds\n\n{_WRITTEN}\n\n## Endings\n\n{endings}\n\n## Columns\n\n"
        "A column of one of these names feeds the field, whatever its case and separators; for others say "
        "`--map FIELD=COLUMN`. Columns with names of persons are not read.\n\n"
        + _table(("Field", "Known names of columns"), rows)
    )


def json_page() -> str:
    """The fields of all results that are printed as JSON."""
    parts = [
        f"# JSON\n\n{_WRITTEN}",
        "Shares run from 0 to 1, pay is a year's in its own currency, intervals are at 95%. What is unknown, or "
        "not a finite number, is null; a `tuple` is a list.",
        "**A share that is withheld on a page stands in the JSON**, with `needed` beside it: the number of "
        "openings it lacks. Whoever shows it has to look at `needed` first.",
    ]
    parts += [f"- [{name}](#{name.lower()}): {where}" for name, where in RESULTS.items()]
    parts.append("- [Extracted postings](#extracted-postings): `rolediff extract FILE`, one line a posting")
    parts = [*parts[:3], "\n".join(parts[3:])]
    comments = _comments(results)
    for name in _reached(RESULTS):
        rows = [
            (f"`{f.name}`", f"`{f.type}`", comments.get((name, f.name), ""))
            for f in dataclasses.fields(getattr(results, name))
        ]
        parts.append(f"## {name}\n\n{inspect.getdoc(getattr(results, name))}\n\n")
        parts[-1] += _table(("Field", "Type", ""), rows).rstrip()
    parts.append("## Extracted postings\n\n" + _extract_text())
    return "\n\n".join(parts) + "\n"


def _reached(names: Iterable[str]) -> list[str]:
    """Results and all results that their fields hold, each once, those asked for first."""
    found = list(names)
    for name in found:
        for field in dataclasses.fields(getattr(results, name)):
            words = "".join(c if c.isalnum() else " " for c in str(field.type)).split()
            found += [
                w for w in words if dataclasses.is_dataclass(getattr(results, w, None)) and w not in found
            ]
    return found


def _extract_text() -> str:
    column = {f.name: pa.array([_ADVERT.get(f.name)], f.type) for f in schema.RECORD if f.name != "row"}
    records = pa.RecordBatch.from_pydict({"row": pa.array([1]), **column}, schema=schema.RECORD)
    line = extract_records(records)[0]
    if set(line) != set(EXTRACT_FIELDS):
        raise SystemExit(f"EXTRACT_FIELDS does not fit `rolediff extract`: {set(line) ^ set(EXTRACT_FIELDS)}")
    shown = orjson.dumps(line, option=orjson.OPT_INDENT_2).decode()
    rows = [(f"`{name}`", what) for name, what in EXTRACT_FIELDS.items()]
    return f"{_table(('Field', ''), rows)}\nAn invented advert:\n\n```json\n{shown}\n```"


def tables_page() -> str:
    """The tables of a snapshot and of raw/."""
    comments, headers = _comments(schema), _headers(schema)
    parts = [
        f"# Tables\n\n{_WRITTEN}",
        "A snapshot is a folder of Parquet files and `manifest.json`. "
        "`start` and `end` are code points into the text. A snapshot that is exported without text lacks `texts`.",
    ]
    raw = {"RECORD": "raw/*/records.parquet", "PAY_RECORD": "raw/*/records.parquet, of a pay table"}
    raw["REJECTED"] = "raw/*/rejected.parquet"
    titles = {t.upper(): f"{t}.parquet" for t in schema.SNAPSHOT_TABLES} | raw
    for constant, title in titles.items():
        rows = []
        for field in getattr(schema, constant):
            remark = comments.get((constant, field.name), "")
            if constant == "MENTIONS":
                remark = remark or comments.get(("MENTION", field.name), "")
            if constant == "RECORD":
                remark = remark or comments.get(("_TEXT_FIELDS", field.name), "")
            rows.append(
                (f"`{field.name}`", f"`{field.type}`", remark if field.nullable else f"{remark} (never null)")
            )
        parts.append(f"## {title}\n\n{headers[constant]}\n\n{_table(('Column', 'Type', ''), rows).rstrip()}")
    return "\n\n".join(parts) + "\n"


#: What the postings of a snapshot are, column by column of the page: caption and expression.
_SPLITS = (
    ("Country", "coalesce(country, 'unknown')", "openings desc, value"),
    ("Year posted", "coalesce(year(posted)::varchar, 'unknown')", "value"),
)
_MOST_SPLIT = 12


def snapshot_page() -> str:
    """What the bundled reference snapshot is made of."""
    folder = reference_snapshot()
    manifest = read_manifest(folder)
    ask = duckdb.connect().execute
    openings = f"from read_parquet('{folder / 'postings.parquet'}') where opening = id"
    read = "count(*) filter (language = 'en' and not cut)"
    said = "\n".join(line.strip() for line in describe(folder).splitlines()[1:])
    parts = [
        f"# The reference snapshot\n\n{_WRITTEN}",
        f"Snapshot {manifest['id']}. Read means read in full: the text is whole and in English. Of countries "
        f"the {_MOST_SPLIT} most frequent are shown.\n\n```text\n{said}\n```",
    ]
    for caption, value, order in _SPLITS:
        query = f"select {value} as value, count(*) as openings, {read} as read {openings} group by value"
        found = ask(f"{query} order by {order} limit {_MOST_SPLIT}").fetchall()
        parts.append(f"## {caption}\n\n" + _table((caption, "Openings", "Read"), _counted(found)).rstrip())
    query = f"select coalesce(family, 'unknown') as value, count(*), {read} {openings} group by value"
    found = ask(f"{query} order by 2 desc, 1").fetchall()
    parts.append("## Families\n\n" + _table(("Family", "Openings", "Read"), _counted(found)).rstrip())
    rows = [
        (f"[{o['name']}]({o['url']})" if o["url"] else o["name"], o["date"] or "unknown",
         o["licence"] or "unknown", f"{entry['rows']:,}")
        for entry in sorted(manifest["inputs"]["origins"], key=lambda e: str(e["origin"]["name"]))
        for o in [entry["origin"]]
    ]  # fmt: skip
    note = "The date is that of the gatherer's publication, the licence that of the gatherer's repository."
    columns = ("Origin", "Date", "Licence", "Rows")
    parts.append(f"## Origins\n\n{note}\n\n{_table(columns, rows).rstrip()}")
    return "\n\n".join(parts) + "\n"


def _counted(rows: list[tuple[str, int, int]]) -> list[tuple[str, ...]]:
    return [(value, *(f"{count:,}" for count in counts)) for value, *counts in rows]


def _source(module: ModuleType) -> str:
    return (resources.files("rolediff") / f"{module.__name__.split('.')[-1]}.py").read_text(encoding="utf-8")


def _comments(module: ModuleType) -> dict[tuple[str, str], str]:
    """The comment beside each field of the tables and dataclasses of a module, by their names."""
    source = _source(module)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    beside = {
        t.start[0]: t.string.lstrip("# ").replace("<", "&lt;") for t in tokens if t.type == tokenize.COMMENT
    }
    found = {}
    for top in ast.parse(source).body:
        owner = top.name if isinstance(top, ast.ClassDef) else _target(top)
        for node in ast.walk(top):
            name = None
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value
            if owner and name and getattr(node, "end_lineno", 0) in beside:
                found[owner, name] = beside[getattr(node, "end_lineno", 0)]
    return found


def _headers(module: ModuleType) -> dict[str, str]:
    """The `#:` comment above each constant of a module."""
    lines = _source(module).splitlines()
    found = {}
    for top in ast.parse("\n".join(lines)).body:
        at, said = top.lineno - 2, list[str]()
        while at >= 0 and lines[at].startswith("#:"):
            said.insert(0, lines[at].removeprefix("#:").strip())
            at -= 1
        if name := _target(top):
            found[name] = " ".join(said)
    return found


def _target(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    return "".join("| " + " | ".join(c.replace("|", "\\|").strip() for c in line) + " |\n" for line in lines)


#: Pages of docs/reference, and what writes each.
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "feeds.md": feeds_page,
    "json.md": json_page,
    "tables.md": tables_page,
    "snapshot.md": snapshot_page,
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
