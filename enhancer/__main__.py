"""python -m enhancer: the command line."""

import signal
import sys

from enhancer.cli import ENDED, main


def _end(*_: object) -> None:
    """Leave as after any error, so that what lies in temporary folders goes; once is enough."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(ENDED)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
