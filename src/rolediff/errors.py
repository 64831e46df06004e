"""All errors that rolediff raises on purpose.

RolediffError
├── FeedError            a source cannot be read
├── TaxonomyError        a table in data/ breaks its own rules
├── WorkspaceError       no workspace or snapshot where one was expected
├── UnknownRoleError     a role that the taxonomy does not hold
├── SameRoleError        a role was to be compared with itself
├── UnknownClaimError    a claim id that the snapshot does not hold
├── UnknownSkillError    a skill that the taxonomy does not hold
├── UnknownPostingError  a posting that the snapshot does not hold
├── FilterError          a filter or a page that a list does not have
├── UnknownPageError     an address that no page has
└── LabelsError          a labels file that cannot be scored

Every message says what happened, what was available, and what to do.
`exit_status` is what the command line ends with.
"""

from __future__ import annotations

from collections.abc import Sequence


class RolediffError(Exception):
    """Base of all errors that a user can do something about."""

    exit_status = 1


class FeedError(RolediffError):
    """A source cannot be read; the message names it and says how to mend it."""


class TaxonomyError(RolediffError):
    """A row of a table in data/ breaks a rule; the message names file, line and rule."""


class WorkspaceError(RolediffError):
    """A workspace or a snapshot is missing or damaged."""


class LabelsError(RolediffError):
    """A labels file does not have the form that `rolediff eval` scores."""


class _UnknownName(RolediffError):
    exit_status = 2
    what = "name"
    hint = ""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name = name
        self.suggestions = list(suggestions)
        message = f"Unknown {self.what} {name!r}."
        if self.suggestions:
            message += " Did you mean " + ", ".join(repr(s) for s in self.suggestions) + "?"
        super().__init__(f"{message} {self.hint}".strip())


class UnknownRoleError(_UnknownName):
    """A role that the taxonomy does not hold, with the nearest ones it does."""

    what = "role"
    hint = "`rolediff roles` lists all roles."


class SameRoleError(RolediffError):
    """A role was to be compared with itself."""

    exit_status = 2

    def __init__(self, name: str) -> None:
        super().__init__(f"Both are {name}. Name two different roles; `rolediff roles` lists all.")


class UnknownClaimError(_UnknownName):
    """A claim id that the snapshot does not hold, with the nearest ones it does."""

    what = "claim"
    hint = "`rolediff compare A B --format json` lists the claims of a comparison with their ids."


class UnknownPageError(_UnknownName):
    """An address that no page has."""

    what = "page"
    hint = "The first page leads to all others."


class UnknownSkillError(_UnknownName):
    """A skill that the taxonomy does not hold, with the nearest ones it does."""

    what = "skill"
    hint = "The index of skills lists all that enough openings name."


class UnknownPostingError(_UnknownName):
    """A posting that the snapshot does not hold."""

    what = "posting"
    hint = "The evidence of a claim and the openings of a role list postings with their ids."


class FilterError(RolediffError):
    """A filter or a page that a list does not have; the message says what there is."""

    exit_status = 2
