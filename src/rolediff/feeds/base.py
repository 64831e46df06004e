"""What all kinds of feeds share: rows as read, why a row is rejected, and how files are opened."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO, cast

import pyarrow as pa

from rolediff.errors import FeedError
from rolediff.schema import REJECTED

# ── why a row is rejected; a detail may follow after a colon ─────────────────────────────────────

NO_TEXT = "no text"
NO_PAY = "no pay"
NOT_A_POSTING = "not a posting"
UNREADABLE = "unreadable"
REASONS = (NO_TEXT, NO_PAY, NOT_A_POSTING, UNREADABLE)

#: Enough to find a row again in its source, and little enough to keep.
EXCERPT_CHARACTERS = 200
#: Rows looked at to learn the columns of a source that names them in every row.
PEEK_ROWS = 1_000
#: Bytes looked at to tell encoding and delimiter.
SAMPLE_BYTES = 256 * 1024

#: What reading a damaged file may raise.
DAMAGE = (EOFError, zlib.error, OSError)


@dataclass(slots=True)
class Rows:
    """Rows as a file holds them, by source column, and the rows that could not be read.

    `columns` are string arrays of one length, that of `numbers` (1-based rows of the source).
    """

    numbers: list[int]
    columns: dict[str, pa.Array]
    broken: list[tuple[int, str, str | None]] = field(default_factory=list)  # row, reason, excerpt


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """A batch of a feed: `schema.RECORD` or `schema.PAY_RECORD`, and `schema.REJECTED`."""

    records: pa.RecordBatch
    rejected: pa.RecordBatch


class Reader(Protocol):
    """One opened file of one kind; a new kind is a class of this form and a line in the table of feeds."""

    path: Path
    encoding: str | None
    names: list[str]  # the source's columns as far as known

    def read(self, batch_rows: int) -> Iterator[Rows]:
        """The rows of the file in its order, at most `batch_rows` at a time."""
        ...


class Feed(Protocol):
    """One file, ready to be read into raw records."""

    kind: str  # postings or pay
    encoding: str | None  # as told from the bytes; null where the form of the file has none

    @property
    def columns(self) -> dict[str, str | None]:
        """How each source column is understood: a field of the record, or None where it is not used."""
        ...

    def read(self, batch_rows: int = 2_000) -> Iterator[FeedBatch]:
        """Every row of the file, once: as a record or among the rejected."""
        ...


def rejected_batch(rows: Sequence[tuple[int, str, str | None]]) -> pa.RecordBatch:
    """`schema.REJECTED` of (row, reason, excerpt), in the order of rows."""
    ordered = sorted(rows, key=lambda row: row[0])
    return pa.RecordBatch.from_arrays(
        [
            pa.array([row for row, _, _ in ordered], pa.int64()),
            pa.array([reason for _, reason, _ in ordered], pa.string()),
            text_array([excerpt and excerpt[:EXCERPT_CHARACTERS] for _, _, excerpt in ordered]).cast(
                pa.string()
            ),
        ],
        schema=REJECTED,
    )


def text_array(values: Sequence[str | None]) -> pa.Array:
    """Strings as an Arrow column; half characters (lone surrogates) become U+FFFD."""
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        mended = [v and v.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for v in values]
        return pa.array(mended, pa.large_string())


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 as cp1252, and the five that cp1252 leaves open as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    text = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in stray)
    return text, error.end


#: Where a file is not all UTF-8, only the bytes that are not are read as cp1252: a file in cp1252 comes
#: out right, and so does one in UTF-8 with a single bad byte.
STRAY_BYTES = "rolediff-cp1252"
codecs.register_error(STRAY_BYTES, _read_as_cp1252)


def open_bytes(path: Path) -> io.BufferedReader:
    """The bytes of a file, unpacked where its name ends in .gz.

    Raises:
        FeedError: the file cannot be opened.
    """
    try:
        packed = path.suffix.lower() == ".gz"
        return cast("io.BufferedReader", gzip.open(path, "rb")) if packed else path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from error


def read_sample(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        FeedError: the file is empty, or damaged from its start.
    """
    sample = b""
    with open_bytes(path) as file:
        try:
            while len(sample) < SAMPLE_BYTES and (more := file.read1(16 * 1024)):
                sample += more
        except DAMAGE as error:
            if not sample:
                raise unreadable(path, error) from error
    if not sample.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise FeedError(f"{path}: the file is empty. Give a file with at least one posting.")
    return sample


def tell_encoding(sample: bytes) -> str:
    """Encoding by byte order mark, by the zeros of UTF-16, by whether it is UTF-8; else cp1252."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Text of which a third or more is Latin letters has a zero in every second byte of UTF-16.
    for name, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        if sample[offset::2].count(0) > len(sample) / 6:
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8"


def open_text(path: Path, encoding: str) -> TextIO:
    """The text of a file, line ends as they are."""
    if encoding.startswith("utf-16"):
        return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="replace", newline="")
    return io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", errors=STRAY_BYTES, newline="")


def decode(data: bytes) -> str:
    """All of a file's bytes as text."""
    encoding = tell_encoding(data[:SAMPLE_BYTES])
    if encoding.startswith("utf-16"):
        return data.decode(encoding, "replace")
    return data.decode("utf-8-sig", STRAY_BYTES)


def unreadable(path: Path, error: BaseException) -> FeedError:
    """The error for a file that is damaged or may not be read."""
    return FeedError(
        f"{path}: the file cannot be read ({_say(error)}). Check that it is whole and of the kind its name "
        "says, or fetch it again."
    )


def _say(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__


def break_reason(error: BaseException) -> str:
    """The reason of the rejected row that stands for where a damaged file breaks off."""
    return f"{UNREADABLE}: the file breaks off here ({_say(error)})"


def unknown_columns(path: Path, names: Sequence[str], usual: Mapping[str, Sequence[str]]) -> FeedError:
    """The error for a file in which no column is known."""
    found = ", ".join(names[:20]) or "none"
    examples = ", ".join(name for names in usual.values() for name in names[:3])
    return FeedError(
        f"{path}: no column with a title or a description. Columns found: {found}. Usual names: {examples}. "
        "Say which column it is: --map description=COLUMN (and --map title=COLUMN)."
    )
