"""What random codebooks reach: Shannon's argument at finite length, as a number."""

from infobound.numerics.arguments import whole
from infobound.numerics.largest_projection import expected_largest_cosine, mean_norm


def random_codebook_efficiency(bits: int, dimension: int) -> float:
    """Tr I_M s^2 / d that some codebook of 2^bits unit vectors keeps, at least.

    M is the number of the vector with the largest inner product with X ~ N(theta, s^2 I_d), at
    theta = 0. E[X | M] is at least as long as its projection on c_M, so Tr I_M s^2 is at least
    (E max_m <Z, c_m>)^2. On average over uniformly random codebooks the mean is E|Z| times that of
    the largest cosine, and some codebook is as good as the average. As d grows at fixed
    R = bits / d the value tends to 1 - 4^-R (Sakrison 1968).

    Parameters
    ----------
    bits : int
        B, 1 to 40.
    dimension : int
        d, 2 to 2^20.

    Returns
    -------
    float, by quadrature.

    Examples
    --------
    >>> round(random_codebook_efficiency(24, 24), 4)
    0.7086
    """
    count = 1 << whole("bits", bits, most=40)
    d = whole("dimension", dimension, least=2, most=2**20)
    return (mean_norm(d) * expected_largest_cosine(count, d)) ** 2 / d
