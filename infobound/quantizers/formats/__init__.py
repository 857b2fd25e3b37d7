"""Number formats and block formats of low-precision training."""
