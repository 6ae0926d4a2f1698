"""onnxruntime tells its maker nothing: what it would keep for that is not made."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def loads(folder: Path, module: str) -> list[str]:
    """What lies in the folder for temporary files after a process has loaded *module*."""
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    program = [sys.executable, "-c", f"import {module}"]
    subprocess.run(program, env=environment, check=True, timeout=60)
    return [path.name for path in folder.iterdir()]


def test_the_model_is_loaded_without_telemetry(tmp_path):
    assert loads(tmp_path, "core.knowledge.embedding.minilm") == []
