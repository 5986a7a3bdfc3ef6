"""One completion's patience, where it can be told without a world."""

from switchgeard.complete import SETTLE_WAIT, settle_left


def test_a_rest_of_rounding_is_no_time_to_wait() -> None:
    """Waiting for it would move no clock: the request would look again for ever."""
    assert settle_left(29.999999999999986) == 0.0
    assert settle_left(SETTLE_WAIT + 1) == 0.0
    assert settle_left(10.0) == SETTLE_WAIT - 10.0
