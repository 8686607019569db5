"""Write the sizes and digests of the media files again, in the binder.json of every demo lesson."""

import hashlib
import json
from pathlib import Path

SCHOOL = Path(__file__).parent.parent


def main() -> None:
    """Rewrite sizes and digests after files have been made anew."""
    for source in sorted(SCHOOL.glob("*/binder.json")):
        document = json.loads(source.read_text(encoding="utf-8"))
        for resource in document["binder"]["resources"]:
            content = (source.parent / "media" / resource["name"]).read_bytes()
            resource["sha256"] = hashlib.sha256(content).hexdigest()
            resource["size"] = len(content)
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        source.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
