"""The order of a mixture's samples, written a second time in Python's whole numbers.

Prints the arrays of Tests/SamplingTests/Pinned.swift. docs/mixtures.md describes the algorithm.

    python3 Scripts/oracles/sample_order.py
"""

from math import isqrt

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def finalized(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


class Mixer:
    def __init__(self, seed, stream):
        start = finalized(seed + GOLDEN & MASK) ^ finalized((~stream & MASK) * GOLDEN & MASK)
        self.first = finalized(start + GOLDEN & MASK)
        self.second = finalized(self.first ^ (stream + 2 * GOLDEN & MASK)) ^ start

    def value(self, table, index):
        z = self.first + index * GOLDEN + table * 0xD1B54A32D192ED03 & MASK
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = ((z ^ z >> 27) + self.second) * 0x94D049BB133111EB & MASK
        return z ^ z >> 31

    def below(self, table, index, bound):
        return self.value(table, index) * bound >> 64


def element(position, count, seed, stream):
    mixer = Mixer(seed, stream)
    if count < 1024:
        rounds = 0 if count == 1 else 48 + 6 * count.bit_length()
        for r in range(rounds):
            partner = (mixer.below(0, r, count) - position) % count
            if mixer.value(r + 1, max(position, partner)) >> 63:
                position = partner
        return position
    rows = isqrt(count - 1) + 1
    columns = -(-count // rows)
    while True:
        column, row = divmod(position, rows)
        for r in range(0, 12, 2):
            row = (row + mixer.below(r, column, rows)) % rows
            column = (column + mixer.below(r + 1, row, columns)) % columns
        position = column * rows + row
        if position < count:
            return position


def sample(position, entries, seed):
    """Entry, repetition and frame at a position; entries are (frames, quota)."""
    index = element(position, sum(quota for _, quota in entries), seed, 0)
    for entry, (frames, quota) in enumerate(entries):
        if index < quota:
            repetition, place = divmod(index, frames)
            if repetition == quota // frames:
                place = element(place, frames, seed, entry + 1)
            return [entry, repetition, place]
        index -= quota


def goal(position, step, steps, seed):
    # Exact here: a draw of 23 bits times a number below 2**10 fits float64, and the tests' floats are far from ties.
    draw = (Mixer(seed, 1 << 32).value(0, position) >> 41) / (1 << 23)
    return min(int(draw * (steps - (step + 1)) + (step + 1)), steps - 1)


def main():
    print("permutations")
    for count, seed, stream in [
        (2, 0, 0), (3, 1, 0), (10, 0, 0), (10, 1, 0), (10, 0, 1), (1000, 42, 7), (1023, 0, 0), (1024, 0, 0),
        (5000, 42, 7), (57_432_971, 0, 0), (1 << 33, 2**64 - 1, 2**64 - 1), (1 << 40, 0, 0),
    ]:
        values = [element(p, count, seed, stream) for p in range(min(count, 10))]
        print(f"    ({count:_}, {seed}, {stream}, {values}),")
    print("samples", [sample(p, [(7, 30), (100, 13)], 2024) for p in range(12)])
    print("largeSamples", [sample(p * 800_000, [(1_000_000, 2_500_000)], 0)[1:] for p in range(4)])
    print("goals", [goal(p, 0, 1000, 1) for p in range(8)])


if __name__ == "__main__":
    main()
