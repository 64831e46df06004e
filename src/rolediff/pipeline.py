"""From what feeds said to a snapshot, on one machine.

Batches of raw records are read independently, in one process or several; what needs all of them
(which postings are copies of one opening) works on small signatures. Parts are put together in the
order of origins and rows, so the number of processes changes nothing in the result.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b, sha256
from importlib import resources
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rolediff import __version__, copies, fields, places, taxonomy
from rolediff.clean import clean_batch, cut_lengths
from rolediff.errors import WorkspaceError
from rolediff.extract import extract_batch
from rolediff.extract.industry import read_stated_industry
from rolediff.extract.pay import read_stated_pays
from rolediff.extract.work import read_stated_employment_type, read_stated_work_mode
from rolediff.feeds.pay_tables import pair_pay_rows
from rolediff.likeness import write_likeness
from rolediff.schema import PAY_OBSERVATIONS, POSTINGS, SNAPSHOT_TABLES, TEXT
from rolediff.storage import (
    clear_leftovers,
    hash_file,
    locked,
    parquet_writer,
    read_manifest,
    write_json,
    write_parquet,
    written_aside,
)
from rolediff.titles import read_titles
from rolediff.warehouse import write_facts
from rolediff.workspace import Workspace

#: Modules whose code decides what a snapshot holds; their hash is part of its identity.
_READERS = (
    "clean",
    "copies",
    "extract",
    "feeds",
    "fields",
    "likeness",
    "pipeline",
    "places",
    "schema",
    "storage",
    "taxonomy",
    "titles",
    "unglue",
    "warehouse",
)


@dataclass(frozen=True, slots=True)
class _Task:
    """A row group of an origin's records, and what reading it takes from the whole origin."""

    folder: str
    origin: str
    group: int
    limits: frozenset[int]  # raw lengths at which the origin cuts texts
    date_orders: tuple[str | None, str | None]  # of posted and expires
    parts: str


def build(
    workspace: Workspace, processes: int = 0, report: Callable[[str], None] = lambda line: None
) -> Path:
    """Builds a snapshot of everything in a workspace and makes it the one in use.

    Args:
        workspace: with at least one ingested origin.
        processes: how many read postings; 0 takes one a core. The result is the same.
        report: called with lines on the progress.

    Returns:
        The snapshot's folder. If the same inputs were built before and nothing of it is damaged, that
        snapshot is kept.

    Raises:
        WorkspaceError: nothing was ingested, or another process writes to the workspace.
    """
    with locked(workspace.folder):
        for folder in (workspace.raw, workspace.snapshots):
            clear_leftovers(folder)
        return _build(workspace, processes, report)


def _build(workspace: Workspace, processes: int, report: Callable[[str], None]) -> Path:
    origins = workspace.origins()
    inputs = {
        "origins": origins,
        "taxonomy": taxonomy.fingerprint(),
        "readers": _code_fingerprint(),
        "version": __version__,
    }
    identity = sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    target = workspace.snapshots / identity
    if _is_whole(target, inputs):
        report(f"Snapshot {identity} is already built from these inputs.")
        workspace.switch(identity)
        return target
    if target.exists():
        report(f"Snapshot {identity} is damaged and is built anew.")
    with written_aside(target) as aside:
        parts = aside / ".parts"
        parts.mkdir()
        tasks = list(_tasks(workspace, origins, parts))
        report(f"Reading {sum(o['records'] for o in origins):,} records of {len(origins)} origins.")
        signed = _read_all(tasks, processes or os.cpu_count() or 1, report)
        openings, copied = _link(tasks, signed)
        report(f"Found {copied['copies']:,} copies of openings.")
        counts = _assemble(aside, tasks, openings, workspace, origins)
        shutil.rmtree(parts)
        write_facts(aside)
        write_likeness(aside)
        hashes = {p.name: hash_file(p) for p in sorted(aside.glob("*.parquet"))}
        manifest = {
            "id": identity,
            "inputs": inputs,
            "counts": {**_ledger(origins, counts, copied), **counts},
            "tables": hashes,
        }
        write_json(manifest, aside / "manifest.json")
    workspace.switch(identity)
    return target


def _is_whole(folder: Path, inputs: dict[str, Any]) -> bool:
    """Whether a folder holds a snapshot of these inputs, each table with the bytes that were built."""
    try:
        manifest = read_manifest(folder)
        hashes = {p.name: hash_file(p) for p in folder.glob("*.parquet")}
    except (WorkspaceError, OSError):
        return False
    return bool(hashes) and manifest.get("inputs") == inputs and manifest.get("tables") == hashes


def _code_fingerprint() -> str:
    digest = sha256()
    root = Path(str(resources.files("rolediff")))
    paths = [p for p in root.rglob("*.py") if p.relative_to(root).parts[0].removesuffix(".py") in _READERS]
    # The queries whose answers are part of a snapshot.
    paths += [root / "sql" / f"{name}.sql" for name in ("facts", "likeness")]
    paths += [root / "statistics" / f"{name}.py" for name in ("beta", "likeness")]
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _tasks(workspace: Workspace, origins: list[dict[str, Any]], parts: Path) -> Iterator[_Task]:
    for entry in origins:
        if entry["kind"] != "postings":
            continue
        origin = entry["origin"]["id"]
        folder = workspace.raw / origin
        table = pq.ParquetFile(folder / "records.parquet")
        lengths = [
            pc.fill_null(pc.utf8_length(batch.column(0)), 0).to_numpy(zero_copy_only=False)
            for batch in table.iter_batches(columns=["description"])
        ]
        limits = cut_lengths(np.concatenate(lengths).astype(np.int64)) if lengths else set()
        dates = pq.read_table(folder / "records.parquet", columns=["posted", "expires"])
        orders = tuple(
            fields.date_order(pc.unique(dates[name]).to_pylist()) for name in ("posted", "expires")
        )
        for group in range(table.num_row_groups):
            yield _Task(str(folder), origin, group, frozenset(limits), (orders[0], orders[1]), str(parts))


def _read_all(tasks: list[_Task], processes: int, report: Callable[[str], None]) -> list[copies.Signatures]:
    """Runs all tasks; each leaves its tables in a folder and hands back the signatures of its texts."""
    if processes == 1 or len(tasks) < 2:
        return list(_counted(map(_read_part, tasks), len(tasks), report))
    # A fresh interpreter for each worker: forking a process whose libraries run threads may hang.
    with ProcessPoolExecutor(min(processes, len(tasks)), mp_context=get_context("spawn")) as pool:
        return list(_counted(pool.map(_read_part, tasks), len(tasks), report))


def _counted(
    results: Iterable[copies.Signatures], total: int, report: Callable[[str], None]
) -> Iterator[copies.Signatures]:
    for done, result in enumerate(results, 1):
        if done % 10 == 0 or done == total:
            report(f"Read batch {done} of {total}.")
        yield result


def _part(task: _Task, table: str) -> Path:
    return Path(task.parts) / f"{task.origin}-{task.group:06d}.{table}.parquet"


def _read_part(task: _Task) -> copies.Signatures:
    """Reads one row group of records: cleans, extracts, signs; leaves postings, mentions and texts."""
    records = pq.ParquetFile(Path(task.folder) / "records.parquet").read_row_group(task.group)
    batch = records.combine_chunks().to_batches()[0]
    ids = pc.binary_join_element_wise(task.origin, batch.column("row").cast(pa.string()), "-")
    text, language, cut = clean_batch(batch, task.limits)
    title = fields.map_distinct(fields.clean_title, batch.column("title"), pa.string())
    extracted = extract_batch(
        pa.RecordBatch.from_arrays([ids, title, batch.column("place"), text], schema=TEXT)
    )
    employer_key = fields.employer_keys(batch.column("employer"))
    country, region, city = places.read_places(
        batch.column("place"), batch.column("country"), batch.column("region"), batch.column("city")
    )
    texts = text.to_pylist()
    columns = {
        "id": ids,
        "origin": pa.array([task.origin] * len(ids)),
        "row": batch.column("row"),
        "source_id": batch.column("source_id"),
        "url": fields.map_distinct(fields.web_address, batch.column("url"), pa.string()),
        "title": title,
        "employer": fields.employer_names(batch.column("employer")),
        "employer_key": employer_key,
        "country": country,
        "region": region,
        "city": city,
        "posted": fields.read_dates(batch.column("posted"), task.date_orders[0]),
        "expires": fields.read_dates(batch.column("expires"), task.date_orders[1]),
        "language": language,
        "cut": cut,
        "opening": ids,
        "text_hash": pa.array([blake2b(t.encode(), digest_size=8).hexdigest() for t in texts]),
        **{
            name: extracted.column(name)
            for name in (
                "family",
                "seniority",
                "title_confidence",
                "degree_min",
                "degree_preferred",
                "degree_or_experience",
                "years_min",
                "years_max",
            )
        },
        # Where the text says nothing, the source's own field speaks.
        "work_mode": _or_stated(extracted, batch, "work_mode", read_stated_work_mode),
        "employment_type": _or_stated(extracted, batch, "employment_type", read_stated_employment_type),
        "industry": _or_stated(extracted, batch, "industry", read_stated_industry),
        **_pay_columns(extracted.column("pay"), batch),
    }
    postings = pa.Table.from_arrays([columns[f.name].cast(f.type) for f in POSTINGS], schema=POSTINGS)
    mentions = extracted.column("mentions")
    flat = mentions.flatten()
    owners = ids.take(pc.list_parent_indices(mentions).cast(pa.int64()))
    write_parquet(postings, _part(task, "postings"))
    write_parquet(
        pa.Table.from_arrays([owners, *flat.flatten()], schema=SNAPSHOT_TABLES["mentions"]),
        _part(task, "mentions"),
    )
    write_parquet(pa.Table.from_arrays([ids, text], schema=SNAPSHOT_TABLES["texts"]), _part(task, "texts"))
    return copies.sign_batch(text)


def _or_stated(
    extracted: pa.RecordBatch, records: pa.RecordBatch, name: str, read: Callable[[str], str | None]
) -> pa.Array:
    stated = fields.map_distinct(read, records.column(name), pa.string())
    return pc.coalesce(extracted.column(name), stated)


def _pay_columns(read: pa.StructArray, records: pa.RecordBatch) -> dict[str, pa.Array]:
    """Pay of each posting: what its text states, else what the source's own fields say, and on which basis."""
    stated, basis, _ = read_stated_pays(records)
    from_text = read.is_valid()
    found = pc.if_else(from_text, pa.scalar("stated"), basis)
    columns = {
        # Not `.field(name)`: under a null it holds a nought.
        f"pay_{name}": pc.if_else(from_text, pc.struct_field(read, name), pc.struct_field(stated, name))
        for name in ("min", "max", "currency", "period", "yearly_min", "yearly_max")
    }
    return {
        **columns,
        "pay_basis": pc.if_else(columns["pay_currency"].is_valid(), found, pa.scalar(None, pa.string())),
    }


def _link(tasks: list[_Task], signed: list[copies.Signatures]) -> tuple[pa.Array, dict[str, int]]:
    """The opening of every posting, in the order of tasks and rows, and how many copies there are."""
    if not tasks:
        return pa.array([], pa.string()), {"copies": 0, "copies_across_origins": 0}
    columns = ["id", "origin", "family", "seniority", "title", "employer_key", "cut"]
    postings = pa.concat_tables(pq.read_table(_part(t, "postings"), columns=columns) for t in tasks)
    begins = np.cumsum([0, *map(len, signed)])

    def fetch(rows: npt.NDArray[np.int64]) -> pa.Array:
        which = np.searchsorted(begins, rows, "right") - 1
        found, order = [], []
        for number in np.unique(which).tolist():
            mine = np.flatnonzero(which == number)
            texts = pq.read_table(_part(tasks[number], "texts"), columns=["text"])["text"].combine_chunks()
            found.append(texts.take(pa.array(rows[mine] - begins[number])))
            order.append(mine)
        return pa.concat_arrays(found).take(pa.array(np.argsort(np.concatenate(order))))

    first = copies.link(postings, signed, fetch)
    origin = postings["origin"].combine_chunks()
    across = pc.not_equal(origin, origin.take(pa.array(first))).to_numpy(zero_copy_only=False)
    counts = {
        "copies": int((first != np.arange(len(first))).sum()),
        "copies_across_origins": int(across.sum()),
    }
    return postings["id"].combine_chunks().take(pa.array(first)), counts


def _assemble(
    folder: Path,
    tasks: list[_Task],
    openings: pa.Array,
    workspace: Workspace,
    origins: list[dict[str, Any]],
) -> dict[str, Any]:
    """Writes the snapshot's tables from the parts, in the order of tasks, and counts what they hold."""
    kinds: Counter[str] = Counter()
    tally: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    families: Counter[str] = Counter()
    with (
        parquet_writer(folder / "postings.parquet", POSTINGS) as postings_out,
        parquet_writer(folder / "mentions.parquet", SNAPSHOT_TABLES["mentions"]) as mentions_out,
        parquet_writer(folder / "texts.parquet", SNAPSHOT_TABLES["texts"]) as texts_out,
        parquet_writer(folder / "pay_observations.parquet", PAY_OBSERVATIONS) as pay_out,
    ):
        begin = 0
        for task in tasks:
            postings = pq.read_table(_part(task, "postings"))
            mine = openings.slice(begin, len(postings))
            begin += len(postings)
            at = POSTINGS.get_field_index("opening")
            postings = postings.set_column(at, POSTINGS.field("opening"), mine)
            mentions = pq.read_table(_part(task, "mentions"))
            pay = _advert_pay(postings)
            postings_out.write_table(postings)
            mentions_out.write_table(mentions)
            texts_out.write_table(pq.read_table(_part(task, "texts")))
            pay_out.write_table(pay)
            kinds.update(_value_counts(mentions["kind"]))
            languages.update(_value_counts(postings["language"]))
            families.update(_value_counts(postings["family"]))
            tally["postings"] += len(postings)
            tally["cut"] += pc.sum(postings["cut"]).as_py() or 0
            tally["pay_stated_or_estimated"] += len(pay)
        for entry in origins:
            if entry["kind"] == "pay":
                observations = _table_pay(workspace.raw / entry["origin"]["id"], entry["origin"]["id"])
                pay_out.write_table(observations)
                tally["pay_table_observations"] += len(observations)
    return {
        **tally,
        "mentions": dict(sorted(kinds.items())),
        "languages": dict(sorted(languages.items())),
        "families": dict(sorted(families.items())),
    }


def _value_counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {str(c["values"] or "unknown"): c["counts"] for c in pc.value_counts(column).to_pylist()}


def _advert_pay(postings: pa.Table) -> pa.Table:
    """Pay observations of adverts: those whose pay can be told by the year, with its currency."""
    known = pc.and_(
        postings["pay_currency"].is_valid(),
        pc.or_(postings["pay_yearly_min"].is_valid(), postings["pay_yearly_max"].is_valid()),
    )
    rows = postings.filter(known)
    columns = {
        "origin": rows["origin"],
        "row": rows["row"],
        "posting": rows["id"],
        "basis": rows["pay_basis"],
        "title": rows["title"],
        "family": rows["family"],
        "seniority": rows["seniority"],
        "experience_level": pa.nulls(len(rows), pa.string()),
        "country": rows["country"],
        "year": pc.year(rows["posted"]),
        "currency": rows["pay_currency"],
        "yearly_min": rows["pay_yearly_min"],
        "yearly_max": rows["pay_yearly_max"],
        "repeats": pa.array(np.ones(len(rows), np.int32)),
    }
    return pa.table([columns[f.name].cast(f.type) for f in PAY_OBSERVATIONS], schema=PAY_OBSERVATIONS)


def _table_pay(folder: Path, origin: str) -> pa.Table:
    """Pay observations of a pay table: a pair of rows is one range, repeats are one voice."""
    rows = pair_pay_rows(pq.read_table(folder / "records.parquet"))
    family, seniority, _ = read_titles(rows["title"].combine_chunks())
    columns = {
        "origin": pa.array([origin] * len(rows), pa.string()),
        "row": rows["row"],
        "posting": pa.nulls(len(rows), pa.string()),
        "basis": pa.array(["pay table"] * len(rows), pa.string()),
        "title": rows["title"],
        "family": family,
        "seniority": seniority,
        "experience_level": rows["experience_level"],
        "country": rows["country"],
        "year": rows["year"],
        "currency": rows["currency"],
        "yearly_min": rows["min"],
        "yearly_max": rows["max"],
        "repeats": rows["repeats"],
    }
    return pa.table([columns[f.name].cast(f.type) for f in PAY_OBSERVATIONS], schema=PAY_OBSERVATIONS)


def _ledger(origins: list[dict[str, Any]], counts: dict[str, Any], copied: dict[str, int]) -> dict[str, Any]:
    """Where every row that came in went: rows = openings + copies + rejected (+ rows of pay tables)."""
    rejected: Counter[str] = Counter()
    for entry in origins:
        rejected.update(entry["rejected"])
    rows = sum(o["rows"] for o in origins)
    pay_rows = sum(o["records"] for o in origins if o["kind"] == "pay")
    ledger = {
        "rows": rows,
        "openings": counts.get("postings", 0) - copied["copies"],
        **copied,
        "rejected": rejected.total(),
        "rejected_by_reason": dict(sorted(rejected.items())),
        "pay_table_rows": pay_rows,
    }
    if rows != ledger["openings"] + copied["copies"] + rejected.total() + pay_rows:
        raise WorkspaceError(f"Rows were lost on the way: {ledger}. Please report this with the manifest.")
    return ledger
