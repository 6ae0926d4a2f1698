"""The task that reads in a file from Slack: begun again by whoever comes next, and told once."""

import contextlib
from dataclasses import replace

from core.conversations import store
from core.conversations.files.accept_file import card_key, outcome_key
from core.conversations.files.fetch_file import fetch_file
from core.conversations.files.file_card import FileCard
from core.conversations.files.filing import Filing
from core.conversations.files.model import FilePlace, FileStage, FileStatus, SharedFile
from core.conversations.model import Outgoing
from core.conversations.notices.tell_person import tell_person
from core.conversations.ports import CannotPost
from core.conversations.show_card import find_card, keep_card, show_card
from core.db.tenant import TenantContext
from core.db.transaction import Tx
from core.kernel.errors import Disconnected, DomainError, NotFound, Postponed
from core.kernel.waiting.outage import DATABASE_AWAY
from core.knowledge.arrivals import store as arrivals
from core.knowledge.arrivals.model import Arrival, Withdrawn
from core.knowledge.arrivals.take_in import take_in
from core.knowledge.model import MAX_BYTES, Ingested

# The task may be quicker than the card. So long after it came it goes on without: Slack takes no card.
CARD_PATIENCE_SECONDS = 120.0
LOST = "It was lost while it waited for its turn. Send it to me again, please."


class FileReading:
    """One file on its way from Slack into the knowledge: what every step of it needs to know."""

    def __init__(
        self,
        context: TenantContext,
        filing: Filing,
        file: SharedFile,
        place: FilePlace,
        *,
        document_id: str,
        reference: str,
        age_seconds: float,
    ) -> None:
        """*age_seconds*: since its task was put."""
        self._context = context
        self._filing = filing
        self._file = file
        self._place = place
        self._document_id = document_id
        self._reference = reference
        self._age_seconds = age_seconds

    async def run(self) -> None:
        """Read it, unless that is done, and say on its card what came of it. A second call says it once
        more and does nothing else. Raises Postponed, Disconnected, and AuditUnwritable where the log
        has no room: then it is tried again later.
        """
        if await find_card(self._context, self._outcome) is None:
            await self._await_card()
            arrival = await self._find_arrival()
            try:
                if arrival is None:
                    raise NotFound(LOST)
                await self._read(arrival)
            except Withdrawn:
                await self._show_forgotten()
                return
            except DomainError as error:
                if isinstance(error, Disconnected) or isinstance(error.__cause__, DATABASE_AWAY):
                    raise  # it passes: nobody has to send the file again for that
                await self.fail(str(error))
        await self._tell()

    async def fail(self, reason: str) -> None:
        """Let go of it, with the words for its card in the same commit."""
        async with self._context.db.transaction() as tx:
            await arrivals.drop_arrival(tx, self._document_id)
            await keep_card(
                tx, self._outcome, self._draw(replace(self._status("failed"), reason=reason))
            )

    async def give_up(self, reason: str) -> None:
        """Fail, if it has not come to an end, and say so."""
        if await find_card(self._context, self._outcome) is None:
            await self.fail(reason)
        await self._tell()

    async def _await_card(self) -> None:
        """Raises Postponed while it is likely that the card is being posted: what came of the file would
        be said first, and the card would then wait for ever."""
        _, message_ts = await self._find_card()
        if message_ts is None and self._age_seconds < CARD_PATIENCE_SECONDS:
            raise Postponed("the card of a file is not there yet", 1.0)

    async def _find_arrival(self) -> Arrival | None:
        """None when somebody has forgotten it, or its row was lost."""
        async with self._context.db.transaction() as tx:
            return await arrivals.find_arrival(tx, self._document_id)

    async def _read(self, arrival: Arrival) -> None:
        place, message_ts = await self._find_card()
        async with FileCard(self._context, self._filing, place, message_ts) as card:

            async def progress(done: int, of: int) -> None:
                if await self._find_arrival() is None:
                    raise Withdrawn
                card.show(replace(self._status("reading"), done=done, of=of))

            content = await self._fetch()
            await take_in(
                self._context,
                self._filing.shelf,
                arrival,
                content,
                reference=self._reference,
                progress=progress,
                also=self._keep,
            )

    async def _fetch(self) -> bytes:
        """From Slack, each time anew: nothing of it is kept between two tries. By its size it is told
        from a page to sign in on, so Slack is asked for that too."""
        file = self._file
        if not file.url or (file.size is None and file.file_id):
            file = await self._filing.source.look_up(self._context, file)
        return await fetch_file(
            self._context,
            self._filing.source,
            file.url,
            size=file.size,
            limit=MAX_BYTES,
            person_id=self._place.person_id,
            reference=self._reference,
        )

    async def _keep(self, tx: Tx, ingested: Ingested) -> None:
        await keep_card(
            tx, self._outcome, self._draw(replace(self._status("ready"), ingested=ingested))
        )

    async def _show_forgotten(self) -> None:
        """What it said last may have been how far it was."""
        place, message_ts = await self._find_card()
        if message_ts is None:
            return
        words = self._draw(self._status("forgotten"))
        card = Outgoing(place.channel, words.text, place.thread_ts, words.blocks)
        with contextlib.suppress(CannotPost):
            await self._filing.messenger.update(self._context, message_ts, card)

    async def _tell(self) -> None:
        outcome = await find_card(self._context, self._outcome)
        assert outcome is not None, "what has come to an end has its words"
        await self._show(outcome)

    async def _show(self, words: Outgoing) -> None:
        """On the card; where that is gone, as a message of its own, once."""
        place, message_ts = await self._find_card()
        card = Outgoing(place.channel, words.text, place.thread_ts, words.blocks)
        if message_ts is not None:
            messenger = self._filing.messenger
            with contextlib.suppress(CannotPost):
                await show_card(self._context, messenger, message_ts, card, key=self._outcome)
                return
        await tell_person(
            self._context,
            self._filing.messenger,
            card,
            self._place.person_id,
            key=f"{self._outcome}:anew",
        )

    async def _find_card(self) -> tuple[Outgoing, str | None]:
        """Where it stands: in the thread, or in a direct message if the thread was closed to us."""
        async with self._context.db.transaction() as tx:
            posts = await store.list_posts(tx, card_key(self._document_id))
        for key, channel, thread_ts, message_ts in posts:
            if message_ts is not None and not key.startswith(self._outcome):
                return Outgoing(channel, "", thread_ts), message_ts
        return Outgoing(self._place.channel, "", self._place.thread_ts), None

    @property
    def _outcome(self) -> str:
        return outcome_key(self._document_id)

    def _status(self, stage: FileStage) -> FileStatus:
        return FileStatus(self._document_id, self._file.title, stage)

    def _draw(self, status: FileStatus) -> Outgoing:
        text, blocks = self._filing.draw(status)
        return Outgoing(self._place.channel, text, self._place.thread_ts, tuple(blocks))
