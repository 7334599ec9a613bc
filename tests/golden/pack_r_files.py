"""Pack the R files of a folder as base64 into one JSON file: `python pack_r_files.py FOLDER FILE`."""

import base64
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    folder, target = map(Path, sys.argv[1:])
    files = sorted(folder.iterdir())
    packed = {file.name: base64.b64encode(file.read_bytes()).decode() for file in files}
    target.write_text(json.dumps(packed, indent=1) + "\n", encoding="utf-8")
