"""Speed, as ratios to a floor measured in the same run: machines differ, ratios hardly do.

    python tools/bench.py [SHARED]     (default: ROLEDIFF_SHARED, or ../shared)

The texts are the public postings of SHARED/corpus, or without that folder the invented adverts of
tests/postings, repeated. Times are processor time of one core; each line is the median of five runs.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from rolediff import copies
from rolediff.clean import clean_batch
from rolediff.extract import extract_batch, matcher
from rolediff.extract.batch import TextBatch
from rolediff.feeds import open_feed
from rolediff.schema import TEXT

ROOT = Path(__file__).resolve().parents[1]
COMMAND = str(Path(sys.executable).with_name("rolediff"))
RUNS = 5
ROWS = 5_000
BATCH = 1_000


def read_texts(folder: Path) -> list[pa.RecordBatch]:
    """Some thousand records, evenly from all files of a folder, in batches."""
    paths = sorted(
        p for p in folder.iterdir() if not p.name.startswith("snippet_") and "ORIGINS" not in p.name
    )
    each = max(ROWS // len(paths), 1)
    records = []
    for path in paths:
        batch = next(iter(open_feed(path).read(each))).records
        records.append(batch)
    table = pa.Table.from_batches(records)
    while len(table) < ROWS:
        table = pa.concat_tables([table, table])
    batches: list[pa.RecordBatch] = table.slice(0, ROWS).combine_chunks().to_batches(BATCH)
    return batches


def median_seconds(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure(records: list[pa.RecordBatch]) -> Iterator[tuple[str, float]]:
    raw = [text or "" for batch in records for text in batch.column("description").to_pylist()]
    yield "floor: str.lower of the texts", median_seconds(lambda: [text.lower() for text in raw])
    yield "clean, language, cut", median_seconds(lambda: [clean_batch(batch) for batch in records])
    cleaned = [clean_batch(batch)[0] for batch in records]
    batches = [
        pa.RecordBatch.from_arrays(
            [batch.column("row").cast(pa.string()), batch.column("title"), batch.column("place"), text],
            schema=TEXT,
        )
        for batch, text in zip(records, cleaned, strict=True)
    ]
    yield "bare scan by the matcher", median_seconds(lambda: [matcher().find(TextBatch(t)) for t in cleaned])
    yield "extract_batch, all fields", median_seconds(lambda: [extract_batch(batch) for batch in batches])
    yield "sign for copies", median_seconds(lambda: [copies.sign_batch(t) for t in cleaned])


def run(*command: str, cwd: Path | None = None) -> tuple[float, float]:
    """Processor seconds and peak memory (MB) of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([COMMAND, *command], check=True, capture_output=True, cwd=cwd)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024


def main(shared: Path) -> None:
    corpus = shared / "corpus"
    source = corpus if corpus.is_dir() else ROOT / "tests" / "postings"
    records = read_texts(source)
    print(f"{ROWS:,} texts from {source.name}, batches of {BATCH:,}, median of {RUNS} runs, one core\n")
    floor = 0.0
    scan = 0.0
    for name, seconds in measure(records):
        floor = floor or seconds
        scan = seconds if name.startswith("bare scan") else scan
        ratio = f"  {seconds / scan:5.1f} x the bare scan" if name.startswith("extract") else ""
        print(f"{name:32s} {ROWS / seconds:10,.0f} postings/s  {seconds / floor:6.1f} x the floor{ratio}")
    print()
    for name, command in (
        ("rolediff --help", ["--help"]),
        ("cold compare, reference", ["compare", "data specialist", "lead ml engineer", "-s", "reference"]),
    ):
        times = sorted(run(*command)[0] for _ in range(RUNS))
        print(f"{name:32s} {times[RUNS // 2]:8.2f} s of processor time, median of {RUNS}")
    if corpus.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            for name, arguments in (
                ("ingest of the corpus", ["ingest", str(corpus)]),
                ("build", ["build", "--processes", "1"]),
            ):
                start = time.perf_counter()
                seconds, peak = run(*arguments, "-w", f"{folder}/workspace")
                wall = time.perf_counter() - start
                print(
                    f"{name:32s} {seconds:8.1f} s of processor time, {wall:.1f} s by the clock, peak {peak:,.0f} MB"
                )


if __name__ == "__main__":
    default = os.environ.get("ROLEDIFF_SHARED", str(ROOT.parent / "shared"))
    main(Path(sys.argv[1] if len(sys.argv) > 1 else default))
