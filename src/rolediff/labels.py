"""Names for people of what facts state: ids of the taxonomy and the values of fields."""

from __future__ import annotations

from rolediff.taxonomy import categories, industries, responsibilities, skills

#: What the values of a field are called; the order is the order of reading.
FIELD_VALUES: dict[str, dict[str, str]] = {
    "degree": {
        "none": "No degree needed, and said so",
        "associate": "Associate degree at least",
        "bachelor": "Bachelor's degree at least",
        "master": "Master's degree at least",
        "phd": "Doctorate",
        "not-stated": "No minimum degree stated",
    },
    "years": {
        "0-1": "1 year or less at the least",
        "2": "2 years at the least",
        "3-4": "3 or 4 years at the least",
        "5-7": "5 to 7 years at the least",
        "8-or-more": "8 years or more at the least",
        "not-stated": "No years stated",
    },
    "work-mode": {
        "remote": "Remote",
        "hybrid": "Hybrid",
        "onsite": "On site",
        "not-stated": "Not stated",
    },
    "pay-stated": {"yes": "States its pay"},
    "entry": {
        "yes": "Open to beginners (a junior title, or no level in the title and at most one year asked for)"
    },
}


def label_of(kind: str, value: str) -> str:
    """The name for people of a fact; the value itself where it has none."""
    if kind == "skill" or kind.startswith("need:"):
        skill = skills().get(value)
        return skill.name if skill else value
    if kind == "responsibility":
        duty = responsibilities().get(value)
        return duty.name if duty else value
    if kind == "industry":
        industry = industries().get(value)
        return industry.name if industry else "Not stated"
    return FIELD_VALUES.get(kind, {}).get(value, value)


def group_of(kind: str, value: str) -> str:
    """The category that a skill belongs to, by name; "" for other kinds."""
    if kind == "skill" or kind.startswith("need:"):
        skill = skills().get(value)
        return categories()[skill.category].name if skill else ""
    return ""


def is_tool(value: str) -> bool:
    """Whether a skill is a tool rather than a method."""
    skill = skills().get(value)
    return skill is not None and categories()[skill.category].kind == "tool"
