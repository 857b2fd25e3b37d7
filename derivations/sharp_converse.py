"""The sharp converse: bits that locate theta are not left to tell the noise apart.

Setting. theta has a density of information J = d j and entropy power N. Round t: X_t ~ N(theta,
s^2 I_d) fresh, M_t in {1, ..., 2^B} is a function of X_t, the earlier messages and public coins U;
encoders keep no earlier X. D = E||theta_hat - theta||^2/d. Then

    1/D <= j + (T/s^2) (1 - 4^-r),        r = B/d - [log2(N/D)]_+/(2 T).                    (C)

Gaussian prior: j = 1/tau^2, N = tau^2, the Gaussian CEO outer bound (Oohama 1998; Prabhakaran, Tse
and Ramchandran 2004), here for every finite d and T and for interactive messages. cos^2 prior on a
cube: j = pi^2/L^2, N = 8 L^2/(pi e^3), and (C) is minimax. Logs below are natural; G = 4^(-B/d).
"""

import math

from sympy import Integer, Rational, diff, exp, eye, log, ones, pi, symbols

from infobound.bounds.bit_oracle import BitOracle, sharp
from infobound.bounds.priors import CubePrior, GaussianPrior
from infobound.bounds.sharp_converse import sharp_error, sharp_rounds
from infobound.checking import Claim, Step, Zero

d = symbols("d", integer=True, positive=True)
B, D, G, N, R, T, j, s, tau, L = symbols("B D G N R T j s tau L", positive=True)
p, q0, q1, noise, rate, v, level, mean, c = symbols("p q_0 q_1 n rho v D_U m c", positive=True)
h, u, x = symbols("h u x", real=True)

PLACE = log(N / D) / (2 * T * log(2))  # bits per coordinate and round that locate theta
r = B / d - PLACE


def entropy(*probabilities):
    return -sum(probability * log(probability) for probability in probabilities)


def right_side(rounds, fraction):
    """(C), with 4^-r = fraction (N/D)^(1/rounds)."""
    return j + rounds / s**2 * (1 - fraction * (N / D) ** (1 / rounds))


remote = tau**2 * s**2 / (tau**2 + s**2)  # error of the posterior mean of one sample
Y = tau**2 * ones(2, 2) + (s**2 + noise) * eye(2)  # covariance of two noisy observations


def ln4(rate):
    """Bits per coordinate and round as the code takes them."""
    return rate * math.log(4)


def noise_power(D, R, T, information, power):
    """s^2 for which (C) holds with equality, refused where it has no solution."""
    place = math.log(power / D)
    usable, need = -math.expm1(place / T - ln4(R)), 1 / D - information
    if not (usable > 0 and need > 0):
        raise ValueError("no noise makes (C) an equality here")
    return T * usable / need


def least_error(D, R, T, information, power):
    """The code's D for the noise that makes D, R, T a solution of (C)."""
    noise = noise_power(D, R, T, information, power)
    return sharp_error(T, ln4(R), information, power, noise)


def least_rounds(D, R, T, information, power):
    """The code's T for the same noise."""
    need = noise_power(D, R, T, information, power) * (1 / D - information)
    return sharp_rounds(need, ln4(R), math.log(power / D))


def oracle(D, R, T, d, tau):
    """Gaussian prior, d coordinates, the same noise."""
    noise_std = math.sqrt(noise_power(D, R, T, tau**-2, tau**2))
    return BitOracle(dimension=d, bits=R * d, noise_std=noise_std, prior=GaussianPrior(tau))


def cube(L):
    """The code's J/d and N of the cos^2 prior."""
    return CubePrior(L).information(1), CubePrior(L).entropy_power(1)


def noise_at(information, power):
    """(C) with equality, solved for s^2: what the code is held against."""
    return T * (1 - 4**-R * (power / D) ** (1 / T)) / (1 / D - information)


RANGES = {D: (Rational(1, 64), 1), R: (Rational(1, 8), 8), T: (1, 40)}

CLAIM = Claim(
    "sharp_converse",
    source="Oohama 1998; Prabhakaran, Tse and Ramchandran 2004 (Gaussian CEO); interactive form here",
    latex=r"\frac1D\le\frac Jd+\frac T{s^2}\bigl(1-4^{-r}\bigr),\qquad "
    r"r=\frac Bd-\frac1{2T}\Bigl[\log_2\frac ND\Bigr]_+",
    statement="With T memoryless B-bit messages the squared error D per coordinate obeys "
    "1/D <= J/d + (T/s^2)(1 - 4^-r), r = B/d - [log2(N/D)]_+/(2T).",
    hypotheses=(
        "X_t ~ N(theta, s^2 I_d), independent",
        "encoders keep no earlier X",
        "T fixed in advance",
        "prior of finite information and entropy",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "van_trees",
        "Given U: 1/D_U <= j + (1/d) E Tr I_{M^T}(theta)",
        claim="van_trees",
    ),
    Step.identity(
        "average_over_coins",
        1 / level - (2 / D - level / D**2),
        (level - D) ** 2 / (level * D**2),
        because="1/D_U lies above its tangent at D = E D_U, so 1/D <= E 1/D_U: step 1 holds on average.",
    ),
    Step.lemma(
        "chain_rule",
        "Tr I_{M^T} = sum_t E Tr I_{M_t|M^{t-1}}, and X_t given theta and the past is N(theta, s^2 I)",
        claim="transcript_chain_rule",
    ),
    Step.lemma(
        "fisher_message",
        "Tr I_M = (d s^2 - E||X - E[X|M]||^2)/s^4 for every channel",
        claim="fisher_message",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, hence ln y <= y - 1, hence E_p ln(r/p) <= 0 for "
        "densities p, r (steps log_tangent and gibbs of the derivation fisher_trace).",
    ),
    Step.identity(
        "message_comparison",
        -d * log(2 * pi * c) / 2
        - d * c / (2 * c)
        + d * log(2 * pi * s**2) / 2
        + d * s**2 / (2 * s**2),
        -d * log(c / s**2) / 2,
        because="Step 3, at fixed theta and past: with c = mmse(X_t|M_t)/d, comparing "
        "with N(E[X_t|M_t], c I): I(X_t;M_t) >= (d/2) ln(s^2/c). So Tr I_{M_t} = d (s^2 - c)/s^4 <= "
        "(d/s^2)(1 - exp(-2 I/d)) = (d/s^2)(1 - e^-x) with x = 2 I(X_t;M_t|theta, past)/d.",
    ),
    Step.identity(
        "jensen",
        (1 - exp(-mean)) + exp(-mean) * (u - mean) - (1 - exp(-u)),
        exp(-mean) * (exp(-(u - mean)) - 1 + (u - mean)),
        because="By log_tangent the right side is >= 0: 1 - e^-x is below its tangent at the mean m, so "
        "averaging over the past, theta, U and t: (1/d) Tr I_{M^T} <= (T/s^2)(1 - e^-m) with m the "
        "mean of 2 I(X_t;M_t|theta, M^{t-1}, U)/d.",
    ),
    Step.identity(
        "entropy_chain",
        entropy(p * q0, p * (1 - q0), (1 - p) * q1, (1 - p) * (1 - q1)),
        entropy(p, 1 - p) + p * entropy(q0, 1 - q0) + (1 - p) * entropy(q1, 1 - q1),
        when={p: (0, 1), q0: (0, 1), q1: (0, 1)},
        because="Step 4: I(X_t;M_t|theta, past) <= H(M_t|theta, past), and these add up to "
        "H(M^T|theta, U) (two rounds of one bit here, the others by induction), which is "
        "H(M^T|U) - I(theta;M^T|U) <= T B ln 2 - I(theta;M^T|U).",
    ),
    Step.identity(
        "prior_comparison",
        d * h - d * log(2 * pi * D) / 2 - d * D / (2 * D),
        d * log(exp(2 * h) / (2 * pi * exp(1)) / D) / 2,
        because="Step 5: comparing the posterior of theta with N(theta_hat, D I), I(theta;M^T|U) >= "
        "(d/2) ln(N/D), and it is >= 0: hence [.]_+ (derivation communication).",
    ),
    Step.identity(
        "theorem",
        j + T / s**2 * (1 - 4**-r),
        right_side(T, exp(-2 * (T * B * log(2)) / (T * d))),
        because="m <= 2 (T B ln 2 - (d/2) ln(N/D))/(T d), that is 1 - e^-m <= 1 - 4^-r with r as "
        "stated, and e^-m = 4^(-B/d) (N/D)^(1/T): (C).",
    ),
    Step.identity(
        "monotone_in_error",
        diff(right_side(T, G) - 1 / D, D),
        G * (N / D) ** (1 / T) / (s**2 * D) + 1 / D**2,
        because="Right minus left side of (C) increases in D: the smallest D allowed is one root.",
    ),
    Step.identity(
        "slope_in_rounds",
        diff(T * (1 - G * exp(x / T)), T),
        (1 - G) + G * (1 - exp(u) * (1 - u)).subs(u, x / T),
        because="x = ln(N/D). The usable information T (1 - 4^-r) has this slope in T ...",
    ),
    Step.integral(
        "monotone_in_rounds",
        u**2 * v * exp(u * v),
        (v, 0, 1),
        1 - exp(u) * (1 - u),
        antiderivative=(u * v - 1) * exp(u * v),
        because="... which is at least 1 - G > 0, the integrand being >= 0: the smallest T allowed for a "
        "target D is one root too.",
    ),
    Step.inequality(
        "monotone_in_rounds_tight",
        1 - exp(u) * (1 - u),
        over={u: (-4, 4)},
        zero=Zero(at={u: 0}, order=2, leading=Rational(1, 2)),
        because="The slope is exactly 1 - G where no bit locates theta, x = 0.",
    ),
    Step.identity(
        "above_rate_distortion",
        (j + T / s**2 * (1 - G)) - right_side(T, G),
        T / s**2 * G * ((N / D) ** (1 / T) - 1),
        because="Without step 5 (r = B/d): the rate-distortion bound, weaker since N/D >= 1. It implies "
        "the product form (derivation product).",
    ),
    Step.identity(
        "above_communication",
        d * T * r,
        T * B - d * log(N / D) / (2 * log(2)),
        because="1/D > j needs r > 0, so T B > (d/2) log2(N/D): the communication bound, strictly.",
    ),
    Step.identity(
        "one_round",
        right_side(Integer(1), G)
        .subs({j: 1 / tau**2, N: tau**2})
        .subs(D, remote + (tau**2 - remote) * G),
        1 / (remote + (tau**2 - remote) * G),
        because="T = 1, Gaussian prior: (C) is solved by D = mmse + (tau^2 - mmse) 4^(-B/d), the remote "
        "rate-distortion function (Dobrushin and Tsybakov 1962).",
    ),
    Step.identity(
        "gaussian_scheme",
        [
            log((Y.det() / noise**2).subs(noise, s**2 / (exp(2 * rate) - 1))) / 2,
            1 / (tau**2 - tau**4 * (ones(1, 2) * Y.inv() * ones(2, 1))[0]),
        ],
        [
            2 * rate + log(tau**2 * (1 / tau**2 + 2 / s**2 * (1 - exp(-2 * rate)))) / 2,
            1 / tau**2 + 2 / (s**2 + noise),
        ],
        because="Tightness, T = 2: describing X_t + N(0, n) with 1/(s^2 + n) = (1 - e^(-2 rho))/s^2 takes "
        "T rho + (1/2) ln(tau^2/D) nats in all, and leaves 1/D = 1/tau^2 + T/(s^2 + n): equality in "
        "(C) with r = rho/ln 2. Berger-Tung coding reaches this sum rate as d grows.",
    ),
    Step.identity(
        "cosine_entropy_power",
        exp(2 * log(4 * L / exp(1))) / (2 * pi * exp(1)),
        8 * L**2 / (pi * exp(3)),
        because="The density (1/L) cos^2(pi x/(2 L)) has entropy ln(4 L/e) (derivation "
        "prior_information) and j = pi^2/L^2.",
    ),
    Step.code(
        "bound_code",
        d * noise_at(1 / tau**2, tau**2),
        lambda D, R, T, d, tau: (
            noise_power(D, R, T, tau**-2, tau**2)
            * (sharp(oracle(D, R, T, d, tau), rounds=T).value / D)
        ),
        at={**RANGES, tau: (1, 8), d: (1, 40)},
        because="Gaussian prior: take D, R = B/d, T, tau and solve (C) for s^2. With this noise the "
        "code must give back d D, so noise times (code's d D)/D is d times the noise ...",
    ),
    Step.code(
        "bound_rounds_code",
        d * noise_at(1 / tau**2, tau**2),
        lambda D, R, T, d, tau: (
            d
            * noise_power(D, R, T, tau**-2, tau**2)
            * (sharp(oracle(D, R, T, d, tau), error=d * D).value / T)
        ),
        at={**RANGES, tau: (1, 8), d: (1, 40)},
        because="... and T back.",
    ),
    Step.code(
        "cube_error_code",
        noise_at(pi**2 / L**2, 8 * L**2 / (pi * exp(3))),
        lambda D, R, T, L: noise_power(D, R, T, *cube(L)) * (least_error(D, R, T, *cube(L)) / D),
        at={**RANGES, L: (4, 16)},
        because="cos^2 prior on the cube, with J/d and N as derived.",
    ),
    Step.code(
        "cube_rounds_code",
        noise_at(pi**2 / L**2, 8 * L**2 / (pi * exp(3))),
        lambda D, R, T, L: noise_power(D, R, T, *cube(L)) * (least_rounds(D, R, T, *cube(L)) / T),
        at={**RANGES, L: (4, 16)},
    ),
]
