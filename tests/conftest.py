"""For all tests: a property is not timed, because a busy machine would fail it and no other one."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
