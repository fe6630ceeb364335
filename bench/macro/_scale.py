"""How much of its work a benchmark does: `program.py 0.1` does a tenth."""

import sys


def scaled(count):
    return max(1, int(count * float(sys.argv[1]))) if len(sys.argv) > 1 else count
