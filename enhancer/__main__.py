"""python -m enhancer: the command line."""

import sys

from enhancer.cli import main

if __name__ == "__main__":
    sys.exit(main())
