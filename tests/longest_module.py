"""Is any module too long to answer one question? `python tests/longest_module.py 400` fails when one is."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    limit = int(sys.argv[1])
    listed = subprocess.run(["git", "ls-files", "*.py"], check=True, capture_output=True, text=True).stdout.split()
    too_long = {name: lines for name in listed if (lines := len(Path(name).read_text().splitlines())) > limit}
    for name, lines in sorted(too_long.items()):
        print(f"{name}: {lines} lines, more than {limit}; ask which second question it has begun to answer")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
