"""rolediff reads job postings and says, with evidence, how two roles differ.

    import rolediff

    rolediff.compare("data analyst", "data engineer")  # shows itself in a notebook; print() gives text

    here = rolediff.open("rolediff-workspace")  # without a name: as the command line takes it
    here.roles("analyst")  # the roles there are, with their openings
    here.role("data engineer")  # a role by itself
    here.path("data analyst", "data engineer", have=["SQL", "Excel"])  # what to learn, in order
    here.evidence("data-engineer/skill/python")  # the postings behind a claim

Every answer has the fields of its class in `rolediff.results`, and `to_arrow()`, `to_pandas()`, `to_json()`,
`to_markdown()` and `charts()`. Errors are `RolediffError`s, whose message says what to do.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from rolediff.errors import RolediffError

if TYPE_CHECKING:
    from pathlib import Path

    from rolediff.api import Comparison, Have, OpenSnapshot

__version__ = "0.1.0"
__all__ = ["RolediffError", "__version__", "compare", "open"]


def open(workspace: str | Path | None = None, snapshot: str | Path | None = None) -> OpenSnapshot:  # noqa: A001 - as gzip.open
    """Opens a snapshot for questions.

    Args:
        workspace: folder whose current snapshot is taken; without it what `ROLEDIFF_WORKSPACE` names, else
            `rolediff-workspace` in the current folder, and where there is none the reference snapshot.
        snapshot: folder of a snapshot, or "reference"; goes before the workspace.

    Raises:
        WorkspaceError: what is named is not there, or holds no snapshot.
    """
    from rolediff.api import open_for_questions

    return open_for_questions(workspace, snapshot)


def compare(a: str, b: str, have: Have | None = None) -> Comparison:
    """Says how the roles A and B differ, by the snapshot that `open()` takes.

    Args:
        a: a role in words or by its slug: "data analyst", "sr ML engineer".
        b: another.
        have: skills one has, as a list, a text or a file; what to learn for B is then counted from these.

    Raises:
        UnknownRoleError: with the nearest roles there are.
        SameRoleError: both are the same role.
    """
    return open().compare(a, b, have)


class _Package(ModuleType):
    """Keeps `rolediff.compare` this function: importing the module of that name would put it in its place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
