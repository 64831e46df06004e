"""Hashes of words, many at once, and tables that are looked up by them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits spread: 2^64 over the golden ratio
MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)  # the first n bytes of eight
_LONGEST = 48  # bytes of a word that tell it from others; longer ones are addresses and debris
_SLOT_BITS = 18  # 1 MB of slots stays in the cache and holds tens of thousands of keys on three levels
_SLOT_MASK = np.uint64((1 << _SLOT_BITS) - 1)


def windows_of(buffer: bytes) -> Hashes:
    """The eight bytes from each place of a buffer on, as one number; nought beyond its end."""
    padded = np.frombuffer(buffer + bytes(16), np.uint8)
    return np.ndarray((len(buffer) + 1,), "<u8", padded, strides=(1,))


def hash_words(buffer: bytes, begin: _Ints, lengths: _Ints) -> Hashes:
    """64-bit hashes of the words of a buffer; of very long words, of their beginning.

    Eight bytes a step: multiply and fold, the core of wyhash and its kin.
    """
    windows = windows_of(buffer)

    def fold(hashes: Hashes, places: _Ints, left: _Ints) -> Hashes:
        mixed = (hashes ^ (windows[places] & MASKS.take(left, mode="clip"))) * MIX
        return mixed ^ (mixed >> np.uint64(29))

    hashes = fold(lengths.view(np.uint64) * MIX, begin, lengths)
    rows = np.flatnonzero(lengths > 8)
    for offset in range(8, _LONGEST, 8):
        hashes[rows] = fold(hashes[rows], begin[rows] + offset, lengths[rows] - offset)
        rows = rows[lengths[rows] > offset + 8]
    return hashes * MIX


def hash_strings(words: Sequence[bytes]) -> Hashes:
    """The hashes of single words, in lower case."""
    lengths = np.array([len(w) for w in words], np.int64)
    return hash_words(b" ".join(words) + b" ", np.cumsum(lengths + 1) - lengths - 1, lengths)


class HashTable:
    """Numbers of 64-bit keys, looked up for many keys at once; the keys' bits must be spread."""

    def __init__(self, keys: Hashes) -> None:
        if len(np.unique(keys)) < len(keys):
            raise ValueError("two keys of a table are the same")
        self._keys = np.append(keys, np.uint64(0))  # number -1, nought, is what an empty slot holds
        self._levels: list[tuple[np.uint64, npt.NDArray[np.int32]]] = []
        left = np.arange(len(keys), dtype=np.int32)
        for shift in (64 - _SLOT_BITS, 64 - 2 * _SLOT_BITS, 64 - 3 * _SLOT_BITS):
            slots = np.full(1 << _SLOT_BITS, -1, np.int32)
            place = _slots_of(keys[left], np.uint64(shift))
            slots[place] = left  # of keys that fall into one slot the last stays, the others go on
            self._levels.append((np.uint64(shift), slots))
            left = left[slots[place] != left]
            if not len(left):
                return
        raise ValueError(f"{len(left)} keys of a table found no slot: raise _SLOT_BITS")

    def __len__(self) -> int:
        return len(self._keys) - 1

    def numbers(self, keys: Hashes) -> npt.NDArray[np.int32]:
        """The number of each key, -1 where the table does not hold it."""
        (shift, slots), *others = self._levels
        numbers = slots.take(_slots_of(keys, shift))
        # Where a slot is empty the table does not hold the key; where it has another key, perhaps.
        missed = np.flatnonzero((self._keys[numbers] != keys) & (numbers >= 0))
        for shift, slots in others:
            wanted = keys[missed]
            number = slots.take(_slots_of(wanted, shift))
            numbers[missed] = number
            missed = missed[(self._keys[number] != wanted) & (number >= 0)]
        numbers[missed] = -1
        return numbers


def _slots_of(keys: Hashes, shift: np.uint64) -> _Ints:
    # A view, not a copy: numpy takes places as signed numbers.
    return ((keys >> shift) & _SLOT_MASK).view(np.int64)
