"""From a Vega-Lite spec and rows of data to a small SVG that a page can carry inline.

The SVG takes its colours from the variables of the page's style sheet, so one file serves light, dark and
print; it carries no style, no script, no font and no size of its own but its viewBox.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import orjson

from rolediff.errors import RolediffError

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_SPECS = Path(__file__).parent
_SVG = "{http://www.w3.org/2000/svg}"
# A line of text stands on its foot; this part of its size lower, its middle is where the mark is.
_MIDDLE = 0.35
# Of what Vega writes, what a drawing needs; all else is roles, classes and defaults.
_KEPT = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "opacity",
    "font-size",
    "font-weight",
    "text-anchor",
)
_DEFAULTS = {
    ("opacity", "1"),
    ("text-anchor", "start"),
    ("stroke-linecap", "butt"),
    ("fill", "none"),
    ("stroke", "none"),
}
_TRANSLATE = re.compile(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A")
# How wide letters are, as parts of their size: no font is at hand to ask, so as in a wide one.
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!()[] I", 0.34),
    **dict.fromkeys("frt-/", 0.42),
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("mwMW%", 0.95),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its words; the narrow drawing is for pages below about 40 rem."""

    id: str
    title: str
    description: str
    svg: str
    svg_narrow: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a chart may draw: labels stand beside the scale, or above it where there is no room."""

    width: int
    left: int  # the scale runs from here
    right: int  # to here
    narrow: bool


WIDE = Paper(640, 276, 596, narrow=False)
NARROW = Paper(340, 38, 300, narrow=True)


def read_spec(name: str) -> dict[str, Any]:
    """A spec as it stands in its file."""
    spec: dict[str, Any] = orjson.loads((_SPECS / f"{name}.vl.json").read_bytes())
    return spec


def draw(
    name: str,
    rows: Rows,
    paper: Paper,
    height: float,
    scale: tuple[float, float],
    words: tuple[str, str, str],
) -> str:
    """Renders a spec with its data.

    Args:
        name: of the spec.
        rows: by name of the spec's data set.
        paper: where to draw.
        height: of the drawing.
        scale: the values at the left and the right end of the scale.
        words: a prefix for ids, the title and the description.
    """
    values = {"from": scale[0], "to": scale[1], "left": paper.left, "right": paper.right}
    vega = _compiled(name)
    filled = {
        **vega,
        "width": paper.width,
        "height": height,
        "signals": [
            {**signal, "value": values[signal["name"]]} if signal["name"] in values else signal
            for signal in vega["signals"]
        ],
        "data": [{**data, "values": rows[data["name"]]} for data in vega["data"] if rows.get(data["name"])],
        # A mark without data costs time and draws nothing.
        "marks": [mark for mark in vega["marks"] if rows.get(mark["from"]["data"])],
    }
    # As text: objects take the renderer longer to read.
    return _slim(_vl_convert().vega_to_svg(orjson.dumps(filled).decode()), paper, height, *words)


def png_of(svg: str) -> bytes:
    """A picture of an SVG that has its own size and colours."""
    picture: bytes = _vl_convert().svg_to_png(svg)
    return picture


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise RolediffError("Charts need vl-convert: pip install 'rolediff[site]'.") from error
    return vl_convert


@cache
def _compiled(name: str) -> dict[str, Any]:
    """A spec as Vega, once: what changes from chart to chart is data, size and scale."""
    spec = read_spec(name)
    for layer in spec["layer"]:
        if layer["mark"]["type"] == "text":
            layer["mark"] = _unmeasured(layer["mark"])
    vega: dict[str, Any] = _vl_convert().vegalite_to_vega(spec)
    return vega


def _unmeasured(mark: dict[str, Any]) -> dict[str, Any]:
    """A text mark that is not measured, at 3 ms a text: size 0, the true size told in place of the font."""
    size = mark["fontSize"]
    return {
        **mark,
        "fontSize": 0,
        "font": str(size),
        "baseline": "alphabetic",
        "dy": mark.get("dy", 0) + _MIDDLE * size,
    }


def _slim(svg: str, paper: Paper, height: float, prefix: str, title: str, description: str) -> str:
    """What is drawn, without what Vega wraps around it; neighbours that look alike share a group."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {paper.width} {_short(height)}" '
        f'class="{"narrow" if paper.narrow else "wide"}" '
        f'role="img" aria-labelledby="{prefix}-t {prefix}-d" fill="none">'
        f'<title id="{prefix}-t">{escape(title)}</title><desc id="{prefix}-d">{escape(description)}</desc>'
    ]
    looks: dict[str, str] | None = None
    for tag, place, look, text in _leaves(ET.fromstring(svg), 0.0, 0.0):  # noqa: S314 - of our own renderer
        if look != looks:
            parts.append(("</g>" if looks is not None else "") + f"<g{_attributes(look)}>")
            looks = look
        body = f">{escape(text)}</{tag}>" if text else "/>"
        parts.append(f"<{tag}{_attributes(place)}{body}")
    return "".join(parts) + ("</g></svg>" if looks is not None else "</svg>")


def _attributes(values: Mapping[str, str]) -> str:
    # Numbers, and what stands in a spec: nothing to escape.
    return "".join([f' {name}="{value}"' for name, value in values.items()])


_Leaf = tuple[str, dict[str, str], dict[str, str], str]


def _leaves(node: ET.Element, x: float, y: float) -> Iterator[_Leaf]:
    """What is drawn: its tag, where, how it looks, its text."""
    if moved := _TRANSLATE.search(node.get("transform", "")):
        x, y = x + float(moved[1]), y + float(moved[2])
    tag = node.tag.removeprefix(_SVG)
    if tag in ("svg", "g"):
        for child in node:
            yield from _leaves(child, x, y)
        return
    if node.get("display") == "none" or node.get("class") in ("background", "foreground"):
        return
    look = {name: value for name in _KEPT if (value := node.get(name)) and (name, value) not in _DEFAULTS}
    if tag == "text":
        look["font-size"] = str(node.get("font-family"))
        yield tag, {"x": _short(x), "y": _short(y)}, look, node.text or ""
    elif tag == "line":
        ends = {"x1": x, "y1": y, "x2": x + float(node.get("x2", 0)), "y2": y + float(node.get("y2", 0))}
        yield tag, {name: _short(value) for name, value in ends.items()}, look, ""
    elif circle := _CIRCLE.match(node.get("d", "")):
        yield "circle", {"cx": _short(x), "cy": _short(y), "r": _short(float(circle[1]))}, look, ""
    else:
        path = re.sub(r"-?[\d.]+", lambda number: _short(float(number[0])), node.get("d", ""))
        yield "path", {"d": path, "transform": f"translate({_short(x)} {_short(y)})"}, look, ""


def _short(number: float) -> str:
    """A place to a tenth of a unit."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def text_width(text: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(_WIDTHS.get(c, 0.69 if c.isupper() else 0.59) for c in text)


def wrap(text: str, size: float, width: float) -> list[str]:
    """A text in lines that fit."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def ticks_within(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two values, at most so many."""
    step = 10.0 ** math.floor(math.log10(max(high - low, 1e-9) / most))
    for factor in (1, 2, 2.5, 5, 10, 20):
        size = step * factor
        ticks = [round(i * size, 6) for i in range(math.ceil(low / size), math.floor(high / size) + 1)]
        if len(ticks) <= most:
            return ticks
    return []
