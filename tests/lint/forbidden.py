"""What must not be in the tree: work left undone, paths and hosts of one machine, scripts without their run bit."""
import os
import re

import tree

# Written in pieces, so that this file passes its own check.
WORDS = {
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b": "work left undone",
    r"(?<![\w.])/wo" r"rk/": "a path of one machine",
    r"\.\./sha" r"red\b": "a path of one machine",
    r"\bseed 0" r"0\d": "name the source instead",
    r"\b(registry\.npm" r"js|py" r"pi\.org|cra" r"tes\.io|proxy\.go" r"lang|files\.python" r"hosted|conan\.i" r"o)": "a registry's host",
}


def check(files):
    problems = []
    for path, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            for pattern, reason in WORDS.items():
                match = re.search(pattern, line)
                if match:
                    problems.append(f"{path}:{number}: '{match.group(0)}': {reason}")
    return problems


def check_run_bits(files, executable):
    """executable(path) → bool. What starts with #! can be run; nothing else says it can."""
    problems = []
    for path, text in files.items():
        if text.startswith("#!") and not executable(path):
            problems.append(f"{path}:1: has a #! line but no run bit")
        if not text.startswith("#!") and executable(path):
            problems.append(f"{path}:1: has the run bit but no #! line")
    return problems


if __name__ == "__main__":
    tree.main(lambda files: check(files) + check_run_bits(
        files, lambda path: os.access(os.path.join(tree.ROOT, path), os.X_OK)))
