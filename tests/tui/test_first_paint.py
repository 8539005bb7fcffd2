"""What the first paint may load: the toolkit and the store, not what can come after it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_paint_loads_neither_settings_nor_models_nor_engine():
    script = (
        "import sys, lexiconsole.tui.open, lexiconsole.tui.screens.dashboard\n"
        "heavy = {'pydantic', 'pydantic_core', 'aiosqlite', 'yaml', 'lexiconsole.app.workspace', 'lexiconsole.runtime.engine'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_but_shared_options_opens_the_console_without_typer():
    script = (
        "import sys\n"
        "from lexiconsole.cli.main import main\n"
        "main(['-C', 'somewhere'], bare=lambda shared: sys.stdout.write(f'{shared.folder}') and 0)\n"
        "print(sorted({'typer', 'click', 'lexiconsole.cli.root'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "somewhere[]"
