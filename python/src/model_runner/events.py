"""What the program tells while it works: its JSON log."""

import json
from typing import Any, Dict, Iterator, Optional


class Fields:
    """A JSON object whose fields are attributes, and items too. What is not there is `None`."""

    def __init__(self, fields: Dict[str, Any]) -> None:
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _wrapped(self._fields.get(name))

    def __getitem__(self, name: str) -> Any:
        return _wrapped(self._fields[name])

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._fields!r})"

    def to_dict(self) -> Dict[str, Any]:
        """The object as it came."""
        return self._fields


class Event(Fields):
    """One line of the log: `info` says what happened, `data` has the details."""


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields(value)
    if isinstance(value, list):
        return [_wrapped(item) for item in value]
    return value


def parse(line: str) -> Optional[Event]:
    """The event in a line; `None` where the line is none."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    is_event = isinstance(fields, dict) and isinstance(fields.get("info"), dict) and "data" in fields
    return Event(fields) if is_event else None
