"""The local model of meaning. Whoever imports anything of it has first silenced onnxruntime, which by
default reports to its maker what it is used for (its Privacy.md, "Disabling Telemetry"): it looks for
this variable when it is loaded.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
