"""What the lint checks share: the files of the tree, C++ text without comments, and how problems are told."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OURS = {"build", ".git", ".cache", "__pycache__"}


def files():
    """{path from the root: text} of every text file in the tree."""
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(set(names) - NOT_OURS):
            path = os.path.join(folder, name)
            try:
                with open(path, encoding="utf-8") as file:
                    found[os.path.relpath(path, ROOT)] = file.read()
            except (UnicodeDecodeError, OSError):
                continue  # not text
    return found


def is_cpp(path):
    return path.endswith((".cpp", ".h", ".def"))


_TOKEN = re.compile(r"""
    //[^\n]* | /\*.*?\*/
  | R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"
  | "(?:\\.|[^"\\\n])*"
  | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'
""", re.VERBOSE | re.DOTALL)


def without_comments(text, strings=True):
    """C++ with comments (and, on demand, the insides of literals) blanked out; line numbers stay."""
    def blank(match):
        token = match.group(0)
        newlines = "\n" * token.count("\n")
        if token.startswith("/"):
            return " " + newlines
        return token if strings else '""' + newlines
    return _TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def main(check):
    """Runs check(files) → ["path:line: problem"] over the tree."""
    problems = check(files())
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problem(s)")
    sys.exit(1 if problems else 0)
