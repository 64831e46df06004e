"""Charts of a comparison, of a role and of its pay: drawn from the same claims as the tables, as SVG.

Each is a Vega-Lite spec beside this file, filled with rows; `drawing.py` says how it becomes SVG.
"""

from __future__ import annotations

from rolediff.charts.card import draw_card
from rolediff.charts.drawing import Figure
from rolediff.charts.outlook import draw_outlook
from rolediff.charts.path import draw_moving
from rolediff.charts.pay import draw_pay, draw_salaries
from rolediff.charts.shares import draw_education, draw_ranked, draw_responsibilities, draw_skills
from rolediff.results import Comparison, RoleProfile

__all__ = ["Figure", "draw_card", "draw_comparison", "draw_role", "draw_salaries"]

_SECTIONS = {
    "responsibilities": draw_responsibilities,
    "skills": draw_skills,
    "education": draw_education,
    "pay": draw_pay,
    "outlook": draw_outlook,
    "moving": draw_moving,
}


def draw_comparison(c: Comparison) -> dict[str, tuple[Figure, ...]]:
    """The figures of a comparison, by the id of their section; a section without evidence has none."""
    drawn = {section: draw(c) for section, draw in _SECTIONS.items()}
    return {section: figures for section, figures in drawn.items() if figures}


def draw_role(p: RoleProfile) -> dict[str, tuple[Figure, ...]]:
    """The figures of a role's own page, by the id of their section."""
    drawn = {
        section: draw_ranked(p, section, claims, what)
        for section, claims, what in (
            ("responsibilities", p.responsibilities, "Duties given most often"),
            ("tools", p.tools, "Tools named most often"),
            ("methods", p.methods, "Methods and fields named most often"),
            ("education", p.education, "Lowest degree that is enough"),
            ("experience", p.experience, "Years asked for"),
            ("work-mode", p.work_modes, "Where the work is done, where told"),
            ("industries", p.industries, "Industries told most often"),
        )
    }
    return {section: figures for section, figures in drawn.items() if figures}
