"""Every test of a real client names its row of the table and its client, so that its result can be told in the end."""

import pytest

from tests.clients.found import version


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write row and client to each test's properties, which its result carries with it."""
    for item in items:
        row, held = item.get_closest_marker("shows"), getattr(item, "callspec", None)
        if row is not None and held is not None and "client" in held.params:
            agent, program = held.params["client"]
            told = f"{agent} {version(agent, program)}" if program else agent
            item.user_properties += [("shows", row.args[0]), ("client", told)]
