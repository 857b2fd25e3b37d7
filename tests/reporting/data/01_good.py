# %% [markdown]
# # What a *bit* can know about $\theta$
#
# **Finding.** One bit reaches $2/\pi$ of the information that the sample
# carries.
#
# Let $X \sim \mathcal{N}(\theta, s^2 I_d)$ and let $M$ be a message with $I(X; M) \le B$. Then
#
# $$\operatorname{Tr} I_M \le \frac{d}{s^2}\left(1 - 4^{-B/d}\right) \le \frac{2\ln 2}{s^2} B.$$
#
# \begin{align}
# \mathbb{E}\lVert\hat\theta - \theta\rVert^2 &\ge \frac{d^2}{T \operatorname{Tr} I_M + J} \\
# &\ge \int_0^1 \sum_{t=1}^{T} \binom{T}{t} x^t \, \mathrm{d}x
# \end{align}

# %% tags=["parameters"]
profile: str = "quick"  # quick or full
bits: int = 3  # longest message drawn

# %%
from math import pi

import matplotlib.pyplot as plt
import numpy as np
import sympy

from infobound import reporting

reporting.style()

# %%
# Draw the limit and what is reached
x = np.linspace(0.05, bits, 30)
fig, ax = plt.subplots()
ax.plot(x, 1 - 4**-x, marker="", label="limit")
ax.plot([1, 2, 3], [2 / pi, 0.8825, 0.9654], linestyle="", marker="s", label="best quantizer")
ax.set(xlabel="message length (bits)", ylabel="Fisher information ($1/s^2$)")
ax.legend()
reporting.figure(fig, alt="The best quantizer stays under the limit and closes on it.")

# %%
reporting.check(
    "one_bit",
    claim="fisher_trace",
    found=2 / pi,
    expected=0.6366197723675814,
    atol=1e-12,
    unit="1/s²",
    statement=r"the best bit carries $\frac{2}{\pi s^2}$",
)
reporting.check("below", found=2 / pi, at_most=0.75, unit="1/s²")
reporting.check("profile", found=profile, expected=profile)
reporting.table(
    [{"b": 1, "limit": 0.75, "best": 2 / pi}, {"b": 2, "limit": 0.9375, "best": 0.8825}],
    {"b": "$B$", "limit": "limit", "best": "reached"},
    caption="Fisher information at $B$ bits",
    units={"b": "bits", "best": "1/s²"},
)

# %% [markdown]
# ## Words
#
# | symbol | meaning |
# |---|---|
# | $s$ | noise, with $\Pr(X > s \mid \theta)$ |
# | $B$ | bits |
#
# <details><summary>Proof</summary>
#
# Because $a = b$.
#
# </details>

# %%
t = sympy.Symbol("theta")
sympy.Integral(sympy.exp(-(t**2)), (t, -sympy.oo, sympy.oo))

# %%
print("2/pi is", f"{2 / pi:.4f}")
object()
