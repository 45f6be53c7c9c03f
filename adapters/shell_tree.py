"""A second opinion on shell lines, by tree-sitter's grammar of bash: where it and our own reader differ, nobody knows.

The hook runs without site-packages, and the two packages import much that only their own callers need, so their
compiled parts alone are loaded, from where they lie beside this program. Asked only of lines that are not plainly
benign. Where they are missing or cannot be loaded every such line is said to be unread: the hook fails closed.
Grammar: tree-sitter-bash 0.25, `src/node-types.json`.
"""

import _imp
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from state.policy.named import named
from state.policy.shell import DEEPEST, last_tag, split

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MISSING = "tree-sitter cannot be loaded, so this line has no second reader: install Headgate again"
_MOST_NODES = 20_000
_MOST_DOCUMENTS = 200
_MOST_PIPES = 2000
_READ = named(
    "program list pipeline command command_name subshell compound_statement redirected_statement negated_command"
    " command_substitution process_substitution function_definition declaration_command unset_command test_command"
    " if_statement elif_clause else_clause for_statement c_style_for_statement while_statement do_group case_statement"
    " case_item variable_assignment variable_assignments subscript array word string raw_string ansi_c_string"
    " translated_string string_content concatenation simple_expansion expansion arithmetic_expansion brace_expression"
    " variable_name special_variable_name number regex extglob_pattern test_operator binary_expression"
    " unary_expression ternary_expression postfix_expression parenthesized_expression file_redirect heredoc_redirect"
    " herestring_redirect heredoc_start heredoc_body heredoc_content heredoc_end file_descriptor comment"
)
"""The kinds of nodes that our own reader handles, each in its way."""
_PLAIN = frozenset({"word", "string", "raw_string", "concatenation", "string_content", "number"})


def disagrees(line: str) -> str | None:
    """Say why the two readers do not see the same commands in a line, None where they do."""
    parser = _parser()
    if parser is None:
        return _MISSING
    if line.count("<<") > _MOST_DOCUMENTS or line.count("|") > _MOST_PIPES:  # of more, the parser takes seconds
        return "the line has too many parts to be read"
    root = parser.parse(line.encode("utf-8", "surrogatepass")).root_node
    if root.has_error and (tag := last_tag(line)):  # a shell takes the end of the line for the end of a here-document
        root = parser.parse(f"{line}\n{tag}\n".encode("utf-8", "surrogatepass")).root_node
    if root.has_error:
        return "the line is no shell that two readers agree on"
    seen = {"time", *_programs(line, 0)}
    for count, node in enumerate(_nodes(root)):
        if count == _MOST_NODES:
            return "the line has too many parts to be read"
        if node.is_named and node.type not in _READ:
            return f"the line holds a {node.type.replace('_', ' ')}, which is read by one reader alone"
        if node.type == "command_name" and (program := _text(node)) and program not in seen:
            return f"one reader sees the program {program[:40]}, the other does not"
    return None


def _nodes(root: "Node") -> Iterator["Node"]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def _text(node: "Node") -> str:
    """Give the program that a node names without its quotes, "" where an expansion decides it."""
    kinds = {one.type for one in _nodes(node) if one.is_named and one.type != "command_name"}
    if not kinds <= _PLAIN or node.text is None:
        return ""
    text = node.text.decode("utf-8", "replace")
    return "".join(letter for letter in text if letter not in "'\"\\\n")


def _programs(line: str, depth: int) -> Iterator[str]:
    """Give the words that our own reader sees where a program can stand, in substitutions too."""
    for simple in split(line):
        for word in simple.texts:
            yield word.replace("'", "").replace('"', "").replace("\\", "").replace("\n", "")
            name, sign, _ = word.partition("=")
            if not (sign and name.rstrip("+").isidentifier()):
                break
        if depth < DEEPEST:
            for inner in simple.inside:
                yield from _programs(inner, depth + 1)


_KEPT: list["Parser | None"] = []


def _parser() -> "Parser | None":
    """Load the parser once; None where that fails, whatever the reason."""
    if not _KEPT:
        try:
            _KEPT.append(_load())
        except (ImportError, OSError, ValueError, AttributeError, SystemError):
            _KEPT.append(None)
    return _KEPT[0]


def _load() -> "Parser":
    library, grammar = _part("tree_sitter"), _part("tree_sitter_bash")
    return library.Parser(library.Language(grammar.language()))


def _part(package: str) -> Any:
    """Load the compiled part of a package without the package."""
    name = f"{package}._binding"
    if name in sys.modules:
        return sys.modules[name]
    for place in _places():
        for suffix in _imp.extension_suffixes():
            path = f"{place}/{package}/_binding{suffix}"
            try:
                with open(path, "rb"):  # noqa: PTH123  (pathlib costs the hook milliseconds)
                    pass
            except OSError:
                continue
            spec = type(sys.__spec__)(name, None, origin=path)
            module = _imp.create_dynamic(spec)
            _imp.exec_dynamic(module)
            return module
    raise ImportError(f"{package} is not installed")


def _places() -> Iterator[str]:
    """Give the directories in which packages lie: where this one does, and that of the interpreter."""
    yield __file__.rpartition("/adapters/")[0]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for prefix in (sys.executable.rpartition("/bin/")[0], sys.prefix):
        yield f"{prefix}/lib/{version}/site-packages"
