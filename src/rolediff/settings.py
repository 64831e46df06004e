"""All settings, in one list: `--help`, the environment and docs/reference come from it."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, read from the environment variable ROLEDIFF_<NAME>."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"ROLEDIFF_{self.name.upper()}"

    def read(self) -> str:
        """Its value now."""
        return os.environ.get(self.variable, self.default)


SETTINGS = (
    Setting("workspace", "rolediff-workspace", "Folder that holds raw data and snapshots."),
    Setting("processes", "0", "Processes that read postings; 0 takes one for each processor core."),
)


def setting(name: str) -> Setting:
    """The setting of that name."""
    return next(s for s in SETTINGS if s.name == name)
