"""The agent's figures, against named baselines in the same run. Needs root.

    python -m bench.agent [--rounds 20] [--idle-s 10]

Absolutes depend on the machine: trust the ratios.
"""

import argparse
import asyncio
import sys

from bench.agent_activation import activation
from bench.agent_whole import whole
from bench.figures import machine


def main() -> None:
    """Exits 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--idle-s", type=float, default=10.0)
    options = parser.parse_args()
    print(machine())
    met, bare_ms = asyncio.run(activation(options.rounds))
    met &= asyncio.run(whole(options.rounds, options.idle_s, bare_ms))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
