"""Stands in for `dataclasses`: makes no source to compile, and imports nothing.

What it makes takes the same arguments, compares, hashes and prints alike, and refuses to be changed where it is frozen.
"""

from genuine import given  # pyright: ignore[reportMissingImports, reportUnknownVariableType]


class _Made:
    """A field's default that is made anew for each object."""

    __slots__ = ("make",)

    def __init__(self, make):  # pyright: ignore
        self.make = make


class FrozenInstanceError(AttributeError):
    """Somebody tried to change what is frozen."""


def field(*, default=None, default_factory=None, **_):  # pyright: ignore
    """Give a field's default."""
    return default if default_factory is None else _Made(default_factory)


def dataclass(cls=None, /, *, frozen=False, eq=True, order=False, **_):  # pyright: ignore
    """Make a class of data; `slots` is only a saving, and not made."""
    if order:
        raise TypeError("the hook's dataclasses have no order")
    if cls is None:
        return lambda made: _class(made, frozen, eq)
    return _class(cls, frozen, eq)


def replace(thing, /, **changes):  # pyright: ignore
    """Give a copy with these fields changed."""
    values = {name: getattr(thing, name) for name in thing.__match_args__}
    return type(thing)(**{**values, **changes})


def _class(cls, frozen, eq):  # pyright: ignore
    inherited = getattr(cls, "__match_args__", ())
    own = tuple(name for name in cls.__dict__.get("__annotations__", ()) if name not in inherited)
    names = inherited + own
    defaults = dict(getattr(cls, "__lean_defaults__", {}))
    for name in own:
        if name in cls.__dict__:
            defaults[name] = cls.__dict__[name]
            if isinstance(defaults[name], _Made):
                delattr(cls, name)
    known = frozenset(names)
    count = len(names)

    def __init__(self, *values, **named):  # pyright: ignore
        if len(values) > count:
            raise TypeError(f"{cls.__name__}() takes {count} values, and got {len(values)}")
        fields = self.__dict__
        fields.update(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in known or name in fields:
                raise TypeError(f"{cls.__name__}() got an unexpected or a second {name!r}")
            fields[name] = value
        if len(fields) != count:
            for name in names:
                if name not in fields:
                    if name not in defaults:
                        raise TypeError(f"{cls.__name__}() misses {name!r}")
                    value = defaults[name]
                    fields[name] = value.make() if type(value) is _Made else value
        after = getattr(self, "__post_init__", None)
        if after is not None:
            after()

    def values_of(self):  # pyright: ignore
        fields = self.__dict__
        return tuple(fields[name] for name in names)

    def __eq__(self, other):  # pyright: ignore
        return values_of(self) == values_of(other) if other.__class__ is self.__class__ else NotImplemented

    def __repr__(self):  # pyright: ignore
        fields = ", ".join(f"{name}={value!r}" for name, value in zip(names, values_of(self), strict=True))
        return f"{type(self).__qualname__}({fields})"

    def __setattr__(self, name, value):  # pyright: ignore
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    cls.__init__, cls.__repr__ = __init__, __repr__
    cls.__match_args__, cls.__lean_defaults__ = names, defaults
    if eq:
        cls.__eq__ = __eq__
        cls.__hash__ = (lambda self: hash(values_of(self))) if frozen else None
    if frozen:
        cls.__setattr__ = __setattr__
    return cls


def __getattr__(name: str) -> object:
    return given("dataclasses", name)
