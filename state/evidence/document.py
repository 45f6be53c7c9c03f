"""The package as JSON, which is the truth: what is shown, approved, exported and hashed is this text."""

from dataclasses import asdict, replace
from typing import Any

from state.evidence.package import Package
from state.ledger.canonical import canonical, digest

SCHEMA = "headgate/evidence/1"


def document_of(package: Package) -> dict[str, Any]:
    """Give the package as JSON values; times become whole milliseconds, and its own digest is left out."""
    told = asdict(package)
    del told["sha"]
    told["built"] = round(package.built * 1000)
    return {"schema": SCHEMA, **_whole(told)}


def canonical_text(package: Package) -> str:
    """Give the text that `Package.sha` is the digest of."""
    return canonical(document_of(package)).decode()


def sealed(package: Package) -> Package:
    """Give the package with its digest."""
    return replace(package, sha=digest(document_of(package)))


def _whole(value: Any) -> Any:
    """Turn fractions into text, because canonical JSON has none, and keep all else."""
    match value:
        case float():
            return f"{value:.6f}"
        case dict():
            # JSON may hold anything.
            return {key: _whole(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list() | tuple():
            return [_whole(one) for one in value]  # pyright: ignore[reportUnknownVariableType] - JSON may hold anything
        case _:
            return value
