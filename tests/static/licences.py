"""The licences of what Headgate needs at run time, each of which must let anybody use, change and pass it on.

Read from what is installed, along what each package says that it requires; what is only for development may be under
others. No GPL or LGPL stands at run time: Headgate is MIT, and so must be what is installed with it.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

ALLOWED = frozenset({"MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD", "Apache-2.0", "PSF-2.0", "ISC", "MPL-2.0"})
_NAMED: Mapping[str, str] = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License, Version 2.0": "Apache-2.0",
}
_CLASSIFIER = "License :: OSI Approved :: "


def required(name: str = "headgate") -> dict[str, Distribution]:
    """Give every package that is installed because this one requires it, directly or not, by name."""
    found: dict[str, Distribution] = {}
    left = [name]
    while left:
        for text in distribution(left.pop()).requires or ():
            wanted = Requirement(text)
            key = re.sub(r"[-_.]+", "-", wanted.name).lower()
            if key not in found and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                found[key] = _installed(key)
                left.append(key)
    return found


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as missing:
        raise LookupError(f"{name} is required and not installed: run `uv sync`") from missing


def licences_of(package: Distribution) -> frozenset[str]:
    """Give the licences that a package names, all of which hold together; none where it names none that is known."""
    told = package.metadata
    if expression := told.get("License-Expression"):
        return frozenset(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression)) - {""}
    classified = [
        one.removeprefix(_CLASSIFIER) for one in told.get_all("Classifier") or () if one.startswith(_CLASSIFIER)
    ]
    named = classified or [told.get("License") or ""]
    return frozenset(_NAMED.get(one, one) for one in named if one)


def refused() -> Iterator[str]:
    """Name each package whose licence is not among those that are allowed, and its licence."""
    for name, package in sorted(required().items()):
        licences = licences_of(package)
        if not licences or licences - ALLOWED:
            yield f"{name}: {', '.join(sorted(licences)) or 'names no licence'}"
