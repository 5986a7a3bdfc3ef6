"""`python -m switchgear.cli`, for when the script is not on PATH."""

import sys

from . import main

sys.exit(main())
