"""Real stochastic gradients, made on the user's machine: no download."""
