"""The checker is shown runs with one thing wrong, and finds it."""

from dataclasses import replace

import pytest

from tests.faults.history.check import check
from tests.faults.history.model import Delivery, History, Message, Said, Stored, Window
from tests.faults.history.summary import in_words, summarize

ONE, TWO, OTHERS = "TOK0000000001", "TOK0000000002", "TOK00000000aa"
CANARY, FOREIGN = "CAN0000000001", "CAN00000000ff"
START = 1_000.0


def a_clean_run() -> History:
    """Two questions in one thread of w1, one in w2; each answered."""
    said = [
        Said("w1", "D1", "10.1", "10.1", START + 1, ONE),
        Said("w1", "D1", "10.2", "10.1", START + 2, TWO),
        Said("w2", "C2", "10.3", "10.3", START + 3, OTHERS),
        Said("w1", "C1", "10.4", "10.4", START + 4),
    ]
    messages = [
        Message("w1", "D1", "10.1", "20.1", True, f"To {ONE}. The documents say {CANARY} [1]."),
        Message("w1", "D1", "10.1", "20.2", True, f"To {TWO}. The documents say {CANARY} [1]."),
        Message("w2", "C2", "10.3", "20.3", True, f"To {OTHERS}. The documents say {FOREIGN} [1]."),
    ]
    deliveries = [
        Delivery(f"Ev{n}", "message", each.workspace, 0, each.at, 12.0, "200", each.ts)
        for n, each in enumerate(said)
    ]
    stored = [
        Stored(
            workspace,
            {each.event_id: "done" for each in deliveries if each.workspace == workspace},
            {
                f"{each.channel}:{each.ts}": ("done", each.at + 2)
                for each in said
                if each.token and each.workspace == workspace
            },
            {"sent": 2},
        )
        for workspace in ("w1", "w2")
    ]
    canaries = {"w1": CANARY, "w2": FOREIGN}
    return History(
        1, START, START + 10, said, [], {}, deliveries, messages, stored, canaries, 0, []
    )


def rules(history: History) -> set[str]:
    return {finding.rule for finding in check(history)}


def test_a_clean_run_is_clean():
    run = a_clean_run()

    assert check(run) == []
    assert summarize(run, []).clean
    assert "clean" in in_words(summarize(run, []), [])


def test_a_history_that_was_kept_is_the_same_one():
    run = a_clean_run()

    assert History.from_json(run.as_json()) == run


def test_a_lost_answer_is_found():
    run = a_clean_run()
    del run.messages[0]

    assert rules(run) == {"lost"}


def test_an_answer_that_never_ended_is_lost():
    run = a_clean_run()
    run.messages[0] = replace(run.messages[0], streaming=True)

    assert rules(run) == {"lost"}


@pytest.mark.parametrize("cut", [2, 9, 16, 30, 40])
def test_an_answer_that_goes_on_in_a_second_message_is_one(cut):
    run = a_clean_run()
    begun = run.messages[2]
    run.messages[2] = replace(begun, text=begun.text[:cut].strip())
    run.messages.append(replace(begun, ts="20.9", text=begun.text[cut:].strip()))
    assert rules(run) == set()

    run.messages.pop()
    assert rules(run) & {"lost", "unfounded"}


def test_an_apology_is_not_the_second_half_of_an_answer():
    run = a_clean_run()
    run.messages[2] = replace(run.messages[2], text=f"To {OTHERS[:9]}")
    run.messages.append(replace(run.messages[2], ts="20.9", text="AEGIS is busy."))

    assert "lost" in rules(run)


HALVES = {
    "the beginning": f"To {ONE} the documents",
    "the middle": "The documents say",
    "two in one": f"To {ONE} the docTo {ONE}. The documents say {CANARY} [1].",
    "nothing": "",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "stopped"])
@pytest.mark.parametrize("ts", ["20.05", "20.15"], ids=["before the answer", "after it"])
def test_half_an_answer_beside_a_whole_one_is_a_leftover(half, streaming, ts):
    run = a_clean_run()
    run.messages.append(Message("w1", "D1", "10.1", ts, True, half, streaming))

    assert "leftover" in rules(run)


@pytest.mark.parametrize(
    "words",
    ["Sorry, no model answered just now. Please try again in a minute.", "_Stopped._"],
)
def test_an_apology_is_no_leftover(words):
    run = a_clean_run()
    run.messages[2] = replace(run.messages[2], text=words)

    assert rules(run) == {"lost"}


def test_half_an_answer_is_no_leftover_where_somebody_pressed_stop_or_a_failover_forgot_it():
    run = a_clean_run()
    run.messages.append(Message("w2", "C2", "10.3", "20.9", True, "The documents say"))
    assert "leftover" in rules(run)
    stopped = replace(run, said=[*run.said[:2], replace(run.said[2], stopped=True), run.said[3]])
    assert "leftover" not in rules(stopped)

    run.windows.append(Window("fail over", START + 4, START + 6, ("acks", "answers")))
    assert "leftover" not in rules(run)


def test_a_doubled_answer_is_found():
    run = a_clean_run()
    run.messages.append(replace(run.messages[2], ts="20.9"))

    assert rules(run) == {"doubled"}


@pytest.mark.parametrize("canary", ["alone", "beside its own"])
def test_a_foreign_canary_is_found(canary):
    run = a_clean_run()
    text = run.messages[0].text
    spoiled = text.replace(CANARY, FOREIGN) if canary == "alone" else f"{text} {FOREIGN}"
    run.messages[0] = replace(run.messages[0], text=spoiled)

    assert "foreign" in rules(run)


def test_an_answer_in_another_workspace_is_foreign():
    run = a_clean_run()
    run.messages[2] = replace(run.messages[2], workspace="w1", text=run.messages[2].text)

    assert {"foreign", "lost"} <= rules(run)


def test_an_answer_in_another_thread_is_foreign():
    run = a_clean_run()
    run.messages[0] = replace(run.messages[0], thread_ts="10.4", channel="C1")

    assert {"foreign", "lost"} <= rules(run)


def test_an_answer_without_the_documents_words_is_found():
    run = a_clean_run()
    run.messages[0] = replace(run.messages[0], text=f"To {ONE}. The documents say no word.")

    assert rules(run) == {"unfounded"}


def test_answers_in_the_wrong_order_are_found():
    run = a_clean_run()
    run.messages[0] = replace(run.messages[0], ts="20.5")

    assert rules(run) == {"disordered"}


def test_a_reply_that_came_before_the_message_it_follows_is_answered_after_it():
    """In a channel: before its mention nobody was asked."""
    run = a_clean_run()
    run.said[:2] = [
        replace(run.said[0], channel="C1", at=START + 2),
        replace(run.said[1], channel="C1", at=START + 1),
    ]
    run.deliveries[0] = replace(run.deliveries[0], sent_at=START + 2)
    run.deliveries[1] = replace(run.deliveries[1], sent_at=START + 1)
    run.messages[:2] = [replace(message, channel="C1") for message in run.messages[:2]]
    run.stored[0].turns.update({"C1:10.1": ("done", START + 4), "C1:10.2": ("done", START + 4)})

    assert rules(run) == set()


def test_of_what_was_set_aside_an_owner_hears_once_an_hour():
    run = a_clean_run()
    run.said.append(Said("w1", "D1", "10.9", "10.9", START + 3, "TOK00000000bb", poison=True))
    run.messages.append(Message("w1", "D1", "10.9", "30.0", True, "Sorry, something broke"))
    notice = "Something in this workspace failed on our side again and again, so"
    run.messages += [Message("w1", "D9", "", ts, True, notice) for ts in ("31.0", "3700.0")]
    assert "uncalled" not in rules(run)

    run.messages.append(Message("w1", "D9", "", "3800.0", True, notice))
    assert "uncalled" in rules(run)


def test_words_where_nobody_asked_are_found():
    run = a_clean_run()
    run.messages.append(Message("w1", "C1", "10.4", "20.8", True, "Hello!"))

    assert rules(run) == {"uncalled"}


@pytest.mark.parametrize(("took_ms", "status"), [(3_000.0, "200"), (5.0, "503"), (5.0, "401")])
def test_a_late_or_failed_ack_is_found_unless_something_broken_explains_it(took_ms, status):
    run = a_clean_run()
    run.deliveries.append(Delivery("Ev0", "message", "w1", 1, START + 5, took_ms, status, "10.1"))
    assert rules(run) == {"late"}

    run.windows.append(Window("kill -9 the database", START + 4, START + 6, ("acks",)))
    assert rules(run) == set()

    run.windows[0] = replace(run.windows[0], began=START + 8.5, ended=START + 9)
    assert rules(run) == {"late"}


def test_a_200_without_a_commit_is_found():
    run = a_clean_run()
    run.stored[0].inbox.pop("Ev3")

    assert rules(run) == {"uncommitted"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: setattr(run, "mailboxes", 1),
        lambda run: run.stored[0].inbox.update(Ev0="waiting"),
        lambda run: run.stored[0].inbox.update(Ev0="set_aside"),
        lambda run: run.stored[0].turns.update({"D1:10.1": ("open", 0.0)}),
        lambda run: run.stored[0].outbox.update(sending=1),
    ],
    ids=["mailbox", "waiting", "set aside", "turn", "outbox"],
)
def test_what_still_waits_in_the_end_is_found(spoil):
    run = a_clean_run()
    spoil(run)

    assert rules(run) == {"undrained"}


def test_a_broken_audit_chain_is_found():
    run = a_clean_run()
    run.audit.append("tenant 12: row 7 was altered")

    assert rules(run) == {"unaudited"}


def a_poisoned_run(times_told: int) -> History:
    run = a_clean_run()
    poison = Said("w1", "D1", "11.1", "11.1", START + 5, "TOK00000000bb", poison=True)
    run.said.append(poison)
    run.stored[0].inbox["Ev9"] = "set_aside"
    for number in range(times_told):
        run.messages.append(Message("w1", "D1", "11.1", f"21.{number}", True, "Sorry."))
    return run


def test_who_sent_poison_is_told_once():
    assert rules(a_poisoned_run(1)) == set()
    assert rules(a_poisoned_run(0)) == {"untold"}
    assert rules(a_poisoned_run(2)) == {"untold", "doubled"}


def test_an_owner_is_told_once_and_only_of_what_was_set_aside():
    words = "Something in this workspace failed on our side again and again, so it is set aside."
    notices = [Message("w1", "D9", "", f"22.{number}", True, words) for number in range(2)]
    run = a_poisoned_run(1)
    run.messages.append(notices[0])
    assert rules(run) == set()

    run.messages.append(notices[1])
    assert rules(run) == {"uncalled"}
    without = a_clean_run()
    without.messages.append(notices[0])
    assert rules(without) == {"uncalled"}
