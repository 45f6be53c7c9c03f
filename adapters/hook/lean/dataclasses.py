"""Stands in for `dataclasses`: makes no source to compile, and imports nothing.

What it makes takes the same arguments, compares, hashes and prints alike, and refuses to be changed where it is frozen.
"""

from typing import Any

from adapters.hook.lean.genuine import given


class _Made:
    """A field's default that is made anew for each object."""

    __slots__ = ("make",)

    def __init__(self, make: Any) -> None:
        self.make = make


class FrozenInstanceError(AttributeError):
    """Somebody tried to change what is frozen."""


def field(*, default: Any = None, default_factory: Any = None, **_: Any) -> Any:
    """Give a field's default."""
    return default if default_factory is None else _Made(default_factory)


def dataclass(cls: Any = None, /, *, frozen: bool = False, eq: bool = True, order: bool = False, **_: Any) -> Any:
    """Make a class of data; slots are named and not made. Raises `TypeError` for one with an order."""
    if order:
        raise TypeError("the hook's dataclasses have no order")
    if cls is not None:
        return _class(cls, frozen, eq)

    def made(cls: Any) -> Any:
        return _class(cls, frozen, eq)

    return made


def replace(thing: Any, /, **changes: Any) -> Any:
    """Give a copy with these fields changed."""
    values = {name: getattr(thing, name) for name in thing.__match_args__}
    return type(thing)(**{**values, **changes})


def _class(cls: Any, frozen: bool, eq: bool) -> Any:
    inherited: tuple[str, ...] = getattr(cls, "__match_args__", ())
    own = tuple(name for name in cls.__annotations__ if name not in inherited)
    defaults: dict[str, Any] = dict(getattr(cls, "__lean_defaults__", {}))
    for name in own:
        if name in cls.__dict__:
            defaults[name] = cls.__dict__[name]
            if isinstance(defaults[name], _Made):
                delattr(cls, name)
    names = inherited + own
    cls.__match_args__, cls.__slots__, cls.__lean_defaults__ = names, own, defaults
    cls.__init__, cls.__repr__ = _filling(cls.__name__, names, defaults), _showing
    if eq:
        cls.__eq__, cls.__hash__ = _same, _digest if frozen else None
    if frozen:
        cls.__setattr__ = cls.__delattr__ = _refused
    return cls


def _filling(title: str, names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    known, count = frozenset(names), len(names)

    def filled(self: Any, *values: Any, **named: Any) -> None:
        fields = self.__dict__
        if len(values) > count:
            raise TypeError(f"{title}() takes {count} values, and got {len(values)}")
        fields.update(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in known or name in fields:
                raise TypeError(f"{title}() got an unexpected or a second {name!r}")
            fields[name] = value
        for name in names if len(fields) != count else ():
            if name not in fields:
                if name not in defaults:
                    raise TypeError(f"{title}() misses {name!r}")
                value = defaults[name]
                fields[name] = value.make() if type(value) is _Made else value

    return filled


def _values(thing: Any) -> tuple[Any, ...]:
    fields = thing.__dict__
    return tuple(fields[name] for name in thing.__match_args__)


def _same(self: Any, other: Any) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _digest(self: Any) -> int:
    return hash(_values(self))


def _showing(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({fields})"


def _refused(self: Any, name: str, *_: Any) -> None:
    raise FrozenInstanceError(f"cannot change field {name!r}")


def __getattr__(name: str) -> object:
    return given("dataclasses", name)
