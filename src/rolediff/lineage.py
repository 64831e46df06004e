"""Which two snapshots are compared: the ones that a person names, and the one before."""

from __future__ import annotations

from pathlib import Path

from rolediff.errors import WorkspaceError
from rolediff.snapshots import Snapshot
from rolediff.storage import CURRENT, check_snapshot, read_manifest, reference_snapshot

#: Tables that two snapshots are compared by; an older one may lack others.
COMPARED_BY = ("postings", "facts", "pay_observations")


def find_snapshot(workspace: Path, name: str) -> Snapshot:
    """The snapshot that a person names.

    Args:
        workspace: whose snapshots may be named by their ids.
        name: a folder, an id or its first digits, or "reference".

    Raises:
        WorkspaceError: there is none of that name, or more than one.
    """
    if name == "reference":
        return Snapshot(reference_snapshot(), COMPARED_BY)
    if (Path(name) / "manifest.json").is_file():
        return Snapshot(Path(name), COMPARED_BY)
    there = _snapshots_of(workspace)
    found = [folder for folder in there if folder.name.startswith(name)]
    if len(found) == 1:
        return Snapshot(found[0], COMPARED_BY)
    ids = ", ".join(folder.name for folder in found or there) or "none"
    what = "Several snapshots begin with" if found else "There is no snapshot"
    raise WorkspaceError(
        f'{what} {name!r}. Name a snapshot\'s folder, its id or "reference"; ids in {workspace}: {ids}.'
    )


def _snapshots_of(workspace: Path) -> list[Path]:
    return sorted(path.parent for path in (workspace / "snapshots").glob("[!.]*/manifest.json"))


def previous_snapshot(folder: Path) -> tuple[Path | None, str]:
    """The snapshot of a workspace that came before one of it, and where it cannot be told, why.

    A snapshot holds no time: the same inputs give the same bytes. But a workspace only gathers, so what came
    before holds a part of the origins: the snapshot with most of them is the one. One of the very same
    origins was read by other rules, and says nothing of which was first; it counts as the earlier of the
    two where it is the only one and the workspace now uses the other.
    """
    root = folder.resolve().parent.parent
    if folder.resolve().parent.name != "snapshots" or not (root / CURRENT).is_file():
        return None, "It lies in no workspace, so what came before it is not known."
    in_use = (root / CURRENT).read_text(encoding="utf-8").strip() == folder.name
    mine = _origin_ids(folder)
    others = {path: _origin_ids(path) for path in _snapshots_of(root) if path.name != folder.name}
    if not others:
        return None, "It is the only snapshot of its workspace."
    earlier = {p: ids for p, ids in others.items() if ids < mine or (ids == mine and in_use)}
    if not earlier:
        return (
            None,
            "No other snapshot of its workspace holds a part of its origins, so none is surely earlier.",
        )
    most = max(len(ids) for ids in earlier.values())
    nearest = [path for path, ids in earlier.items() if len(ids) == most]
    if len(nearest) > 1:
        return None, (
            f"{len(nearest)} snapshots of its workspace hold equally many of its origins "
            f"({', '.join(p.name for p in nearest)}); which was before it is written nowhere."
        )
    return nearest[0], ""


def _origin_ids(folder: Path) -> set[str]:
    return {entry["origin"]["id"] for entry in read_manifest(check_snapshot(folder))["inputs"]["origins"]}
