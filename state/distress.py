"""Says on the boards that the database takes nothing, past the database."""

from pathlib import Path

from state.spool import Spool, write_whole
from state.store.database import StoreUnwilling


def cry(spool: Spool, database: Path, error: StoreUnwilling) -> None:
    """Leave word for the boards; where even that fails, they see a silent core."""
    words = {
        "text": f"the state database takes no changes: {error}",
        "remedy": f"free space or end what holds {database}; nothing is lost, it is tried again",
    }
    try:
        write_whole(spool.distress_file, words)
    except OSError:
        return
    spool.ring_boards()
