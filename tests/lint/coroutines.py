"""co_await stands alone: right of `=`, after co_return, or as a statement. g++ 12 miscompiles other forms silently."""
import re

import tree

OPENS_BLOCK = re.compile(r"(?:[;{}):>]|\b(?:else|do|try|const|noexcept|mutable|override|final))\s*$")
BEFORE_STATEMENT = re.compile(r"\b(?:if|if constexpr|while|for|switch)\s*$")
CLOSE_OF = {")": "(", "]": "[", "}": "{"}


def check(files):
    problems = []
    for path, text in files.items():
        if tree.is_cpp(path):
            code = tree.without_comments(text, strings=False)
            for match in re.finditer(r"\bco_await\b", code):
                reason = _before(code[:match.start()]) or _after(code[match.end():])
                if reason:
                    problems.append(f"{path}:{tree.line_of(code, match.start())}: co_await {reason}")
    return problems


def _before(code):
    """Why what stands to the left of a co_await is wrong; None when it is right."""
    head = code.rstrip()
    if head.endswith("co_return"):
        return _enclosing(head[: -len("co_return")])
    if re.search(r"(?<![=!<>+\-*/%&|^])=$", head):
        return _enclosing(head[:-1])
    return _statement_start(head)


def _statement_start(head):
    if head.endswith((";", "}")) or re.search(r"\b(else|do)$", head) or not head:
        return _enclosing(head)
    if head.endswith("{"):
        return None if OPENS_BLOCK.search(head[:-1]) else "inside braces of a value"
    if head.endswith(")"):
        opening = _opening(head)
        if opening is not None and BEFORE_STATEMENT.search(head[:opening]):
            return _enclosing(head[:opening])
    if head.endswith(":") and not head.endswith("::") and re.search(r"\b(case\b[^;?]*|default\s*):$", head):
        return None
    return "is part of a larger expression"


def _enclosing(head):
    """Walks back to the block's `{`; an open parenthesis before it is a condition or an argument list."""
    depth = []
    for index in range(len(head) - 1, -1, -1):
        character = head[index]
        if character in ")]}":
            depth.append(CLOSE_OF[character])
        elif character in "([{":
            if depth:
                depth.pop()
            elif character == "{":
                return None if OPENS_BLOCK.search(head[:index]) else "inside braces of a value"
            else:
                return "inside a condition or an argument"
    return None


def _opening(head):
    depth = 0
    for index in range(len(head) - 1, -1, -1):
        depth += (head[index] == ")") - (head[index] == "(")
        if depth == 0:
            return index
    return None


def _after(code):
    """Why what is awaited is wrong: operators next to the co_await, temporaries that g++ 12 destroys twice."""
    depth = 0
    end = len(code)
    for index, character in enumerate(code):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0 or (character == ";" and depth == 0):
            end = index
            break
        if depth == 0 and re.match(r"&&|\|\||\?|==|!=", code[index:index + 2]):
            return "next to an operator"
    awaited = code[:end]
    if re.search(r"[(,]\s*\[[^\]\s][^\]]*\]\s*(\(|\{|mutable)", awaited):
        if not re.match(r"\s*(asio::)?async_initiate", awaited):
            return "with a capturing lambda in its expression: name the lambda, then move it"
    if re.search(r"[(,]\s*\{\s*[^\s}]", awaited):  # {} is harmless
        return "with a braced value in its expression: name the value, then move it"
    return None


if __name__ == "__main__":
    tree.main(check)
