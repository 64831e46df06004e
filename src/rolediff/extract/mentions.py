"""What an extractor returns: spans of a batch, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rolediff.extract.batch import Ints


@dataclass(frozen=True, slots=True)
class Mentions:
    """Spans of one kind, as byte positions in a `TextBatch`; all columns of one length.

    Attributes:
        kind: what is stated (skill, responsibility, degree, years, pay, work_mode, ...).
        start: first byte.
        end: byte after the last.
        value: string array, an id of the taxonomy or the value stated.
        rule: string array, which rule read it.
        need: string array (required, preferred, mentioned), or None where need has no meaning.
    """

    kind: str
    start: Ints
    end: Ints
    value: pa.Array
    rule: pa.Array
    need: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.start)


def take(names: list[str] | pa.Array, codes: Ints) -> pa.Array:
    """The names at `codes`, as a string array."""
    values = names if isinstance(names, pa.Array) else pa.array(names, pa.string())
    return values.take(pa.array(codes, pa.int64()))


def every(name: str, count: int) -> pa.Array:
    """One name, `count` times."""
    return take([name], np.zeros(count, np.int64))
