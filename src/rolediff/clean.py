"""Plain text of an advert, its language, and whether it is cut.

The order inside `clean_text` matters: encodings before characters, characters before markup, markup
before lines, and redaction before the search for lost lines, so that cleaning a clean text changes
nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache

import ftfy
import numpy as np
import pyarrow as pa
from selectolax.lexbor import LexborHTMLParser

from rolediff.taxonomy import read_table

# ── text ─────────────────────────────────────────────────────────────────────────────────────────

# Only where one of these stands is the repair of encodings tried: it costs more than all else.
_DOUBLE_ENCODED = re.compile("[ÃÂâÅ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž€Ÿ ]|ð[\x9fŸ]|ï¼|ï»¿")
_DOUBLE_ENCODED_FIRST = "ÃÂâÅðï"

_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_BULLETS = "•●▪■◦‣∙⁃□➢➤❖◆♦✓✔➔►▶\uf0b7\uf0a7\uf0d8"
_SPECIAL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u2011\u2028-\u202f"
    f"\u205f-\u206f\u3000\u3164\ue000-\ue003\ufe00-\ufe0f\ufeff\ufffc{_BULLETS}]"
)
# A middle dot is a bullet only beside a blank: "développeur·se" is a word.
_MIDDLE_DOT = re.compile(r"(?<![\w\]])[·‧](?=[\s•·‧])|(?<![^\s•·‧])[·‧]")
_BLANKS = " \n"
_SPACES = frozenset("\t\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))

# An HTML text is one that holds a block tag or closes an inline one; "List<T>" and "a < b" are not.
_HTML = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|table|tr|td|th|tbody|section|article|hr|html|body|pre|blockquote)"
    r"(?:\s[^<>]*|/)?>|</(?:a|b|i|u|em|strong|span|font|small|code)>|<(?:a|span|img|font)\s[^<>]*=[^<>]*>",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(r"<(?:p|br|div|li|ul|ol|h[1-6]|tr|section|article)\b", re.IGNORECASE)
_PRE = re.compile(r"<pre\b.*?(?:</pre>|\Z)", re.IGNORECASE | re.DOTALL)
_BR = re.compile(r"(?=<br\b)", re.IGNORECASE)
_NEW_LINE = re.compile(r"(?=</?(?:div|ul|ol|hr|dl|dt|dd|pre)\b)", re.IGNORECASE)
_NEW_PARAGRAPH = re.compile(r"(?=</?(?:p|h[1-6]|section|article|header|footer|blockquote)\b)", re.IGNORECASE)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
# Tags of tables are replaced, not marked: a parser moves text that stands between rows out of the table.
_ROW = re.compile(r"</?(?:table|thead|tbody|tfoot|tr|caption|colgroup|col)\b[^<>]*>", re.IGNORECASE)
_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
# Marks set into HTML before it is parsed; `_SPECIAL` has dropped them from the source's own text.
_LINE, _PARAGRAPH, _BULLET, _BR_LINE = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = re.compile("\\s?([\ue000-\ue003][\\s\ue000-\ue003]*)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_HIDDEN = ["script", "style", "template", "noscript", "title", "svg", "iframe", "object"]
_ROUNDS = 12  # HTML inside escaped HTML inside ...: more than four were never seen

# No brackets: a redaction puts "[" behind what stood before it.
_MARKDOWN_ESCAPE = re.compile(r"\\+(?=[-+*_.!#&()~>|`$])")
_MARKDOWN_BOLD = re.compile(r"(?<![\w*\]])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?![\w*\[])")
_MARKDOWN_HEADING = re.compile(r"(?m)^(?:#{2,6} +)+(?=\S)")
_EMPTY_BULLET = re.compile(r"(?m)^[-–*• ]*•[-–*• ]*$")
_BULLET_LINE = re.compile(r"(?m)^(?:[-–*•] ?)*•[-–*• ]*")
_STAR_LINE = re.compile(r"(?m)^\* +(?=\S)")

_REACH = 48  # characters round a sign in which an address or number and its label stand
_AT = re.compile("@")
_EMAIL = re.compile(r"[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_SEVEN_DIGITS = re.compile(r"[0-9](?:[ ./()-]{0,2}[0-9]){6}")  # the cheap test before the next two
# Telephone numbers: the North American form with an area code; an international one behind "+";
# the French form in pairs; any number of 7 to 15 digits behind a word for telephone.
_PHONE = re.compile(
    r"(?:(?<![\w.,/$€£#=\]-])(?:\+?1[ .-]{0,2})?[2-9]\d\d(?:[-.]| (?=\d{3}-))[2-9]\d\d[-. ]\d{4}"
    r"|(?<![\d.,/$€£#=\]-])(?:\+?1[ .-]{0,2})?\([2-9]\d\d\)[ .-]{0,2}[2-9]\d\d[-. ]\d{4}"
    r"|(?<![\d.,/$€£#=\]-])\+[1-9]\d{0,2}[ .-]?(?:\(0\))?(?:[ ./()-]{0,3}\d){7,12}"
    r"|(?<![\w.,/$€£#=\]-])0[1-9](?:(?: \d\d){4}|(?:\.\d\d){4}|(?:-\d\d){4})"
    r")(?!\d|[-.]\d)"
)
_LABELLED_PHONE = re.compile(
    r"(?<![\[\w])((?:tel|telephone|phone|mobile|mob|fax|cell|whatsapp|call|text|t[ée]l[ée]phone|telefon|handy)"
    r"\b[^\w\n+([]{0,3}(?:(?:us|me|now|at|on|number|no|is)\b[^\w\n+([]{0,3}){0,2})"
    r"([+(]{0,2}\d(?:[ ./()-]{0,2}\d){6,14})(?!\d)",
    re.IGNORECASE,
)

# A text of fewer line breaks than one in so many characters was flattened by its source. Of the
# sources that keep their lines hardly any text falls below; those that lost them have none.
_FLAT_CHARS = 600
_CAPITAL_AFTER = re.compile(r"[A-ZÀ-Ý](?<=[a-zà-ÿ0-9.!?:;)%][A-ZÀ-Ý])[a-zà-ÿ’']+")
_SENTENCE_END = re.compile(r"(?:[a-zà-ÿ]{3}|[)%])[.!?:;]\Z")
_NO_SENTENCE = frozenset(["Js", "Net", "Com", "Io", "Org", "Ai", "Py", "Sc", "Tech", "Inc", "App", "Co"])
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")
_LONGEST_HEADING = 32
_MIN_ITEM = 20  # mean characters between bullets; shorter is "London • Full-time • Remote"
_DASH_ITEM = re.compile(r" [-–] (?=[A-ZÀ-Ý]|\d+\+)(?<!\d...)")


def clean_text(raw: str) -> str:
    """Plain text of an advert, as Unicode NFC with its lines, paragraphs and list items.

    HTML, escaped HTML and plain text are told apart by evidence in the text. List items stand on
    lines of their own behind "- ". E-mail addresses and telephone numbers become "[email]" and
    "[phone]"; names of persons cannot be told and stay. Cleaning a clean text changes nothing.
    """
    text = raw
    for _ in range(_ROUNDS):
        before = text
        text = _clean_once(text)
        # One step may make what an earlier one reads: rarely, and only of these characters.
        if text == before or not (any(c in text for c in "·*\\") or _seems_double_encoded(text)):
            break
    return text


def _clean_once(text: str) -> str:
    for _ in range(_ROUNDS):
        before = text
        text = _decode(text)
        if text == before or not ("&" in before or "<" in before or _seems_double_encoded(text)):
            break
    for step in (_tidy, _undo_markdown, _redact, _find_lost_lines):
        before = text
        text = step(text)
        if text != before:
            text = _tidy(text)
    return text


def clean_line(value: str) -> str:
    """A short value without entities, odd characters and double encoding; a rating's line stays."""
    return _tidy(_decode(value)) if value else ""


def _decode(text: str) -> str:
    """One round of encodings, characters and markup."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\\n") > 1 and "\n" not in text.strip():  # line breaks written out by a source's dump
        text = text.replace("\\n", "\n")
    if not text.isascii() and _seems_double_encoded(text):
        text = ftfy.fix_encoding(_tidy(text))  # what it does depends on the blanks round a letter
    text = _SPECIAL.sub(_plain_character, text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "·" in text or "‧" in text:
        text = _MIDDLE_DOT.sub("•", text)
    if "<" in text and _HTML.search(text):
        return _strip_html(text)
    if "&" in text:
        return _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _seems_double_encoded(text: str) -> bool:
    return any(c in text for c in _DOUBLE_ENCODED_FIRST) and _DOUBLE_ENCODED.search(text) is not None


def _plain_character(match: re.Match[str]) -> str:
    char = match[0]
    if char in _BREAKS:
        return "\n"
    if char in _SPACES:
        return " "
    if char in "\u2010\u2011":  # hyphens that look like "-": "T‑SQL"
        return "-"
    return "•" if char in _BULLETS else ""


def _strip_html(text: str) -> str:
    if _BLOCK_TAG.search(text):
        if "<pre" in text.lower():
            text = _PRE.sub(lambda match: match[0].replace("\n", "<br>"), text)
        text = text.replace("\n", " ")
    text = _NEW_PARAGRAPH.sub(_PARAGRAPH, _NEW_LINE.sub(_LINE, _BR.sub(_BR_LINE, text)))
    text = _ITEM.sub(lambda match: _LINE + match[0] + _BULLET, text)
    text = _CELL.sub(" ", _ROW.sub(_LINE, text))
    tree = LexborHTMLParser(text)
    tree.strip_tags(_HIDDEN, recursive=True)
    plain = tree.text(deep=True, separator="", strip=False)
    return _MARKS.sub(_line_break, plain)


def _line_break(match: re.Match[str]) -> str:
    marks = match[1]
    if _BULLET in marks:
        return "\n- "
    return "\n\n" if _PARAGRAPH in marks or marks.count(_BR_LINE) > 1 else "\n"


def _tidy(text: str) -> str:
    """Blanks collapsed, lines stripped, at most one empty line in a row, bullets as "- "."""
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.strip(_BLANKS).replace(" \n", "\n").replace("\n ", "\n")
    if "•" in text:
        text = _BULLET_LINE.sub("- ", _EMPTY_BULLET.sub("", text))
    if "*" in text:
        text = _STAR_LINE.sub("- ", text)
    if text.count("\no ") > 2:
        text = text.replace("\no ", "\n- ")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip(_BLANKS)


def _undo_markdown(text: str) -> str:
    if "\\" in text:
        text = _MARKDOWN_ESCAPE.sub("", text)
    if "**" in text:
        text = _MARKDOWN_BOLD.sub(r"\1", text)
    return _MARKDOWN_HEADING.sub("", text) if "#" in text else text


def _redact(text: str) -> str:
    if "@" in text:
        text = _redact_near(text, _AT, lambda part: _EMAIL.sub("[email]", part))
    return _redact_near(text, _SEVEN_DIGITS, _redact_phones)


def _redact_phones(part: str) -> str:
    return _LABELLED_PHONE.sub(r"\1[phone]", _PHONE.sub("[phone]", part))


def _redact_near(text: str, sign: re.Pattern[str], redact: Callable[[str], str]) -> str:
    """`redact` on the words round each sign only: it would cost too much over all of a text."""
    spans: list[tuple[int, int]] = []
    for match in sign.finditer(text):
        start = max(text.rfind(" ", 0, max(match.start() - _REACH, 0)), 0)
        end = text.find(" ", match.end() + _REACH) % (len(text) + 1)  # -1 becomes the end of the text
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    for start, end in reversed(spans):
        text = text[:start] + redact(text[start:end]) + text[end:]
    return text


@cache
def _line_starts() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """Words that begin list items, and patterns for a heading that starts or ends at a place."""
    kinds: dict[str, set[str]] = {"heading": set(), "item": set()}
    for row in read_table("line_starts"):
        if row["kind"] not in kinds:
            raise row.broken(f"kind {row['kind']!r} is neither heading nor item")
        kinds[row["kind"]].update(row.items("words"))
    headings = "|".join(sorted(map(re.escape, kinds["heading"]), key=len, reverse=True))
    starts, ends = re.compile(rf"(?:{headings})(?![a-zà-ÿ])"), re.compile(rf"(?:{headings})\Z")
    return frozenset(kinds["item"]), starts, ends


def _find_lost_lines(text: str) -> str:
    """Line breaks put back where a source dropped them, on strong evidence only.

    Evidence is a sentence's end without a blank behind it, a known heading that runs into its
    neighbour, a lower-case word that runs into a known first word of list items, and runs of bullets.
    """
    if len(text) > _FLAT_CHARS * (text.count("\n") + 1):
        items, heading, heading_end = _line_starts()
        cuts: list[int] = []
        for match in _CAPITAL_AFTER.finditer(text):
            at, word = match.start(), match[0]
            if text[at - 1] in ".!?:;":
                lost = word not in _NO_SENTENCE and bool(_SENTENCE_END.search(text, max(at - 4, 0), at))
            else:
                lost = bool(heading.match(text, at)) or (word in items and _ends_plain_word(text, at))
            if lost or (text[at - 1].isalpha() and _ends_heading(text, at, heading_end, cuts)):
                cuts.append(at)
        for at in reversed(cuts):
            text = text[:at] + "\n" + text[at:]
    if "•" in text:
        text = _split_lines(text, re.compile(r" ?• ?"), least=1)
    if text.count(" - ") + text.count(" – ") > 2:
        text = _split_lines(text, _DASH_ITEM, least=3)
    return text


def _ends_plain_word(text: str, at: int) -> bool:
    """Whether a lower-case word of four letters or more ends here ("experience", not "Tensor", "mac")."""
    last = _LAST_WORD.search(text, max(at - 30, 0), at)
    return text[at - 1] in ")%" or (last is not None and len(last[0]) > 3 and last[0].islower())


def _ends_heading(text: str, at: int, heading_end: re.Pattern[str], cuts: list[int]) -> bool:
    """Whether a whole heading ends here, behind no letter or one that it has been cut from."""
    match = heading_end.search(text, max(at - _LONGEST_HEADING, 0), at)
    start = match.start() if match else -1
    return start == 0 or (start > 0 and not text[start - 1].isalpha()) or start in cuts[-1:]


def _split_lines(text: str, bullet: re.Pattern[str], least: int) -> str:
    lines = text.split("\n")
    for n, line in enumerate(lines):
        count = len(bullet.findall(line)) if len(line) >= _MIN_ITEM * (least + 1) else 0
        if count >= least and len(line) >= _MIN_ITEM * (count + 1):
            lines[n] = bullet.sub("\n- ", line)
    return "\n".join(lines)


# ── cut texts ────────────────────────────────────────────────────────────────────────────────────

_CUT_END = re.compile(r"[^\W_][,;:]?\s?(?:…|\.{3,}|\[(?:…|\.\.\.)\])\s*\Z")
_PILE = 5  # texts of exactly the greatest length, and at least this share of the origin's texts
_PILE_SHARE = 0.01
_PILE_SLACK = 3  # a cut text that lost the blanks at its end is shorter by as many


def is_cut(text: str | None, stated: str | None = None) -> bool:
    """Whether a text breaks off: its source says so, or it ends in an ellipsis behind a word."""
    if stated is not None and stated.strip().casefold() in ("true", "1", "yes", "t"):
        return True
    return text is not None and _CUT_END.search(text, max(len(text) - 20, 0)) is not None


def cut_lengths(lengths: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> set[int]:
    """Raw lengths at which an origin cuts its texts.

    A limit shows as a pile of texts of exactly the greatest length: at least 5 and at least 1% of
    the origin. Piles just below it (cut, then stripped of blanks) count too.

    Args:
        lengths: characters of every raw text of one origin; repeats of one text given once.
    """
    if not lengths.size:
        return set()
    values, counts = np.unique(lengths, return_counts=True)
    if values[-1] < 1 or counts[-1] < max(_PILE, _PILE_SHARE * lengths.size):
        return set()
    near = (values >= values[-1] - _PILE_SLACK) & (counts >= _PILE)
    return {int(values[-1])} | {int(v) for v in values[near]}


# ── language ─────────────────────────────────────────────────────────────────────────────────────

_HEAD, _MIDDLE = 700, 300  # characters read: the start, and a slice from the middle
_MIN_WORDS = 4  # stop words that the winner needs, and how far it must lead the next
_LEAD = 1.3


@cache
def _stopwords() -> dict[str, str]:
    """Languages of a stop word, separated by blanks."""
    languages: dict[str, list[str]] = {}
    for row in read_table("stopwords"):
        for word in dict.fromkeys(row.items("words")):
            languages.setdefault(word, []).append(row["language"])
    return {word: " ".join(found) for word, found in languages.items()}


def tell_language(text: str) -> str | None:
    """ISO 639-1 code (en, de, fr, nl, es, pt, it, pl) by stop words; None where too little tells.

    A text in two languages gets the one with more words, or None where neither leads clearly.
    """
    part = text[:_HEAD]
    if len(text) > 2 * _HEAD:
        part += " " + text[len(text) // 2 :][:_MIDDLE]
    words = part.lower().replace("’", "'").split()
    scores: Counter[str] = Counter()
    for languages, count in Counter(map(_stopwords().get, words)).items():
        for language in languages.split() if languages else ():
            scores[language] += count
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < _MIN_WORDS:
        return None
    if len(ranked) > 1 and ranked[0][1] < _LEAD * ranked[1][1]:
        return None
    return ranked[0][0]


# ── batches ──────────────────────────────────────────────────────────────────────────────────────


def clean_batch(records: pa.RecordBatch, limits: Collection[int] = ()) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Text, language and whether cut, row for row.

    Args:
        records: `schema.RECORD`; the columns description and truncated are read.
        limits: raw lengths at which the origin cuts its texts (`cut_lengths`).

    Returns:
        text (large_string; "" where there is no description), language (string, null where it cannot
        be told), cut (bool).
    """
    raws = records.column("description").to_pylist()
    texts = [clean_text(raw) if raw else "" for raw in raws]
    languages = [tell_language(text) for text in texts]
    stated = records.column("truncated").to_pylist()
    cuts = [
        is_cut(text, said) or (raw is not None and len(raw) in limits)
        for text, said, raw in zip(texts, stated, raws, strict=True)
    ]
    return pa.array(texts, pa.large_string()), pa.array(languages, pa.string()), pa.array(cuts, pa.bool_())
