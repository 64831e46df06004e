"""Builds the bundled reference snapshot: facts of public postings and pay tables, without any text.

    python tools/reference.py [SHARED]     (default: ROLEDIFF_SHARED, or ../shared)

The origins of the postings stand in corpus/ORIGINS.md of that folder, a table with the file, the
repository it was taken from, its date and its licence.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from rolediff.pipeline import build
from rolediff.snapshots import describe, export
from rolediff.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "rolediff" / "reference"
MOST_BYTES = 8_000_000


def read_origins(path: Path) -> dict[str, dict[str, str]]:
    """Publisher, address, date and licence of each source, from the table of ORIGINS.md."""
    origins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        place = re.match(r"(\S+/\S+) @(\w+) \((\d{4}-\d\d-\d\d)\)", cells[4]) if len(cells) > 5 else None
        if place:
            repository, commit, date = place.groups()
            origins[cells[0]] = {
                "publisher": repository,
                "url": f"https://github.com/{repository}/tree/{commit}",
                "date": date,
                "licence": cells[5],
            }
    return origins


def main(shared: Path) -> None:
    known = read_origins(shared / "corpus" / "ORIGINS.md")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace")
        for path in sorted((shared / "corpus").glob("*.jsonl.gz")):
            origin = known[path.name.removesuffix(".jsonl.gz")]
            (source,) = workspace.ingest([path], None, lambda source: None, **origin)
            print(
                f"{path.name}: {source.rows:,} rows, {source.records:,} postings, rejected {source.rejected}"
            )
        workspace.ingest(
            [shared / "salaries" / "aijobs-salaries.csv.gz"],
            publisher="aijobs.net",
            licence="CC0",
            note="Salaries of 2020 to August 2025.",
        )
        snapshot = build(workspace, report=print)
        export(snapshot, TARGET, ["texts", "mentions"])
    size = sum(p.stat().st_size for p in TARGET.iterdir())
    print(describe(TARGET))
    print(f"{size:,} bytes in {TARGET}")
    if size > MOST_BYTES:
        sys.exit(f"The reference snapshot may have at most {MOST_BYTES:,} bytes.")


if __name__ == "__main__":
    default = os.environ.get("ROLEDIFF_SHARED", str(ROOT.parent / "shared"))
    main(Path(sys.argv[1] if len(sys.argv) > 1 else default))
