"""Serves the judging of figures: turns monthly counts into a control chart of single months, many charts at once.

For each month the months before it lead to expect something: the level, the usual season, slow growth. A month
outside its limits is marked. A run of months whose sum is out of line is named with the month it began. Months that
stood out in the past count for little, so that a lockdown does not set the limits of the years after it. Nothing is
drawn at random.

The model is a quasi-Poisson regression: log mu = log(days / 30.4375) + level + growth + one sine and cosine of the
year, growth and season held back by priors of 2% a year and 20%. It is fitted to the months before those it judges
(the reference), so that a shift is not judged by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HISTORY = 48
FEWEST_MONTHS, FEWEST_WITH_SEASON = 12, 24
"""No limits under the first; from the first the level alone and single months; from the second the whole rule."""

FEWEST_A_MONTH = 1.0
"""With a lower average no chart is drawn: nearly every month is 0 or 1."""

LONGEST_RUN, SHORTEST_REFERENCE = 12, 18
OUTER, RUN_LIMIT, ENDED_LIMIT = 3.09, 2.8, 2.5
"""Standard deviations beyond which a month is outside (99.8%), a run is called or falls in two (99.5%), and the months
after a run are no longer of a piece with it."""

LEVEL_ERROR = 0.01
"""How well a level can be known at best, as a fraction of it: without it large counts make a run of every 2%."""

_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 30.4375
_PRIOR = np.array([0.0, 1 / 0.02**2, 1 / 0.2**2, 1 / 0.2**2])
_LEVEL_ALONE = np.array([0.0, 1e9, 1e9, 1e9])
_PARAMETERS, _PARAMETERS_OF_LEVEL = 3.5, 2.0
_UNKNOWN_SEASON = 0.2**2
_LONGEST_STEP = 1.5
_REPEATED, _REPEATED_MEAN, _SEEN_ONCE = 1.2, 2.0, 2.0
_HUBER, _OUTLYING = 1.0, 2.5
_DECIMALS = 6

_YEARS = (np.arange(HISTORY) - HISTORY + 1) / 12
_DESIGN = np.stack([np.ones(HISTORY), _YEARS, np.sin(2 * np.pi * _YEARS), np.cos(2 * np.pi * _YEARS)], axis=1)
_PRODUCTS = (_DESIGN[:, :, None] * _DESIGN[:, None, :]).reshape(HISTORY, 16)


@dataclass(frozen=True, slots=True)
class Run:
    """Months in a row whose sum is out of line: columns of the counts that were given, both ends inclusive.

    `side` is 1 (higher than expected) or -1 (lower). `observed` and `expected` are sums over the months.
    """

    first: int
    last: int
    side: int
    observed: float
    expected: float

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def of_a_year(self) -> bool:
        """Whether it is as long as runs are looked for, so that its beginning is not known: "for a year or more"."""
        return self.months == LONGEST_RUN


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """The chart of one series. Its arrays have the columns of the counts that were given.

    `expected`, `lower` and `upper` are in events, NaN where nothing is expected. `marked` is 1 above the upper limit,
    -1 below the lower one and else 0. `season` says whether a season is allowed for. `run` is the run that the last
    month belongs to; `ended` are those of the last 12 months that are over, the latest first: they were called in
    their own last month, and the months since are not of a piece with them.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    marked: Ints
    season: bool
    run: Run | None
    ended: tuple[Run, ...]

    @property
    def drawn(self) -> bool:
        """Whether there are limits: 12 unbroken months or more up to the last, of at least 1 on average."""
        return not np.isnan(self.upper[-1])


def control_charts(counts: ArrayLike, last_month: int) -> list[ControlChart]:
    """The control charts of n series of monthly counts, as they are seen from the last month.

    `counts` is n by months, aligned to the right: the last column is the month judged, `last_month` its number in the
    year (1 to 12). NaN is a month that is not known or not open; the history of a series is the unbroken months up to
    the last one, 48 at most. Under 12 months, and with an average under 1 a month, there are no limits, marks or
    runs. Under 24 months the level alone is known: single months are judged against limits that leave room for a
    season of 20%, and there are no runs.
    """
    given = np.atleast_2d(np.asarray(counts, dtype=float))
    series = _series(given, last_month)
    drawn = np.flatnonzero(series.drawn)
    charts = [_blank(given.shape[1]) for _ in given]
    if drawn.size:
        found = _charts(series.take(drawn), given.shape[1])
        for row, chart in zip(drawn, found, strict=True):
            charts[row] = chart
    return charts


def signals(counts: ArrayLike, last_month: int) -> tuple[Ints, Ints]:
    """What `control_charts` says of the last month of n series: the side of the signal (1, 0 or -1) and its months,
    1 for a month that itself stands out, more for a run. Without the charts, in half of the time."""
    series = _series(np.atleast_2d(np.asarray(counts, dtype=float)), last_month)
    side, length = np.zeros((2, len(series.counts)), dtype=np.int64)
    drawn = np.flatnonzero(series.drawn)
    if drawn.size:
        series = series.take(drawn)
        windows = _windows(series, reports=1)
        rows, months = np.arange(drawn.size), windows.length[:, 0]
        _, lower, upper = _limits(windows.fits, rows * windows.ends)
        single = _marked(series, lower, upper)[:, -1]
        of_run = np.sign(windows.z[rows, months - 1, months - 1]).astype(np.int64)
        side[drawn] = np.where(months > 0, of_run, single)
        length[drawn] = np.where(months > 0, months, np.abs(single))
    return side, length


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """n series as 48 columns: counts (0 where not known), what is known, and which are drawn, with a season or not."""

    counts: Floats
    known: Bools
    months: Ints
    drawn: Bools
    season: Bools
    days: Floats

    def take(self, rows: Ints) -> _Series:
        return _Series(
            self.counts[rows], self.known[rows], self.months[rows], self.drawn[rows], self.season[rows], self.days
        )


def _series(given: Floats, last_month: int) -> _Series:
    rows, columns = given.shape
    values = np.full((rows, HISTORY), np.nan)
    values[:, max(HISTORY - columns, 0) :] = given[:, max(columns - HISTORY, 0) :]
    known = np.logical_and.accumulate(~np.isnan(values[:, ::-1]), axis=1)[:, ::-1]
    values = np.where(known, values, 0.0)
    months = known.sum(axis=1)
    drawn = (months >= FEWEST_MONTHS) & (values.sum(axis=1) >= FEWEST_A_MONTH * months)
    calendar = (np.arange(HISTORY) - HISTORY + last_month) % 12
    return _Series(values, known, months, drawn, months >= FEWEST_WITH_SEASON, _DAYS[calendar])


@dataclass(frozen=True, slots=True, eq=False)
class _Fits:
    """Fits of references. `expected` is fits by 48 months, and `own` the variance (over the expected, squared) of a
    calendar month's own factor; `phi`, `degrees` and `memory` are one a fit, `covariance` is fits by 4 by 4."""

    expected: Floats
    own: Floats
    phi: Floats
    degrees: Floats
    memory: Floats
    covariance: Floats


def _fit(counts: Floats, reference: Bools, season: Bools, days: Floats) -> _Fits:
    """The robust quasi-Poisson fits of k references (flags, k by 48), and what they expect of all months."""
    prior = np.where(season[:, None], _PRIOR, _LEVEL_ALONE)
    parameters = np.where(season, _PARAMETERS, _PARAMETERS_OF_LEVEL)
    y, base = np.where(reference, counts, 0.0), reference.astype(float)
    beta = np.zeros((len(y), 4))
    beta[:, 0] = np.log(np.maximum(y.sum(axis=1), 0.5) / np.maximum((base * days).sum(axis=1), 1.0))

    def means() -> Floats:
        return np.asarray(np.exp(np.clip(beta @ _DESIGN.T, -7, 20)) * days)

    def information(weights: Floats, mu: Floats, phi: Floats) -> Floats:
        whole = ((weights * mu) @ _PRODUCTS).reshape(-1, 4, 4) / phi[:, None, None]
        whole[:, range(4), range(4)] += prior
        return np.asarray(whole)

    def newton(weights: Floats, phi: Floats, steps: int) -> None:
        for _ in range(steps):
            mu = means()
            slope = (weights * (y - mu)) @ _DESIGN / phi[:, None] - prior * beta
            step = np.linalg.solve(information(weights, mu, phi), slope[:, :, None])[:, :, 0]
            beta[:] += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)

    def residuals(of: Floats) -> tuple[Floats, Floats]:
        mu = means()
        pearson = (y - mu) / np.sqrt(mu)
        months = of.sum(axis=1)
        phi = (1.4826 * _medians(np.abs(pearson), of > 0)) ** 2 * months / np.maximum(months - parameters, 1.0)
        phi = np.maximum(phi, 1.0)
        return pearson / np.sqrt(phi[:, None]), phi

    newton(base, np.ones(len(y)), 3)
    for _ in range(5):
        z, phi = residuals(base)
        newton(base * np.minimum(1, _HUBER / np.maximum(np.abs(z), _HUBER)), phi, 1)
    z, phi = residuals(base)
    repeated = _repeated(z, reference) & season[:, None]
    base = base * ~np.tile(repeated, 4)
    weights = base
    for _ in range(3):
        z, phi = residuals(base)
        weights = base * np.minimum(1, (_OUTLYING / np.maximum(np.abs(z), _OUTLYING)) ** 2)
        newton(weights, phi, 2)
    mu = means()
    degrees = weights.sum(axis=1) - parameters
    phi = np.maximum((weights * (y - mu) ** 2 / mu).sum(axis=1) / np.maximum(degrees, 1.0), 1.0)
    level = (base * mu).sum(axis=1) / np.maximum(base.sum(axis=1), 1.0)
    phi = np.where(season, phi, np.maximum(phi, 1 + _UNKNOWN_SEASON * level))
    newton(weights, phi, 2)

    curve = means()
    expected, own = _with_factors(curve, y, reference, repeated, phi)
    z = np.where(reference, (y - expected) / np.sqrt(phi[:, None] * expected), 0.0)
    expected = _with_seen_once(expected, counts, z, reference, season)
    memory = _memory(np.clip(z, -_OUTLYING, _OUTLYING))
    covariance = np.asarray(np.linalg.inv(information(weights, curve, phi * (1 + memory) / (1 - memory))))
    return _Fits(expected, own, phi, np.maximum(degrees, 3.0), memory, covariance)


def _medians(values: Floats, of: Bools) -> Floats:
    """The median of each row's flagged values."""
    ranked = np.sort(np.where(of, values, np.inf), axis=1)
    number = np.maximum(of.sum(axis=1), 1)
    rows = np.arange(len(values))
    return np.asarray((ranked[rows, (number - 1) // 2] + ranked[rows, number // 2]) / 2)


def _repeated(z: Floats, reference: Bools) -> Bools:
    """The calendar months (k by 12, the first of the 48 columns first) that stood out on one side every time they
    were seen, twice or more: December with its parties."""
    by_year, seen = z.reshape(-1, 4, 12), reference.reshape(-1, 4, 12)
    times = seen.sum(axis=1)
    lowest = np.where(seen, by_year, np.inf).min(axis=1)
    highest = np.where(seen, by_year, -np.inf).max(axis=1)
    mean = np.where(seen, by_year, 0.0).sum(axis=1) / np.maximum(times, 1)
    one_side = (lowest >= _REPEATED) | (highest <= -_REPEATED)
    return np.asarray((times >= 2) & one_side & (np.abs(mean) >= _REPEATED_MEAN))


def _with_factors(curve: Floats, y: Floats, reference: Bools, repeated: Bools, phi: Floats) -> tuple[Floats, Floats]:
    """The expected months, repeated ones by their own factor, and the relative variance that the factor adds."""
    observed = np.maximum(y.reshape(-1, 4, 12).sum(axis=1), 0.5)
    expected = (curve * reference).reshape(-1, 4, 12).sum(axis=1)
    factor = np.where(repeated, observed / np.where(repeated, expected, 1.0), 1.0)
    own = np.where(repeated, phi[:, None] / observed, 0.0)
    return curve * np.tile(factor, 4), np.tile(own, 4)


def _with_seen_once(expected: Floats, counts: Floats, z: Floats, reference: Bools, season: Bools) -> Floats:
    """The expected months; a month after the reference whose calendar month stood out the one time it was seen is
    judged by the nearer of the curve and that month, where it lies on the same side."""
    seen = reference.reshape(-1, 4, 12)
    once = np.tile((seen.sum(axis=1) == 1) & season[:, None], 4) & ~reference
    before = np.tile(np.where(seen, z.reshape(-1, 4, 12), 0.0).sum(axis=1), 4)
    ratio = np.tile(np.where(seen, (counts / expected).reshape(-1, 4, 12), 0.0).sum(axis=1), 4)
    other = expected * ratio
    same_side = (counts - expected) * before > 0
    nearer = np.abs(counts - other) < np.abs(counts - expected)
    return np.where(once & (np.abs(before) >= _SEEN_ONCE) & same_side & nearer & (other > 0), other, expected)


def _memory(z: Floats) -> Floats:
    """How much a month's residual says of the next, made larger for what fitting takes out of it; 0 to 0.8."""
    lag = (z[:, 1:] * z[:, :-1]).sum(axis=1) / np.maximum((z**2).sum(axis=1), 1e-12)
    return np.asarray(np.clip(0.1 + 1.5 * lag, 0.0, 0.8))


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """The sums of 1 to 12 months after each reference, and the run that each report would call.

    There are `ends` fits a series, the first with all months but the last as its reference and each next one with a
    month less. `z`, `observed` and `expected` are series by fits by months summed less 1. `length` is series by
    reports: the months of the run called in the last month, the month before it and so on, 0 without one.
    """

    ends: int
    fits: _Fits
    z: Floats
    observed: Floats
    expected: Floats
    length: Ints


def _windows(series: _Series, reports: int) -> _Windows:
    rows, ends = len(series.counts), reports + LONGEST_RUN - 1
    end = HISTORY - 1 - np.arange(ends)
    enough = (series.months[:, None] - HISTORY + end >= SHORTEST_REFERENCE) & series.season[:, None]
    end_or_all = np.where(enough, end, HISTORY - 1)
    reference = (series.known[:, None, :] & (np.arange(HISTORY) < end_or_all[:, :, None])).reshape(-1, HISTORY)
    counts = np.repeat(series.counts, ends, axis=0)
    fits = _fit(counts, reference, np.repeat(series.season, ends), series.days)
    after = np.tile(end, rows)[:, None] + np.arange(LONGEST_RUN)
    inside = after < HISTORY
    after = np.minimum(after, HISTORY - 1)
    y = np.where(inside, np.take_along_axis(counts, after, axis=1), 0.0)
    mu = np.where(inside, np.take_along_axis(fits.expected, after, axis=1), 0.0)
    observed, expected = y.cumsum(axis=1), mu.cumsum(axis=1)
    variance = _variance(fits, mu, np.take_along_axis(fits.own, after, axis=1), after)
    z = _normal(_deviation(observed, expected, variance), fits.degrees[:, None])
    called = inside & enough.reshape(-1, 1) & (np.abs(z) >= RUN_LIMIT) & ((y - mu) * z > 0)
    called &= _one_piece(observed, expected, fits.phi)
    called[:, 0] = False

    shape = (rows, ends, LONGEST_RUN)
    strength = np.where(called, np.abs(z), 0.0).reshape(shape)
    report, months = np.arange(reports)[:, None], np.arange(LONGEST_RUN)
    strength = strength[:, report + months, months]
    strength[series.months[:, None] - np.arange(reports) < FEWEST_WITH_SEASON] = 0.0
    length = np.where(strength.max(axis=2) > 0, strength.argmax(axis=2) + 1, 0)
    return _Windows(ends, fits, z.reshape(shape), observed.reshape(shape), expected.reshape(shape), length)


def _variance(fits: _Fits, mu: Floats, own: Floats, after: Ints) -> Floats:
    """The variance of the sums of the first 1 to 12 months of `mu` (fits by 12): chance and its memory, the fit's, and
    that of the level at best."""
    lengths, lags = np.arange(1, LONGEST_RUN + 1)[:, None], np.arange(1, LONGEST_RUN)
    fading = np.maximum(1 - lags / lengths, 0)
    memory = 1 + 2 * (fits.memory[:, None] ** lags) @ fading.T
    slopes = (mu[:, :, None] * _DESIGN[after]).cumsum(axis=1)
    of_fit = ((slopes @ fits.covariance) * slopes).sum(axis=2)
    sums = mu.cumsum(axis=1)
    of_level = (LEVEL_ERROR * sums) ** 2 + (mu**2 * own).cumsum(axis=1)
    return np.asarray(fits.phi[:, None] * sums * memory + of_fit + of_level)


def _deviation(observed: Floats, expected: Floats, variance: Floats) -> Floats:
    """How far counts lie from what is expected, in standard deviations, on the scale of the power 2/3."""
    mean = np.maximum(expected, 1e-9)
    return np.asarray((observed ** (2 / 3) - mean ** (2 / 3)) / (2 / 3 * mean ** (-1 / 3) * np.sqrt(variance + 1e-18)))


def _normal(t: Floats, degrees: Floats) -> Floats:
    """Deviates of t on so many degrees as those of the normal curve (Wallace's approximation)."""
    return np.asarray(np.sign(t) * np.sqrt(degrees * np.log1p(t * t / degrees)) * (8 * degrees + 1) / (8 * degrees + 3))


def _one_piece(observed: Floats, expected: Floats, phi: Floats) -> Bools:
    """Whether no first part of the months summed (fits by 12) differs from the rest as much as runs from nothing."""
    whole_o, whole_s = observed[:, :, None], expected[:, :, None]
    first_o, first_s = observed[:, None, :], expected[:, None, :]
    split = np.tri(LONGEST_RUN, k=-1, dtype=bool)
    rest_o, rest_s = whole_o - first_o, np.where(split, whole_s - first_s, 1.0)
    first_s = np.maximum(first_s, 1e-9)
    rest_s = np.maximum(rest_s, 1e-9)
    level = np.maximum(whole_o / np.maximum(whole_s, 1e-9), 1e-9)
    difference = first_o / first_s - rest_o / rest_s
    differ = np.abs(difference) >= RUN_LIMIT * np.sqrt(phi[:, None, None] * level * (1 / first_s + 1 / rest_s))
    return np.asarray(~(differ & split).any(axis=2))


def _limits(fits: _Fits, rows: Ints) -> tuple[Floats, Floats, Floats]:
    """Expected level, lower and upper limit of all 48 months by the fits in `rows`, rounded to 6 decimals."""
    mu, degrees = fits.expected[rows], fits.degrees[rows, None]
    memoryless = fits.phi[rows, None] * mu + mu**2 * (fits.own[rows] + LEVEL_ERROR**2)
    of_fit = mu**2 * ((_DESIGN @ fits.covariance[rows]) * _DESIGN).sum(axis=2)
    deviate = np.sqrt(degrees * np.expm1((OUTER * (8 * degrees + 3) / (8 * degrees + 1)) ** 2 / degrees))
    reach = deviate * 2 / 3 * mu ** (-1 / 3) * np.sqrt(memoryless + of_fit)
    lower, upper = np.maximum(mu ** (2 / 3) - reach, 0.0) ** 1.5, (mu ** (2 / 3) + reach) ** 1.5
    return mu.round(_DECIMALS), lower.round(_DECIMALS), upper.round(_DECIMALS)


def _marked(series: _Series, lower: Floats, upper: Floats) -> Ints:
    able = series.known & series.drawn[:, None]
    return np.where(able, (series.counts > upper).astype(np.int64) - (series.counts < lower), 0)


def _charts(series: _Series, columns: int) -> list[ControlChart]:
    windows = _windows(series, reports=LONGEST_RUN)
    rows = np.arange(len(series.counts))
    fits = rows * windows.ends + np.maximum(windows.length[:, 0] - 1, 0)
    lines = _limits(windows.fits, fits)
    marked = _marked(series, lines[1], lines[2])
    wide = np.full((3, len(rows), max(columns, HISTORY)), np.nan)
    wide[:, :, -HISTORY:] = np.where(series.known, lines, np.nan)
    marks = np.zeros(wide.shape[1:], dtype=np.int64)
    marks[:, -HISTORY:] = marked
    shift = columns - HISTORY
    charts = []
    for row in range(len(rows)):
        expected, lower, upper = wide[:, row, -columns:]
        now, ended = _runs(series, windows, row, shift)
        season = bool(series.season[row])
        charts.append(ControlChart(expected, lower, upper, marks[row, -columns:], season, now, ended))
    return charts


def _blank(columns: int) -> ControlChart:
    nothing = np.full(columns, np.nan)
    return ControlChart(nothing, nothing, nothing, np.zeros(columns, dtype=np.int64), False, None, ())


def _runs(series: _Series, windows: _Windows, row: int, shift: int) -> tuple[Run | None, tuple[Run, ...]]:
    """The run of the last month, and those of the year that are over, the latest first. Of calls that share months
    the latest counts; one that is neither over nor called any more has become the level."""
    now, ended, earliest = None, [], HISTORY + shift
    for report in np.flatnonzero(windows.length[row]):
        run, over = _run(series, windows, row, int(report), shift)
        if run.last >= earliest:
            continue
        earliest = run.first
        if report == 0:
            now = run
        elif over:
            ended.append(run)
    return now, tuple(ended)


def _run(series: _Series, windows: _Windows, row: int, report: int, shift: int) -> tuple[Run, bool]:
    """The run called so many reports ago, and whether it is over."""
    months = int(windows.length[row, report])
    fit, last = report + months - 1, HISTORY - 1 - report
    observed, expected = float(windows.observed[row, fit, months - 1]), float(windows.expected[row, fit, months - 1])
    side = 1 if observed > expected else -1
    since = float(series.counts[row, last + 1 :].sum())
    of_since = float(windows.fits.expected[row * windows.ends + fit, last + 1 :].sum())
    over = of_since > 0 and _over(
        side, (observed, expected), (since, of_since), windows.fits.phi[row * windows.ends + fit]
    )
    first = last - months + 1
    return Run(first + shift, last + shift, side, observed, round(expected, _DECIMALS)), over


def _over(side: int, run: tuple[float, float], since: tuple[float, float], phi: float) -> bool:
    """Whether a run has ended: the months since, observed and expected by the same fit, lie out on its side by less
    than half as much, and by less than chance would make of the same level."""
    of_run, of_since = run[0] / run[1], since[0] / since[1]
    level = (run[0] + since[0]) / (run[1] + since[1])
    chance = sqrt(phi * level * (1 / run[1] + 1 / since[1]))
    return side * (of_since - 1) < side * (of_run - 1) / 2 and side * (of_run - of_since) >= ENDED_LIMIT * chance
