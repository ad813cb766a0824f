"""What the processes of a site carry: `tools/weight.py` prints the memory of what each imports, by package.

tests/unit/test_weight.py holds which modules may come in; this shows what they weigh: Python's own
allocations, counted while each module runs (tracemalloc). Libraries in C come on top.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Final

PARTS: Final = {
    "agent": "notanker.cli.agent notanker.shell.running notanker.shell.logs",
    "plugin child": "notanker.plugin.child",
    "plugin child gpio_panel": "notanker.plugin.child notanker_gpio_panel gpiozero.pins.mock",
    "plugin child at_modem": "notanker.plugin.child notanker_at_modem",
    "plugin child huawei_lte": "notanker.plugin.child notanker_huawei_lte",
    "plugin child modemmanager": "notanker.plugin.child notanker_modemmanager",
    "portal": "notanker.cli.last_good notanker.portal.serve",
}
LARGEST: Final = 12

COUNTING: Final = """
import importlib, importlib.machinery, json, sys, tracemalloc

weights, below = {}, []

def weighed(loader):
    run = loader.exec_module

    def exec_module(self, module):
        before = tracemalloc.get_traced_memory()[0]
        below.append(0)
        try:
            run(self, module)
        finally:
            all_of_it = tracemalloc.get_traced_memory()[0] - before
            weights[module.__name__] = all_of_it - below.pop()
            if below:
                below[-1] += all_of_it

    loader.exec_module = exec_module

weighed(importlib.machinery.SourceFileLoader)
weighed(importlib.machinery.ExtensionFileLoader)
tracemalloc.start(1)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(weights))
"""


def weigh(modules: str) -> Counter[str]:
    """Return the bytes of each package that a fresh interpreter imports for these modules."""
    line = [sys.executable, "-c", COUNTING, *modules.split()]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    packages: Counter[str] = Counter()
    for name, size_bytes in json.loads(done.stdout).items():
        packages[name.partition(".")[0]] += size_bytes
    return packages


def main() -> None:
    """Print one paragraph for each part of a site."""
    for part, modules in PARTS.items():
        packages = weigh(modules)
        print(f"{part}: {packages.total() / 2**20:.1f} MiB")
        for name, size_bytes in packages.most_common(LARGEST):
            print(f"  {size_bytes / 1024:6.0f} KiB  {name}")


if __name__ == "__main__":
    main()
