"""What a row of the benchmark promises."""


class Ratio(float):
    """Our time over the peer's, at most; a plain float is a promise in seconds."""
