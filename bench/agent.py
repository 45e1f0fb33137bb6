"""The agent's figures, against named baselines in the same run. Needs root.

    python -m bench.agent [--rounds 20]

Absolutes depend on the machine: trust the ratios.
"""

import argparse
import asyncio
import sys

from bench.agent_activation import activation
from bench.figures import machine


def main() -> None:
    """Exits 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    print(machine())
    sys.exit(0 if asyncio.run(activation(options.rounds)) else 1)


if __name__ == "__main__":
    main()
