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
from rolediff.unglue import classes_of, find_lost_lines

# ── text ─────────────────────────────────────────────────────────────────────────────────────────

# Only where one of these stands is the repair of encodings tried: it costs more than all else.
_DOUBLE_ENCODED = re.compile("[ÃÂâÅ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž€Ÿ ]|ð[\x9fŸ]|ï¼|ï»¿")
_CONTROL = re.compile("[\x80-\x9f]")  # such characters stand for others of Windows
_SPLIT_WORD = re.compile(r"Ã (?: |s |quel|quilo)")  # "Ã s" is "às"
_DOUBLE_ENCODED_FIRST = "ÃÂâÅðï"

# Half of a double-encoded blank ("équipesÂ", "updatedÂresume", not "Âge" or "CÂMARA"), an apostrophe
# that a source could not write ("Bachelor?s"), and characters written out by a source's dump.
_HALF_BLANK = re.compile(r"(?<![A-ZÀ-Ý])Â(?=[\s.,;:!?)]|\Z)|(?<=[a-zà-ÿ,.:;])Â(?=[A-Za-z])")
_LOST_APOSTROPHE = re.compile(r"\?(?<=[a-z]\?)(?=(?:s|t|ll|re|ve|d|m)(?:[\s,.;:!)]|\Z))")
_WRITTEN_BREAK = re.compile(r"(?<!\\)(?:\\r)?\\n(?=[A-ZÀ-Ý\s\\•*-]|\Z)")
_WRITTEN_CHARACTERS = re.compile(
    r"(?:\\u(?:00[89a-fA-F]|0[1-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2})[0-9a-fA-F])+"
)

_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_BULLETS = "•●▪■◦‣∙⁃□➢➤❖◆♦✓✔✅☑➔►▶\uf06e\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc"
_SPECIAL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u2011\u2028-\u202f"
    f"\u205f-\u206f\u3000\u3164\ue000-\ue003\ufe00-\ufe0f\ufeff\ufffc{_BULLETS}]"
)
# Characters beyond 16 bits stand apart: in the class above they would make it ten times slower.
_WIDE_BULLETS = "🔹🔸🔷🔶"
_WIDE_BULLET = re.compile(f"[{_WIDE_BULLETS}]")
_ASCII_CONTROLS = bytes([*range(10), *range(11, 32), 127])  # all of the class above that is ASCII
_BOLD = re.compile("[\U0001d400-\U0001d7ff]+")  # letters of mathematics, used as bold type
_BOLD_SIGNS = "𝐞𝗲𝙚𝒆𝑒𝖾𝘦𝐄𝗘"
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
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});|&(?:nbsp|amp|bull|rsquo)(?![\w;=])"
)
_HIDDEN = ["script", "style", "template", "noscript", "title", "svg", "iframe", "object"]
_ROUNDS = 12  # HTML inside escaped HTML inside ...: more than four were never seen

# No brackets: a redaction puts "[" behind what stood before it.
_MARKDOWN_ESCAPE = re.compile(r"\\+(?=[-+*_.!#&()~>|`$'\"])")
_MARKDOWN_LINK = re.compile(r"\[(?!email\]|phone\])([^\[\]\n]+)\]\((?:https?://|mailto:)[^\s()]*\)")
_MARKDOWN_BOLD = re.compile(r"(?<![\w*\]])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?![\w*\[])")
_MARKDOWN_HEADING = re.compile(r"(?m)^(?:#{2,6} +)+(?=\S)")
_EMPTY_BULLET = re.compile(r"(?m)^[-–*• ]*•[-–*• ]*$")
_BULLET_LINE = re.compile(r"(?m)^(?:[-–*•] ?)*•[-–*• ]*")
_STAR_LINE = re.compile(r"(?m)^\* +(?=\S)")

_REACH = 48  # characters round a sign in which an address or number and its label stand
_AT = re.compile("@")
_EMAIL = re.compile(r"[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_SEVEN_DIGITS = re.compile(r"[0-9](?:[ ./()-]{0,2}[0-9]){6}")  # the cheap test before the next two
_SEVEN_DIGIT_CLASSES = re.compile(rb"d(?:[^aAdq]{0,2}d){6}")  # and one before it, in `unglue.classes_of`
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
        if text == before or not (
            any(sign in text for sign in ("·", "*", "\\", "Â", "](")) or _seems_unfinished(text)
        ):
            break
    return text


def _seems_unfinished(text: str) -> bool:
    return ("?" in text and _LOST_APOSTROPHE.search(text) is not None) or _seems_double_encoded(text)


def _clean_once(text: str) -> str:
    for _ in range(_ROUNDS):
        before = text
        text = _decode(text)
        if text == before or not ("&" in before or "<" in before or _seems_double_encoded(text)):
            break
    for step in (_tidy, _undo_markdown, _redact, find_lost_lines):
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
    if "\\" in text:
        if text.count("\\n") > 1 and "\n" not in text.strip():
            text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
        text = _WRITTEN_BREAK.sub("\n", text)
        text = _WRITTEN_CHARACTERS.sub(_written_characters, text)
    if text.isascii():
        if len(text.encode().translate(None, _ASCII_CONTROLS)) < len(text):
            text = _SPECIAL.sub(_plain_character, text)
    else:
        text = _decode_characters(text)
    if "?" in text:
        text = _LOST_APOSTROPHE.sub("’", text)
    if "<" in text and _HTML.search(text):
        return _strip_html(text)
    if "&" in text:
        return _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _decode_characters(text: str) -> str:
    if _seems_double_encoded(text):
        text = _repair_encoding(text)
    if any(char in text for char in _WIDE_BULLETS):
        text = _WIDE_BULLET.sub("•", text)
    if any(char in text for char in _BOLD_SIGNS):
        text = _BOLD.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _SPECIAL.sub(_plain_character, text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "Â" in text:
        text = _HALF_BLANK.sub(" ", text)
    if "·" in text or "‧" in text:
        text = _MIDDLE_DOT.sub("•", text)
    return text


def _repair_encoding(text: str) -> str:
    """What double encoding spoilt, repaired: the whole text at once where that works, else by ftfy."""
    whole = text
    if "Ã " in text and not _SPLIT_WORD.search(text):
        whole = text.replace("Ã ", "Ã\xa0 ")  # "à": its second byte was taken for a blank
    try:  # in a tenth of the time, and hardly ever true by chance: few texts are also UTF-8
        whole = whole.replace("Â ", "Â\xa0").encode("latin-1").decode()
    except UnicodeError:
        whole = "\x80"
    if _CONTROL.search(whole):
        return ftfy.fix_encoding(_tidy(text))  # what it does depends on the blanks round a letter
    return whole


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


def _written_characters(match: re.Match[str]) -> str:
    units = bytes.fromhex(match[0].replace("\\u", ""))
    return units.decode("utf-16-be", "ignore")


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
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", text)
    if "**" in text:
        text = _MARKDOWN_BOLD.sub(r"\1", text)
    return _MARKDOWN_HEADING.sub("", text) if "## " in text else text


def _redact(text: str) -> str:
    if "@" in text:
        text = _redact_near(text, _AT, lambda part: _EMAIL.sub("[email]", part))
    if not _SEVEN_DIGIT_CLASSES.search(classes_of(text)):
        return text
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


# An ellipsis behind a comma, behind "etc" and at more than three dots is the author's own; the one of
# an address shortens the address.
_CUT_END = re.compile(
    r"(?:[^\W_][,;:]?\s?\[(?:…|\.{3})\]|(?<!\betc)(?<=[^\W_])\s?(?:…|\.{3}))\s*\Z", re.IGNORECASE
)
_LONGEST_ADDRESS = 400
_ADDRESS_END = re.compile(r"(?:://|www\.)\S*\Z")
_PILE = 5  # texts of exactly the greatest length, and at least this share of the origin's texts
_PILE_SHARE = 0.01
_PILE_SLACK = 3  # a cut text that lost the blanks at its end is shorter by as many


def is_cut(text: str | None, stated: str | None = None) -> bool:
    """Whether a text breaks off: its source says so, or it ends in an ellipsis behind a word."""
    if stated is not None and stated.strip().casefold() in ("true", "1", "yes", "t"):
        return True
    if text is None or not _CUT_END.search(text, max(len(text) - 20, 0)):
        return False
    return _ADDRESS_END.search(text, max(len(text) - _LONGEST_ADDRESS, 0)) is None


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

_SLICES, _SLICE = 4, 250  # read are so many slices of so many characters, evenly from start to end
_MIN_WORDS = 4  # stop words that the winner needs, and how far it must lead the next
_MIN_DISTINCT, _MANY_WORDS = 3, 20  # different ones, unless there are many: Swedish has Polish "i"
_LEAD = 1.3


@cache
def _stopwords() -> dict[str, tuple[str, ...]]:
    """Languages of a stop word."""
    languages: dict[str, list[str]] = {}
    for row in read_table("stopwords"):
        for word in dict.fromkeys(row.items("words")):
            languages.setdefault(word, []).append(row["language"])
    return {word: tuple(found) for word, found in languages.items()}


def tell_language(text: str) -> str | None:
    """ISO 639-1 code (en, de, fr, nl, es, pt, it, pl) by stop words; None where too little tells.

    A text in two languages gets the one with more words, or None where neither leads clearly.
    """
    part = text
    if len(text) > _SLICES * _SLICE:
        step = (len(text) - _SLICE) // (_SLICES - 1)
        part = " ".join([text[at : at + _SLICE] for at in range(0, _SLICES * step, step)])
    words = part.lower().replace("’", "'").split()
    known = _stopwords()
    scores: Counter[str] = Counter()
    for languages, count in Counter(map(known.get, words)).items():
        for language in languages or ():
            scores[language] += count
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < _MIN_WORDS:
        return None
    first, score = ranked[0]
    if len(ranked) > 1 and score < _LEAD * ranked[1][1]:
        return None
    if score < _MANY_WORDS and sum(first in known.get(word, ()) for word in set(words)) < _MIN_DISTINCT:
        return None
    return first


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
