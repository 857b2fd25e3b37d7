# %% [markdown]
# # A small report
#
# **Finding.** Two and two are four.

# %% tags=["parameters"]
profile: str = "quick"  # quick or full

# %%
from infobound import reporting

n = {"quick": 2, "full": 200}[profile]
reporting.check("sum", found=n + n, expected=2 * n)
