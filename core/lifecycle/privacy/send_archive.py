"""Export a workspace and send the archive to the admin who asked, in their direct message."""

from dataclasses import dataclass

from core.audit.attempt import attempt
from core.conversations.ports import FileSink
from core.conversations.send_file import Sending, send_file
from core.db.tenant import TenantContext
from core.kernel.signing import Signer
from core.lifecycle.archive.export_tenant import export_tenant

ACTION = "lifecycle:archive:send"


@dataclass(frozen=True, slots=True)
class Parcel:
    """For whom the archive is, where it goes, and the *words* above it."""

    person_id: str
    channel: str
    name: str
    words: str


async def send_archive(
    context: TenantContext, signer: Signer, files: FileSink, parcel: Parcel, *, reference: str
) -> bool:
    """False when an earlier try of the same *reference* has sent it: it is sent once.

    The archive is made here, handed to Slack and removed. That it leaves is in the log before it
    does. Raises CannotSend, Unavailable, Conflict.
    """
    sending = Sending(parcel.channel, parcel.name, "Signed export of this workspace", parcel.words)
    who = parcel.person_id
    async with attempt(context, ACTION, who, reference=reference) as act:
        sent = await send_file(
            context,
            files,
            sending,
            lambda path: export_tenant(context, signer, path, actor=who, reference=reference),
            key=f"archive:{reference}",
        )
        await act.conclude("done", sent_before=not sent)
    return sent
