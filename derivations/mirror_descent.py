"""Stochastic mirror descent with |x|_a^2 / (2 (a - 1)): its constant, and the best exponent.

Setting. psi(x) = |x|_a^2 / (2 (a - 1)), 1 < a <= 2, 1/a + 1/b = 1, D_psi(u, x) = psi(u) - psi(x) -
<grad psi(x), u - x>. f convex on a closed convex X, x* a minimiser, x_1 = 0 in X, |x*|_a <= R. What is
received in round t has a subgradient at x_t for its mean given the past, and E|g_t|_b^2 <= G^2; x_{t+1}
minimises eta <g_t, x> + D_psi(x, x_t) over X. The answer is the average. Then

    E f(average) - min f  <=  R^2 / (2 (a - 1) eta T) + eta G^2 / 2  =  R G / sqrt((a - 1) T)

at eta = R / (G sqrt((a - 1) T)). On a symmetric X of l_p diameter D, p <= a, and with E|g_t|_q^2 <=
alpha^2 this is (D/2) alpha d^{1/p - 1/a} / sqrt((a - 1) T); from another start, psi centred there, D in
place of D/2. The best a is max(p, 1/(1 - s)), s (1 - s) = 1 / (2 ln d), and the error is at most
D alpha sqrt(e ln d / (2 T)) for every p in [1, 2), d >= 3 (ln d >= 1).
"""

from sympy import E, Matrix, Rational, diff, exp, log, sqrt, symbols

from infobound.bounds.first_order import descent_error, mirror_descent_error, mirror_exponent
from infobound.checking import Claim, Step, Zero

R, D, G, alpha, eta, T, a, r = symbols("R D G alpha eta T a r", positive=True)
d = symbols("d", integer=True, positive=True)
p, s, L = symbols("p s L", positive=True)
x1, x2, c, w = symbols("x1 x2 c w", positive=True)
v1, v2, y = symbols("v1 v2 y", real=True)
A1, A2, B1, B2 = symbols("A1 A2 B1 B2", positive=True)
n_x, g_b = symbols("n g", positive=True)  # |x_t - x_{t+1}|_a and |g_t|_b
ux, uy, yx, gap = symbols("D_ux D_uy D_yx gap", real=True)
psi_u, psi_x, psi_y = symbols("psi_u psi_x psi_y", real=True)
k = symbols("k1:5", real=True)  # D_psi(x*, x_t), t = 1, 2, 3, 4

vectors = {name: Matrix(symbols(f"{name}1:3", real=True)) for name in ("u", "z", "n", "px", "pz")}
point_u, point_x, point_y, grad_x, grad_y = vectors.values()


def bregman(
    psi_left: object, psi_right: object, grad: Matrix, left: Matrix, right: Matrix
) -> object:
    """D_psi(left, right), with the values and the gradient of psi left free."""
    return psi_left - psi_right - (grad.T * (left - right))[0]


# psi for two positive coordinates; signs only reflect it.
POWERS = x1**a + x2**a
psi = POWERS ** (2 / a) / (2 * (a - 1))
HESSIAN = (
    POWERS ** (2 / a - 1) * (x1 ** (a - 2) * v1**2 + x2 ** (a - 2) * v2**2)
    + (2 - a) / (a - 1) * POWERS ** (2 / a - 2) * (x1 ** (a - 1) * v1 + x2 ** (a - 1) * v2) ** 2
)
BOX = {a: (1, 2), x1: (Rational(1, 4), 4), x2: (Rational(1, 4), 4), c: (Rational(1, 4), 4)}

error = R**2 / (2 * (a - 1) * eta * T) + eta * G**2 / 2
s_best = (1 - sqrt(1 - 2 / L)) / 2
log_error = s * L + log((1 - s) / s) / 2  # of d^{1/b} / sqrt(a - 1), s = 1/b, L = ln d

CLAIM = Claim(
    "mirror_descent",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 2.3 (2) and Remark 3; constants here",
    latex=r"\mathbb E f(\bar x_T)-\min f\le\frac{D}{2}\,\frac{\alpha_0\,d^{1/p-1/a}}{\sqrt{(a-1)T}}"
    r"\le D\alpha_0\sqrt{\frac{e\ln d}{2T}}",
    statement="Mirror descent with |x|_a^2/(2(a-1)) from the centre of a symmetric domain of l_p "
    "diameter D errs by at most D alpha sqrt(e ln d / (2T)) at the best a, for p in [1, 2) and d >= 3.",
    hypotheses=(
        "f convex on a closed convex symmetric set of l_p diameter D, start at its centre",
        "the mean of what is received, given the past, is a subgradient",
        "its mean squared l_q norm is at most alpha^2",
        "constant step, the answer is the average",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "hessian",
        diff(psi, x1, 2) * v1**2 + 2 * diff(psi, x1, x2) * v1 * v2 + diff(psi, x2, 2) * v2**2,
        HESSIAN,
        when=BOX,
        because="Second derivative of psi at x in direction v, two positive coordinates: with N = |x|_a, "
        "N^{2-a} sum |x_i|^{a-2} v_i^2 plus (2-a)/(a-1) N^{2-2a} <|x|^{a-1}, v>^2, which is >= 0.",
    ),
    Step.integral(
        "log_tangent",
        y**2 * (1 - w) * exp(y * w),
        (w, 0, 1),
        exp(y) - 1 - y,
        antiderivative=((1 - w) * y + 1) * exp(y * w),
        because="The integrand is >= 0: e^y >= 1 + y, so ln t <= t - 1 for t > 0.",
    ),
    Step.identity(
        "weighted_means",
        r * (A1 / (r * A1 + (1 - r) * B1) - 1) + (1 - r) * (B1 / (r * A1 + (1 - r) * B1) - 1),
        0,
        when={r: (0, 1)},
        because="With M = r A + (1-r) B, r ln(A/M) + (1-r) ln(B/M) <= 0 by log_tangent: A^r B^{1-r} <= M.",
    ),
    Step.identity(
        "hoelder",
        [
            (x1 ** (a - 2) * c**2) ** (a / 2) * (x1**a) ** (1 - a / 2),
            r * (A1 + A2) / (A1 + A2) + (1 - r) * (B1 + B2) / (B1 + B2),
        ],
        [c**a, 1],
        when=BOX,
        because="|v_i|^a = (|x_i|^{a-2} v_i^2)^{a/2} (|x_i|^a)^{1-a/2}. Divide by the sums over i to the same "
        "powers, use weighted_means with r = a/2 and add: |v|_a^a <= (sum |x_i|^{a-2} v_i^2)^{a/2} N^{a(1-a/2)}, "
        "that is v' (Hessian) v >= N^{2-a} sum |x_i|^{a-2} v_i^2 >= |v|_a^2. Integrated twice along a segment "
        "(psi has a continuous gradient, and a segment meets a coordinate plane once or lies in it): "
        "D_psi(y, x) >= |y - x|_a^2 / 2.",
    ),
    Step.identity(
        "modulus_is_exact",
        HESSIAN.subs({x2: x1, v2: -v1}),
        (2 * c**a) ** (2 / a) / c**2 * v1**2,
        when=BOX,
        because="At x = (1, 1), v = (1, -1) the Hessian is |v|_a^2: the modulus 1 cannot be raised.",
    ),
    Step.identity(
        "three_points",
        ((grad_x - grad_y).T * (point_y - point_u))[0],
        bregman(psi_u, psi_x, grad_x, point_u, point_x)
        - bregman(psi_u, psi_y, grad_y, point_u, point_y)
        - bregman(psi_y, psi_x, grad_x, point_y, point_x),
        because="For y = x_{t+1}, x = x_t and any u in X: y is a minimiser on X, so <eta g + grad psi(y) - "
        "grad psi(x), u - y> >= 0, that is eta <g, y - u> <= <grad psi(x) - grad psi(y), y - u> = D(u, x) - "
        "D(u, y) - D(y, x).",
    ),
    Step.identity(
        "dual_norms",
        eta**2 * g_b**2 / 2 + n_x**2 / 2 - eta * g_b * n_x,
        (eta * g_b - n_x) ** 2 / 2,
        because="eta <g, x - y> <= eta |g|_b |x - y|_a <= eta^2 |g|_b^2 / 2 + |x - y|_a^2 / 2, and the last "
        "term is at most D(y, x). Added up: eta <g_t, x_t - u> <= D(u, x_t) - D(u, x_{t+1}) + eta^2 |g_t|_b^2 / 2.",
    ),
    Step.identity(
        "telescope",
        sum((k[t] - k[t + 1] + eta**2 * G**2 / 2) / eta for t in range(3)) / 3,
        (k[0] - k[3]) / (3 * eta) + eta * G**2 / 2,
        because="At u = x*, with means, E f(x_t) - min f <= E<g_t, x_t - x*>: the sum telescopes (T = 3 "
        "shown); the average answers as in `projected_subgradient` (Jensen).",
    ),
    Step.identity(
        "start",
        [(c**a * POWERS) ** (2 / a), psi.subs({x1: c, x2: c}) * 2 * (a - 1)],
        [c**2 * POWERS ** (2 / a), (2 * c**a) ** (2 / a)],
        when=BOX,
        because="psi is homogeneous of degree 2, so grad psi(0) = 0 and D(x*, 0) = psi(x*) = |x*|_a^2 / "
        "(2 (a - 1)) <= R^2 / (2 (a - 1)).",
    ),
    Step.identity(
        "best_step",
        error - R * G / sqrt((a - 1) * T),
        (eta * G * sqrt((a - 1) * T) - R) ** 2 / (2 * (a - 1) * eta * T),
        when={a: (1, 2)},
        because="So eta = R / (G sqrt((a - 1) T)) is best.",
    ),
    Step.identity(
        "radial_projection",
        [diff(psi, x1).subs({x1: c * x1, x2: c * x2}, simultaneous=True), diff(psi, x1)],
        [c * diff(psi, x1), POWERS ** (2 / a - 1) * x1 ** (a - 1) / (a - 1)],
        when=BOX,
        because="On the l_a ball the Bregman projection scales: grad psi(c x) = c grad psi(x), a multiple "
        "of the outward normal (x_i^{a-1}). On an l_1 ball it is the soft threshold (grad psi(x))_i = "
        "(theta_i - mu)_+, on a cube the clipping of a multiple of theta_i^{1/(a-1)}: the Lagrange conditions.",
    ),
    Step.identity(
        "norms_of_domain_and_answers",
        [
            D / 2 * alpha * d ** (1 - 1 / a - (1 - 1 / p)),
            D / 2 * d ** (1 / a - 1 / p) * d ** (1 / p - 1 / a),
        ],
        [D / 2 * alpha * d ** (1 / p - 1 / a), D / 2],
        when={p: (1, 2), a: (1, 2)},
        because="|x*|_a <= |x*|_p <= D/2 for a >= p, and |g|_b <= d^{1/b - 1/q} |g|_q for b <= q (power means). "
        "On the cube of half-width D / (2 d^{1/p}) instead |x*|_a <= (D/2) d^{1/a - 1/p}, the powers of d "
        "cancel, and a = 2 is best: (D/2) alpha / sqrt(T), no logarithm.",
    ),
    Step.identity(
        "slope_in_exponent",
        diff(log_error, s) * s * (1 - s),
        L * (s - s_best) * (1 - s_best - s),
        when={s: (0, Rational(1, 2)), L: (2, 20)},
        because="ln of d^{1/b} / sqrt(a - 1) as a function of s = 1/b in (0, 1/2], a = 1/(1 - s): it falls "
        "up to s_best and rises after it, so over a >= p, s >= 1/q, the least is at max(s_best, 1/q).",
    ),
    Step.inequality(
        "slope_when_no_root",
        1 / (2 * s * (1 - s)) - 2,
        over={s: (Rational(1, 64), Rational(1, 2))},
        zero=Zero(at={s: Rational(1, 2)}, order=2, leading=8),
        because="For ln d <= 2 the slope L - 1/(2 s (1 - s)) is never positive: a = 2.",
    ),
    Step.identity(
        "at_half_log",
        [d ** (1 / (2 * log(d))), 1 / (1 / (1 - 1 / (2 * L)) - 1), D / 2 * sqrt(E * 2 * L)],
        [sqrt(E), 2 * L - 1, D * sqrt(E * L / 2)],
        when={L: (1, 20), d: (3, 40)},
        because="At b = 2 ln d (needs ln d >= 1): d^{1/b} = sqrt(e) and 1/(a - 1) = 2 ln d - 1 < 2 ln d, so at "
        "p = 1 the error is below (D/2) alpha sqrt(2 e ln d / T). For p > 1 with 1/q <= s_best the bound is "
        "d^{-1/q} times that of p = 1, and otherwise it is (D/2) alpha sqrt((1-s)/s) at s = 1/q > s_best, "
        "smaller than at s_best: at most the value of p = 1 in both cases.",
    ),
    Step.code(
        "any_step",
        error,
        lambda R, G, T, a, eta: (
            descent_error(rounds=T, distance=R, gradient_norm=G, exponent=a, step=eta).value
        ),
        at=[
            {R: Rational(3, 2), G: Rational(5, 4), T: n, a: e, eta: Rational(1, 8)}
            for n in (1, 7, 100)
            for e in (Rational(9, 8), Rational(3, 2), 2)
        ],
    ),
    Step.code(
        "exponent",
        1 / (1 - s_best.subs(L, log(d))),
        lambda d: mirror_exponent(dimension=d, p=1),
        at=[{d: n} for n in (8, 64, 1024, 10**6)],
    ),
    Step.code(
        "theorem",
        D / 2 * alpha * d ** (1 / p - 1 / a) / sqrt((a - 1) * T),
        lambda d, p, D, alpha, T, a: (
            mirror_descent_error(
                rounds=T, dimension=d, p=p, diameter=D, gradient_norm=alpha, exponent=a
            ).value
        ),
        at=[
            {d: n, p: low, D: Rational(3, 2), alpha: Rational(5, 4), T: 30, a: Rational(3, 2)}
            for n in (1, 2, 17)
            for low in (1, Rational(5, 4), Rational(3, 2))
        ],
    ),
]
