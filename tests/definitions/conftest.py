"""The folder of definitions is importable here as it is for the catalogue: `from _shop import Shop`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "definitions"))
