"""How many events prove a rate, held against brute force and against the textbook's formula."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.domains.proof_size import Proof, Z, needed, proves, wilson

SHARES = st.sampled_from([Fraction(1, 1000), Fraction(1, 200), Fraction(1, 20), Fraction(1, 2), Fraction(1)])


def naive(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval as it is printed in books, in sixty digits."""
    with localcontext(prec=60):
        n, p, z = Decimal(whole), Decimal(part) / Decimal(whole), Decimal(Z)
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
        centre, size = p + z * z / (2 * n), 1 + z * z / n
        return float(100 * (centre - half) / size), float(100 * (centre + half) / size)


@given(st.integers(1, 10**9).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_wilson_is_the_textbooks_interval(of: tuple[int, int]) -> None:
    assert wilson(*of) == pytest.approx(naive(*of), rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4), SHARES)
def test_the_needed_number_is_the_first_that_proves_it(wrong: int, most: Fraction) -> None:
    first = next(size for size in range(1, 100_000) if proves(wrong, size, most))
    assert needed(wrong, most) == first


@given(st.integers(0, 10**12), st.fractions(Fraction(1, 10**6), 1))
def test_one_fewer_would_not_prove_it_however_many_there_are(wrong: int, most: Fraction) -> None:
    size = needed(wrong, most)
    assert size is not None
    assert proves(wrong, size, most)
    assert not proves(wrong, size - 1, most)


@given(st.integers(0, 40), st.integers(1, 60_000))
def test_what_proves_is_what_the_printed_interval_says(wrong: int, whole: int) -> None:
    if wrong <= whole and abs(naive(wrong, whole)[1] - 0.1) > 1e-9:
        assert proves(wrong, whole, Fraction(1, 1000)) == (naive(wrong, whole)[1] <= 0.1)


def test_without_a_failure_it_takes_3838_operations_to_prove_99_9_percent() -> None:
    assert wilson(3838, 3838)[0] >= 99.9 > wilson(3837, 3837)[0]
    assert (Proof(0, 3838, Fraction(1, 1000)).is_enough, Proof(0, 3837, Fraction(1, 1000)).is_enough) == (True, False)


def test_no_number_of_operations_proves_100_percent() -> None:
    assert Proof(0, 10**9, Fraction(0)).needed is None


def test_a_hundred_without_a_failure_prove_96_3_percent() -> None:
    assert wilson(100, 100)[0] == pytest.approx(96.3, abs=0.01)
