"""The picture of a comparison that is shown where its address is shared: 1200 by 630, PNG."""

from __future__ import annotations

from textwrap import wrap
from xml.sax.saxutils import escape

from rolediff.charts.drawing import png_of
from rolediff.headline import strongest
from rolediff.results import Comparison, Difference
from rolediff.wording import say_count, say_percent

# A picture has no style sheet: the colours of the light page.
_INK, _QUIET, _PAPER, _LINE, _A, _B = "#1b2230", "#566073", "#fffdf9", "#dcd8ce", "#9a4a06", "#0a6370"
_WIDTH, _HEIGHT = 1200, 630
_LEFT, _RIGHT = 620, 1080  # of the scale
_LINE_OF_TITLE = 46  # letters of a title at its size
_ROWS = 4


def draw_card(c: Comparison) -> bytes:
    """The names of both roles and the differences that are told most surely; as PNG.

    Raises:
        RolediffError: vl-convert is not installed.
    """
    told: list[Difference] = []
    for verdict in ("more-in-a", "more-in-b"):
        skills, duties = strongest((*c.responsibilities, *c.skills_more_in_a, *c.skills_more_in_b), verdict)
        told += [*skills[:1], *duties]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>',
        _text(60, 78, 26, "rolediff", _QUIET, "600"),
    ]
    y = 138.0
    for name, colour in ((c.a.name, _A), (f"vs {c.b.name}", _B)):
        for line in wrap(name, _LINE_OF_TITLE):
            parts.append(_text(60, y, 44, line, colour, "700"))
            y += 52
    y += 8
    if told:
        parts += [_text(x, y, 20, f"{percent}%", _QUIET, anchor="middle") for x, percent in _ticks()]
        for d in told[:_ROWS]:
            y += 66 if len(told) > 3 else 76
            parts += _row(d, y)
    else:
        for line in wrap(" ".join(c.headline), 78)[:4]:
            parts.append(_text(60, y, 28, line, _INK))
            y += 40
    n = f"{say_count(c.a.n, 'opening')} against {c.b.n:,}, read in full; bars are 95% intervals"
    parts.append(_text(60, _HEIGHT - 36, 20, n, _QUIET))
    return png_of("".join([*parts, "</svg>"]))


def _ticks() -> list[tuple[float, int]]:
    return [(_at(percent / 100), percent) for percent in (0, 50, 100)]


def _at(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share


def _row(d: Difference, y: float) -> list[str]:
    label = d.label if len(d.label) <= 42 else d.label[:41].rsplit(" ", 1)[0] + " …"
    parts = [
        _text(60, y + 8, 26, label, _INK),
        f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}" stroke="{_LINE}" stroke-width="2"/>',
    ]
    for claim, colour, up in ((d.a, _A, -10), (d.b, _B, 10)):
        e = claim.estimate
        if claim.needed:
            continue
        parts += [
            f'<line x1="{_at(e.low):.1f}" x2="{_at(e.high):.1f}" y1="{y + up}" y2="{y + up}" stroke="{colour}" '
            'stroke-width="4" stroke-linecap="round"/>',
            f'<circle cx="{_at(e.share):.1f}" cy="{y + up}" r="9" fill="{colour}"/>',
            _text(1140, y + 1.5 * up + 8, 22, say_percent(e.share), colour, "600", anchor="end"),
        ]
    return parts


def _text(
    x: float, y: float, size: int, words: str, colour: str, weight: str = "400", *, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
