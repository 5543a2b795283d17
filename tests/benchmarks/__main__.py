"""`python -m tests.benchmarks [NAME…]`: run benchmarks, all unless named; tables on stdout, progress on stderr."""

from __future__ import annotations

import argparse
import os
import platform
import time

from tests.benchmarks import answer, desk, growth, http, reports, slots, soak, start, values
from tests.benchmarks.report import progress, show

PARTS = {
    "answer": answer,
    "values": values,
    "slots": slots,
    "growth": growth,
    "start": start,
    "http": http,
    "reports": reports,
    "desk": desk,
    "soak": soak,
}
LONG = frozenset({"soak"})  # half an hour: only when named


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure Partnerdesk.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(PARTS)} (default: all but soak)"
    )
    named = parser.parse_args().names
    if unknown := [name for name in named if name not in PARTS]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    show(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    for name in named or [name for name in PARTS if name not in LONG]:
        began, load = time.monotonic(), os.getloadavg()[0]
        progress(f"{name} …")
        for table in PARTS[name].run():
            show(table)
        took = time.monotonic() - began
        show(f"[{name}: {took:.0f} s; load of the machine {load:.1f} before, {os.getloadavg()[0]:.1f} after]\n")


if __name__ == "__main__":
    main()
