"""Loads a module of the standard library that a stand-in hides, for the names that the stand-in does not give."""

import sys

_HERE = __file__.rpartition("/")[0]
_LOADED: dict[str, object] = {}


def given(module: str, name: str) -> object:
    """Give what a module of the standard library has under a name. Raises `AttributeError` where it has nothing.

    Names such as `__path__` are asked of every module by the import itself, and are nothing that a stand-in hides.
    """
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(genuine(module), name)


def genuine(name: str) -> object:
    """Give the standard library's module of that name. Raises `ImportError` where there is none."""
    if name not in _LOADED:
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec

        spec = PathFinder.find_spec(name, [place for place in sys.path if place != _HERE])
        if spec is None or spec.loader is None:
            raise ImportError(f"the standard library has no {name}")
        module = module_from_spec(spec)
        hidden = {known: sys.modules.pop(known) for known in list(sys.modules) if known.partition(".")[0] == name}
        sys.modules[name] = module  # its own parts look it up there
        try:
            spec.loader.exec_module(module)
        finally:
            sys.modules.update(hidden)
        _LOADED[name] = module
    return _LOADED[name]
