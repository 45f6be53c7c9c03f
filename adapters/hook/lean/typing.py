"""Stands in for `typing`: annotations are read by nobody in the hook's process, so that one object is all of them."""

from adapters.hook.lean.genuine import given


class _Annotation:
    """Answers to every way in which an annotation is written, and means nothing."""

    def __getitem__(self, _: object) -> "_Annotation":
        return self

    def __or__(self, _: object) -> "_Annotation":
        return self

    __ror__ = __or__


class TypedDict(dict[str, object]):
    """A dictionary of which the keys are only said."""

    def __init_subclass__(cls, **_: object) -> None:
        """Take `total=False` and the like, which say nothing at run time."""


class Protocol:
    """What a thing must be able to do; nobody asks at run time."""

    def __class_getitem__(cls, _: object) -> type:
        return cls


Annotated = Any = ClassVar = Final = Literal = Never = NoReturn = Optional = Self = Union = _Annotation()
TYPE_CHECKING = False


def cast(_: object, value: object) -> object:
    """Give the value: a cast does nothing at run time."""
    return value


def final(thing: object) -> object:
    """Give the thing: nobody checks it at run time."""
    return thing


def assert_never(value: object) -> object:
    """Raise, as the real one does: a case was left out."""
    raise AssertionError(f"Expected code to be unreachable, but got: {value!r}")


def __getattr__(name: str) -> object:
    return given("typing", name)
