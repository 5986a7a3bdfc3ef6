"""The pure core: no trio, httpx, clock, randomness or I/O. Time is a `Now`, jitter a `rand` in [0, 1)."""
