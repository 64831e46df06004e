"""Line breaks put back where a source dropped them, on strong evidence only.

A word glued to the next ("AnalystPost"), a bullet inside a line, a heading in the middle of a text tell
where a break was; words that are written so (JavaScript, names of the taxonomy) are left whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rolediff.taxonomy import read_table, skills

_ROUNDS = 12  # a break put back may show the next one
# A text of fewer line breaks than one in so many characters was flattened by its source. Of the
# sources that keep their lines hardly any text falls below; those that lost them have none.
_FLAT_CHARS = 600
# Lost breaks are looked for in the classes of the characters, a byte for each, at a tenth of the cost
# of a search in the text: a is a small letter, A a capital, d a digit, p the end of a sentence, a
# bracket or "%", q a question mark or a character outside Latin-1, x all else; " \n-*" are themselves.
_CLASSES = bytes(
    ord("q" if c == "?" else "p" if c in ".!:;)%" else "d" if c.isdigit() else "A" if c.isupper() else "a")
    if c in "?.!:;)%" or c.isalnum()
    else ord(c if c in " \n-*" else "x")
    for c in map(chr, range(256))
)
_GLUE = re.compile(rb"A(?<=[apqd]A)a|A(?<=aA)A")
_MORE_GLUE = re.compile(rb"A(?<=[apqd]A)a|A(?<=[ap]A)(?:A| a)|A(?<=AAA)aa|d(?<=a[ap]d)")
_YEARS = re.compile(r"\d{1,2} ?\+?(?: ?(?:-|–|to|à) ?\d{1,2} ?\+?)? ?(?:[Yy]ears|[Yy]rs|ans|Jahre)\b")
_ALL = 1_000_000
_SURE = 2  # breaks surely lost before less sure ones count too; in a flat text one is enough
_WORD = re.compile(r"[A-ZÀ-Ý](?:[A-ZÀ-Ý]+(?![a-zà-ÿ])|[a-zà-ÿ’']+|(?<=A)(?= [a-z])|(?<=I)(?= [a-z]))")
_WORDS_OF_NAME = re.compile(r"([A-ZÀ-Ý][\w+#]*)(?: [A-Za-z][\w+#]*)?")
_SMALL, _CAPITAL, _END = b"aAp"
_NO_PROSE = frozenset("#@_\\=&.")  # before a word: an address or a tag
_BEHIND_WORD = frozenset(" ,:-\n")
_NO_SENTENCE = frozenset(["Js", "Net", "Com", "Io", "Org", "Ai", "Py", "Sc", "Tech", "Inc", "App", "Co"])
_LONGEST_HEADING = 32
_LONGEST_WORD = 30
_LONGEST_ADDRESS = 400
_MIN_ITEM = 20  # mean characters between bullets; shorter is "London • Full-time • Remote"
_DASH_ITEM = re.compile(r"[-–] (?<=[ a-zà-ÿ.;:,)!]..)(?=[A-ZÀ-Ý]|\d+\+)(?<!\d ..)")
_DASHES, _OTHER_DASHES = re.compile(rb"-(?<=[^\n]-) "), re.compile(rb"q(?<= q) ")  # cheap tests
_STAR_ITEM = re.compile(r"\*(?: (?<=[ \w.;:,)!]..)|(?<=[.;:]\*))(?=[A-ZÀ-Ý]|\d+\+)")


_KINDS = ("heading", "item", "opener", "ending", "inner", "noun", "name")


@dataclass(frozen=True, slots=True)
class _Lines:
    """Words that begin and end lines (data/line_starts.csv), and names that hold a capital inside."""

    items: frozenset[str]
    openers: frozenset[str]
    endings: frozenset[str]
    inner: frozenset[str]
    nouns: frozenset[str]
    names: frozenset[str]
    parts: frozenset[str]
    heading_begins: frozenset[str]
    heading_ends: frozenset[str]
    heading: re.Pattern[str]
    heading_end: re.Pattern[str]


@cache
def _lines() -> _Lines:
    words: dict[str, set[str]] = {k: set() for k in _KINDS}
    for row in read_table("line_starts"):
        if row["kind"] not in words:
            raise row.broken(f"kind {row['kind']!r} is none of {', '.join(words)}")
        words[row["kind"]].update(row.items("words"))
    names = {name.casefold() for s in skills().values() for name in (s.name, *s.aliases)}
    parts = {part for name in names for part in re.split(r"[^\w+#]+", name)}
    headings = "|".join(sorted(map(re.escape, words["heading"]), key=len, reverse=True))
    return _Lines(
        frozenset(words["item"] | words["opener"]),
        frozenset(words["opener"]),
        frozenset(words["ending"]),
        frozenset(words["inner"]),
        frozenset(words["noun"]),
        frozenset(names),
        frozenset(parts | {name.casefold() for name in words["name"]}),
        frozenset(heading.split(" ")[0] for heading in words["heading"]),
        frozenset(heading.split(" ")[-1] for heading in words["heading"]),
        re.compile(rf"(?:{headings})(?![a-zà-ÿ])"),
        re.compile(rf"(?:{headings})\Z"),
    )


def find_lost_lines(text: str) -> str:
    """Line breaks put back where a source dropped them, on strong evidence only.

    Evidence is a sentence's end without a blank behind it, a known heading that runs into its
    neighbour, a lower-case word that runs into a known first word of list items, and runs of bullets.
    Where a text shows enough of these, words that run into each other are told by less.
    """
    classes = classes_of(text)
    for _ in range(_ROUNDS):
        before = text
        text = _unglue(text, classes)
        if text == before:
            break
        classes = classes_of(text)
    if "•" in text:
        text = _split_lines(text, re.compile(r" ?• ?"), least=1)
    if len(_DASHES.findall(classes)) + len(_OTHER_DASHES.findall(classes)) > 2:
        text = _split_lines(text, _DASH_ITEM, least=3)
    if classes.count(b"*") > 2:
        text = _split_lines(text, _STAR_ITEM, least=3)
    return text


def classes_of(text: str) -> bytes:
    """The class of each character (`_CLASSES`), at the same place."""
    return text.encode("latin-1", "replace").translate(_CLASSES)


def _unglue(text: str, classes: bytes) -> str:
    found = [match.start() for match in _GLUE.finditer(classes)]
    if not found:
        return text
    flat = len(text) > _FLAT_CHARS * (classes.count(b"\n") + 1)
    enough = 1 if flat else _SURE
    cuts = _Glued(text, classes, flat=flat, trust=False).cut(found, enough)
    if sum(lost == "\n" for _, lost in cuts) == enough:
        found = [match.start() for match in _MORE_GLUE.finditer(classes)]
        cuts = _Glued(text, classes, flat=flat, trust=True).cut(found)
    starts = [0, *(at for at, _ in cuts)]
    ends = [*starts[1:], len(text)]
    between = [*(lost for _, lost in cuts), ""]
    return "".join([text[i:j] + lost for i, j, lost in zip(starts, ends, between, strict=True)])


@dataclass(frozen=True, slots=True)
class _Glued:
    """A text whose words may run into each other.

    `classes` holds the class of each character; `flat` says that the text has hardly any line breaks,
    `trust` that it is known to have lost some.
    """

    text: str
    classes: bytes
    flat: bool
    trust: bool

    def cut(self, found: list[int], most: int = _ALL) -> list[tuple[int, str]]:
        """Places of lost breaks with what belongs there, of capitals directly behind another character."""
        text, classes, lines = self.text, self.classes, _lines()
        loose = self.flat or self.trust
        cuts: list[tuple[int, str]] = []
        last = 0
        for at in found:
            match = _WORD.match(text, at)
            if match is None:
                if _YEARS.match(text, at):
                    cuts.append((at, "\n"))
                    last = at
                continue
            word, between, left = match[0], "", ""
            before = classes[at - 1]
            if before in (_SMALL, _CAPITAL):
                if not loose and word not in lines.items:
                    continue
                low = max(at - _LONGEST_WORD, last)
                start = low + len(classes[low:at].rstrip(b"aA"))
                left = text[start:at]
                if at - start == _LONGEST_WORD and not left.islower():  # of an address, or noise
                    continue
                if start == last or not self._in_address(start):
                    between = self._between_words(left, at, word)
            elif text[at - 1] in ".!?:;":
                between = self._behind_sentence(at, match.end(), word)
            elif before == _END and loose:
                lost = word in lines.items or (self.trust and len(word) > 2 and not word.isupper())
                between = "\n" if lost else ""
            if loose and not between and self._is_heading(left, word, at, last):
                between = "\n"
            if between:
                cuts.append((at, between))
                last = at
                most -= between == "\n"
                if not most:
                    break
        return cuts

    def _is_heading(self, left: str, word: str, at: int, last: int) -> bool:
        """Whether a heading begins here, or a whole one ends here, and no name holds the place."""
        lines = _lines()
        begins = word in lines.heading_begins and lines.heading.match(self.text, at) is not None
        if not begins and left in lines.heading_ends:
            match = lines.heading_end.search(self.text, max(at - _LONGEST_HEADING, 0), at)
            start = match.start() if match else -1
            begins = start == 0 or (start > 0 and (not self.text[start - 1].isalpha() or start == last))
        return begins and self._token(at).casefold() not in lines.parts

    def _in_address(self, start: int) -> bool:
        """Whether what stands before a word makes it a part of an address or a tag."""
        before = self.text[start - 1 : start]
        if before.isspace() or before in _NO_PROSE:
            return before in _NO_PROSE
        chunk = self.text[max(start - _LONGEST_ADDRESS, 0) : start].split()[-1]
        return "://" in chunk or "www." in chunk or (before == "/" and ("." in chunk or chunk[0] == "/"))

    def _token(self, at: int) -> str:
        """The letters and digits round a place."""
        low = max(at - _LONGEST_WORD, 0)
        start = low + len(self.classes[low:at].rstrip(b"aAd"))
        right = self.classes[at : at + _LONGEST_WORD]
        return self.text[start : at + len(right) - len(right.lstrip(b"aAd"))]

    def _is_name(self, at: int, *, again: bool) -> bool:
        """Whether the letters round a place are a name with a capital inside: known, or said again."""
        token = self._token(at)
        is_known = token.casefold() in _lines().parts
        return is_known or (again and len(token) <= _LONGEST_WORD and self.text.count(token) > 1)

    def _between_words(self, left: str, at: int, word: str) -> str:
        """What was lost between a word that ends and one that starts: a line break, a blank, nothing."""
        lines = _lines()
        is_small = left.islower()
        if is_small and len(left) > 3 and word in lines.items and left not in lines.inner:
            return "" if (left + word).casefold() in lines.parts else "\n"
        if not self.trust or self._is_name(
            at, again=word not in lines.items and (len(left) < 4 or not is_small)
        ):
            return ""
        if word.isupper() and len(word) > 1:
            is_word = word.casefold() in lines.names or word.capitalize() in lines.items | lines.endings
            return "\n" if len(left) > 3 and len(word) > 2 and is_word else ""
        if is_small:
            if left in lines.inner:
                return " " if len(left) > 2 else ""
            is_long = (len(left) > 2 and len(word) > 2) or (len(left) > 3 and len(word) == 1)
            return (
                "\n" if is_long or ((len(left) > 2 or left in lines.endings) and word in lines.items) else ""
            )
        if word in lines.openers or ((left in lines.endings or left.isupper()) and word in lines.items):
            return "\n"
        if len(left) > 3 and len(word) > 5 and word in lines.items - lines.nouns:
            return "\n"
        if left.isupper() and len(word) > 4 and (len(left) > 4 or left.casefold() in lines.names):
            return "\n"
        if left.casefold() not in lines.names and self._two_words(at) not in lines.names:
            return ""
        return "\n" if word in lines.items or self._begins_skill(at) else ""

    def _two_words(self, at: int) -> str:
        return " ".join(self.text[max(at - _LONGEST_HEADING, 0) : at].split()[-2:]).casefold()

    def _begins_skill(self, at: int) -> bool:
        match = _WORDS_OF_NAME.match(self.text, at)
        names = _lines().names
        return match is not None and (match[0].casefold() in names or match[1].casefold() in names)

    def _behind_sentence(self, at: int, end: int, word: str) -> str:
        """What was lost behind the end of a sentence."""
        text, lines = self.text, _lines()
        if word in _NO_SENTENCE:
            return ""
        left = self.classes[max(at - _LONGEST_WORD, 0) : at - 1]
        letters = len(left) - len(left.rstrip(b"aA"))
        is_item = word in lines.items
        if word.isupper():
            is_long = self.trust and len(word) > 3 and word.casefold() not in lines.parts
            return "\n" if is_long and left.endswith(b"aaa") else ""
        if self.flat or self.trust:
            is_end = left.endswith(b"aaa") or text[max(at - 2, 0)] in ")% " or (is_item and letters > 1)
        else:
            is_prose = text[end : end + 1] in _BEHIND_WORD
            is_small = letters > 2 and text[at - 1 - letters : at - 1].islower()
            is_end = is_prose and (is_small or (is_item and letters > 1))
        if not is_end:
            return ""
        return " " if text[at - 1] == ":" and not is_item else "\n"


def _split_lines(text: str, bullet: re.Pattern[str], least: int) -> str:
    lines = text.split("\n")
    for n, line in enumerate(lines):
        count = len(bullet.findall(line)) if len(line) >= _MIN_ITEM * (least + 1) else 0
        if count >= least and len(line) >= _MIN_ITEM * (count + 1):
            lines[n] = bullet.sub("\n- ", line)
    return "\n".join(lines)
