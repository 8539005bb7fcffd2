"""The suite that every journal must pass.

To test a store of your own:

    class TestMyJournal(JournalConformance):
        def make(self, folder: Path) -> Journal:
            return MyJournal(folder / "store")

`SharedJournalConformance` adds what holds when two instances look at the same store; `make` is then called twice with
the same folder. Needs pytest and pytest-asyncio; nothing else of lexiconsole imports this.
"""

from lexiconsole.store.conformance.audit import AuditConformance
from lexiconsole.store.conformance.commits import CommitsConformance
from lexiconsole.store.conformance.entries import EntriesConformance
from lexiconsole.store.conformance.following import FollowingConformance
from lexiconsole.store.conformance.forks import ForksConformance
from lexiconsole.store.conformance.histories import HistoriesConformance
from lexiconsole.store.conformance.listing import ListingConformance
from lexiconsole.store.conformance.ownership import OwnershipConformance
from lexiconsole.store.conformance.requests import RequestsConformance
from lexiconsole.store.conformance.shared import SharedJournalConformance
from lexiconsole.store.conformance.standing import StandingConformance

__all__ = ["JournalConformance", "SharedJournalConformance"]


class JournalConformance(
    EntriesConformance,
    CommitsConformance,
    FollowingConformance,
    ForksConformance,
    StandingConformance,
    OwnershipConformance,
    RequestsConformance,
    ListingConformance,
    HistoriesConformance,
    AuditConformance,
):
    """Everything a journal must do with one instance on a store."""
