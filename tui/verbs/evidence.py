"""`headgate evidence RUN`: the package of a run's change, as JSON, as Markdown, or as the page that the board shows."""

import json

from state.evidence.document import canonical_text
from state.evidence.markdown import markdown
from state.evidence.package import Package
from state.evidence.page import WIDTH, Beside, page
from tui.verbs.printing import print_lines


def print_evidence(package: Package, beside: Beside, now: float, *, as_json: bool, as_markdown: bool) -> int:
    """Print a package; 0 where it is complete and tells of the change as it is now, else 1."""
    if as_json:
        print_lines([document_text(package)])
    elif as_markdown:
        print_lines([markdown(package).rstrip("\n")])
    else:
        print_lines(line.text for line in page(package, now, beside, WIDTH))
    return 0 if package.complete and not beside.stale else 1


def document_text(package: Package) -> str:
    """Give the JSON with its digest first: what stands behind it is, byte for byte, what the digest is of."""
    return f'{{"sha":{json.dumps(package.sha)},"document":{canonical_text(package)}}}'
