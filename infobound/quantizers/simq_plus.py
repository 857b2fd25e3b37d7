"""SimQ+: the average of k draws of SimQ, sent as one integer point of an l_1 ball."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from infobound.bounds.simq import (
    Code,
    Sampling,
    fewest_draws,
    mean_squared_error,
    paper_draws,
    precision,
    rounding_variance,
    worst_mean_squared_error,
    worst_second_moment,
)
from infobound.numerics.arguments import argument_error, real, whole
from infobound.numerics.norms import lp_norm
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng
from infobound.quantizers.domains import Domain, LpBall
from infobound.quantizers.simq import chunks, one_vector, workable_radius
from infobound.quantizers.simq_codes import field_widths, read_points, write_points
from infobound.quantizers.simq_sampling import (
    iid_counts,
    iid_law,
    systematic_counts,
    systematic_law,
)

_MOST_DRAWS = 2**24


@dataclass(frozen=True)
class SimQPlus:
    """(R/k) x with x an integer point, |x|_1 <= k, and R = B d^(1/p); for |y|_q <= B, 1/p + 1/q = 1.

    |x_i| counts how often k draws of SimQ with radius R hit coordinate i, so that Q is the average
    of the draws: Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 4.2. Unbiased, since
    |y|_1 <= R by Hoelder's inequality. With independent draws

        E|Q(y) - y|_2^2 = (R |y|_1 - |y|_2^2) / k,     E|Q(y)|_2^2 <= B^2 (1 + (d^(2/p) - 1) / k),

    the second for p >= 2 and where the paper prints d^(2/p) / k. For p < 2 the quantizer is
    unbiased still, but |y|_2 may exceed B and optimization over l_p balls asks for E|Q|_q^2; the
    paper uses another scheme there.

    Systematic draws (not in the paper) round k |y_i| / R up or down, all from one uniform number:
    the same points and the same bits, and an error (R/k)^2 sum f_i (1 - f_i), f_i the fractional
    part of k |y_i| / R, which is never larger. The coordinates of one output are then correlated,
    so the variance in a single direction can be larger.

    Parameters
    ----------
    p : float
        Of the ball that is optimized over, 1 <= p <= inf; gradients are bounded in l_q.
    radius : float
        B > 0, in units of y.
    draws : int, optional
        k, at most 2^24. By default ceil(d^(2/p)), the paper's choice; see `draws_at`, and
        `with_slack` for the fewest that Theorem 3.1 of the paper can do with.
    sampling : {"iid", "systematic"}
        How the draws are made.
    code : {"delannoy", "type-sign"}
        How x is sent. "delannoy" numbers the points of the ball, the fewest bits of a fixed length;
        "type-sign" is the paper's code: the type of the draws, then a sign for each coordinate that
        was drawn, in min(k, d) bits of which the unused ones are 0.

    Raises
    ------
    ArgumentError
        By every method for |y|_q > B, by `decode` for bits that are no codeword.

    Examples
    --------
    >>> SimQPlus(p=2).bits(256), SimQPlus(p=2, code="type-sign").bits(256)
    (647, 764)
    >>> SimQPlus.with_slack(256).bits(256)
    105
    """

    p: float = 2.0
    radius: float = 1.0
    draws: int | None = None
    sampling: Sampling = "iid"
    code: Code = "delannoy"
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        p = self.p if self.p == math.inf else real("p", self.p)
        if p < 1:
            raise argument_error("p", p, "from 1 to inf")
        object.__setattr__(self, "p", p)
        object.__setattr__(self, "radius", workable_radius("radius", self.radius))
        if self.draws is not None:
            object.__setattr__(self, "draws", whole("draws", self.draws, most=_MOST_DRAWS))
        if self.sampling not in ("iid", "systematic"):
            raise argument_error("sampling", self.sampling, "'iid' or 'systematic'")
        if self.code not in ("delannoy", "type-sign"):
            raise argument_error("code", self.code, "'delannoy' or 'type-sign'")

    @classmethod
    def with_slack(
        cls,
        d: int,
        p: float = 2.0,
        radius: float = 1.0,
        *,
        factor: float = 4.0,
        sampling: Sampling = "iid",
        code: Code = "delannoy",
    ) -> Self:
        """With the fewest draws that keep E|Q(y)|_2^2 <= (factor B)^2 in d coordinates, p >= 2."""
        draws = fewest_draws(dimension=d, p=p, factor=factor)
        return cls(p, radius, draws, sampling, code)

    @property
    def domain(self) -> Domain:
        """|y|_q <= radius, q = p / (p - 1)."""
        q = math.inf if self.p == 1 else 1.0 if math.isinf(self.p) else self.p / (self.p - 1)
        return LpBall(q, self.radius)

    def draws_at(self, d: int) -> int:
        """k for vectors of d coordinates."""
        if self.draws is not None:
            whole("d", d)
            return self.draws
        remedy = "Give fewer draws."
        return whole("draws", paper_draws(dimension=d, p=self.p), most=_MOST_DRAWS, remedy=remedy)

    def l1_radius(self, d: int) -> float:
        """R = B d^(1/p), in units of y."""
        return float(self.radius * whole("d", d) ** (1 / self.p))

    def bits(self, d: int) -> int:
        """ceil(log2 Delannoy(d, k)), or ceil(log2 C(d + k, k)) + min(k, d) with signs apart."""
        return precision(dimension=d, draws=self.draws_at(d), code=self.code)

    def variance_bound(self, d: int) -> ErrorBound:
        """The largest error over the domain, reached at flat y; the same for every p.

        R^2 (1 - 1/d) / k for independent draws (R^2 / (4k) for d = 1); for systematic ones
        R^2 (1 - k/d) / k, and R^2 d / (4 k^2) from k = d/2 on.
        """
        worst = worst_mean_squared_error(
            dimension=d,
            radius=self.l1_radius(d),
            draws=self.draws_at(d),
            sampling=self.sampling,
        )
        return ErrorBound(worst)

    def second_moment_bound(self, d: int) -> float:
        """B^2 (1 + (d^(2/p) - 1) / k) >= E|Q(y)|_2^2 for p >= 2; see `bounds.simq` for p < 2.

        There it bounds E|Q(y)|_q^2 too, as q > 2. Systematic draws do no worse.
        """
        draws = self.draws_at(d)
        return worst_second_moment(dimension=d, p=self.p, draws=draws, bound=self.radius)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2, exactly; y is (..., d), shape (...)."""
        values = self.domain.check("y", y)
        radius, draws = self._scale(values)
        if self.sampling == "iid":
            squares: Floats = np.einsum("...i,...i->...", values, values)
            return mean_squared_error(
                norm1=lp_norm(values, 1.0), norm2_squared=squares, radius=radius, draws=draws
            )
        places = np.abs(values) / radius * draws
        step = radius / draws
        error: Floats = step * step * np.sum(rounding_variance(places), axis=-1)
        return error

    def law(self, y: npt.ArrayLike) -> Law:
        """Every output with its probability, at most 10^6 of them; y of shape (d,)."""
        values = one_vector(self.domain.check("y", y))
        radius, draws = self._scale(values)
        listed = iid_law if self.sampling == "iid" else systematic_law
        counts, probability = listed(np.abs(values) / radius, draws)
        return Law(self._values(_signed(counts, values)), probability)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send the integer point x for each vector of y (..., d)."""
        values = self.domain.check("y", y)
        d = values.shape[-1]
        points = self._draw(values, rng).reshape(-1, d)
        fields = [
            (field.reshape(*values.shape[:-1], field.shape[1]), 1)
            for field in write_points(points, self.draws_at(d), self.code)
        ]
        return Message.join(fields, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """(R/k) x, shape (..., d)."""
        d = message.accept(self)
        draws = self.draws_at(d)
        widths = field_widths(d, draws, self.code)
        numbers, signs = (
            field.reshape(message.count, width)
            for field, width in zip(
                message.split([(width, 1) for width in widths]), widths, strict=True
            )
        )
        points = read_points(numbers, signs, d, draws, self.code)
        return self._values(points.reshape(message.shape))

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._values(self._draw(self.domain.check("y", y), rng))

    def _scale(self, values: Floats) -> tuple[float, int]:
        d = values.shape[-1]
        return self.l1_radius(d), self.draws_at(d)

    def _draw(self, values: Floats, rng: Rng) -> Ints:
        generator = np.random.default_rng(rng)
        radius, draws = self._scale(values)
        rows = values.reshape(-1, values.shape[-1])
        points = np.zeros(rows.shape, dtype=np.int64)
        for part in chunks(rows, draws):
            weights = np.abs(rows[part]) / radius
            if self.sampling == "iid":
                counts = iid_counts(weights, draws, generator)
            else:
                counts = systematic_counts(weights, draws, generator.random(len(weights)))
            points[part] = _signed(counts, rows[part])
        return points.reshape(values.shape)

    def _values(self, points: Ints) -> Floats:
        d = points.shape[-1]
        return points.astype(np.float64) * (self.l1_radius(d) / self.draws_at(d))


def _signed(counts: Ints, values: Floats) -> Ints:
    points: Ints = np.where(values < 0, -counts, counts)
    return points
