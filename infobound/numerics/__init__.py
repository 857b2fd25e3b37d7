"""Small exact kernels that know nothing of information theory."""
