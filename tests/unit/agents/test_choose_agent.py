"""Who takes a message. The same words always reach the same agent."""

from dataclasses import replace

import pytest

from core.agents.choose_agent import choose_agent, hand_over_words, split_ask
from core.agents.model import Chooser, Roster
from core.agents.ready_roster import ready_roster
from core.kernel.errors import Refused

ROSTER = ready_roster()
ANA = Chooser("UANA", administers=True)
BEN = Chooser("UBEN", administers=False, default_agent="engineering")


@pytest.mark.parametrize(
    ("text", "name", "question"),
    [
        ("@mara, what is new?", "Mara", "what is new?"),
        ("@Mara what is new?", "Mara", "what is new?"),
        ("mara: what is new?", "Mara", "what is new?"),
        ("MARA, what is new?", "Mara", "what is new?"),
        ("hey Mara, what is new?", "Mara", "what is new?"),
        ("ask finance: what may a hotel cost?", "Finn", "what may a hotel cost?"),
        ("ask finance what may a hotel cost?", "Finn", "what may a hotel cost?"),
        ("Ask Finn about hotels", "Finn", "about hotels"),
        ("ask @finn to check hotels", "Finn", "ask to check hotels"),
        ("finance, what may a hotel cost?", "Finn", "what may a hotel cost?"),
        ("hr: how do I book leave?", "Pia", "how do I book leave?"),
        ("Chief of staff: who decides?", "Mara", "who decides?"),
        ("chief of  staff – who decides?", "Mara", "who decides?"),
        ("what does the lease say, @legal", "Lex", "what does the lease say,"),
        ("@ada", "Ada", ""),
        ("hi remy", "Remy", ""),
        ("Ada, why\nis it slow?", "Ada", "why\nis it slow?"),
    ],
)
def test_an_address_wins_and_is_taken_out(text, name, question):
    choice = choose_agent(ROSTER, text, thread_agent="sales")

    assert (choice.agent.name, choice.question) == (name, question)
    assert choice.reason == f"You addressed {name}."


@pytest.mark.parametrize(
    "text",
    [
        "people who work remotely get what?",
        "Support hours on Sunday?",
        "write to bob@finance.com",
        "the @salesforce login",
        "solar panels: how many?",
        "ask peoples' opinion",
        "what does finance do?",
    ],
)
def test_a_word_that_is_not_an_address_is_left_alone(text):
    choice = choose_agent(ROSTER, text, thread_agent="legal")

    assert (choice.agent.name, choice.question) == ("Lex", text)
    assert choice.reason == "This thread is with Lex."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("How many weeks of parental leave do we get?", "Pia"),
        ("How do I file an expense report?", "Finn"),
        ("Which logo is right?", "Juno"),
        ("May I give a discount of 20 %?", "Sol"),
        ("How do we roll out a release?", "Ada"),
        ("What does the NDA forbid?", "Lex"),
        ("How long is the warranty?", "Remy"),
        ("Sum up last year", "Mara"),
    ],
)
def test_otherwise_the_topic_decides(text, name):
    assert choose_agent(ROSTER, text).agent.name == name


def test_the_reason_is_in_words():
    by_topic = choose_agent(ROSTER, "How many weeks of parental leave do we get?")
    by_none = choose_agent(ROSTER, "Tell me something")

    assert by_topic.reason == "“parental leave” is a topic of Pia, people."
    assert by_none.reason == "No topic stood out, so Mara, chief of staff, takes it."


def test_a_thread_of_an_agent_that_is_gone_is_routed_anew():
    assert choose_agent(ROSTER, "Which logo?", thread_agent="astrology").agent.name == "Juno"


@pytest.mark.parametrize(
    ("text", "name", "question"),
    [
        ("finance what may a hotel cost?", "Finn", "what may a hotel cost?"),
        ("mara hotels in Oslo", "Mara", "hotels in Oslo"),
        ("legal holidays in May", "Lex", "legal holidays in May"),
        ("@pia sick leave", "Pia", "sick leave"),
        ("chief of staff who decides?", "Mara", "who decides?"),
        ("people", "Pia", ""),
        ("which logo is right?", "Juno", "which logo is right?"),
        ("", "Mara", ""),
    ],
)
def test_after_ask_a_first_word_may_name_the_agent(text, name, question):
    choice = split_ask(ROSTER, text)

    assert (choice.agent.name, choice.question) == (name, question)


def test_a_very_long_message_is_routed_quickly():
    assert choose_agent(ROSTER, "chief of " * 5_000).agent.name == "Mara"


def test_a_roster_with_two_agents_of_one_name_is_refused():
    with pytest.raises(ValueError, match="two agents answer to 'mara'"):
        Roster((ROSTER.default, ROSTER.default))


def test_a_roster_without_agents_is_refused():
    with pytest.raises(ValueError, match="at least one agent"):
        Roster(())


def changed(**changes):
    """The ready roster, with changes to some agents, by key."""
    return Roster(tuple(replace(agent, **changes.get(agent.key, {})) for agent in ROSTER.everyone))


@pytest.mark.parametrize(
    ("text", "name", "question"),
    [
        ("hand over to finance", "Finn", ""),
        ("Hand this over to Finn, please", "Finn", ""),
        ("please pass this on to legal.", "Lex", ""),
        ("Could you hand the thread to @lex: who signs?", "Lex", "who signs?"),
        ("let Lex take this", "Lex", ""),
        ("Let Ada handle it!", "Ada", ""),
        ("have chief of staff take over", "Mara", ""),
        ("Finn, please take over", "Finn", ""),
        ("@finn take this", "Finn", ""),
        ("switch to sales: what is the discount?", "Sol", "what is the discount?"),
    ],
)
def test_a_hand_over_that_is_asked_for_takes_the_thread(text, name, question):
    choice = choose_agent(ROSTER, text, thread_agent="people")

    assert (choice.agent.name, choice.question, choice.takes_thread) == (name, question, True)
    assert choice.reason == hand_over_words(choice.agent)


@pytest.mark.parametrize(
    "text",
    [
        "When do we hand over to finance?",
        "hand over to finance on Monday is planned, is it not?",
        "Who may pass this to legal counsel outside?",
        "let legal matters rest",
        "switch to finance software",
    ],
)
def test_talk_of_handing_over_is_not_a_request(text):
    assert not choose_agent(ROSTER, text, thread_agent="people").takes_thread


def test_who_is_named_and_not_open_is_refused_in_words():
    roster = changed(legal={"open_to": "admins"})

    for text in ("@lex who signs?", "let Lex take this"):
        with pytest.raises(Refused, match=r"Lex is not open to you\. An admin can change that\."):
            choose_agent(roster, text, chooser=BEN)
    with pytest.raises(Refused, match="not open to you"):
        split_ask(roster, "legal who signs?", BEN)
    assert choose_agent(roster, "@lex who signs?", chooser=ANA).agent.name == "Lex"


def test_who_is_named_and_off_is_refused_for_admins_too():
    with pytest.raises(
        Refused, match=r"Finn, finance, was switched off by an admin\. You can ask Mara"
    ):
        choose_agent(changed(finance={"is_on": False}), "finn: the budget?", chooser=ANA)


@pytest.mark.parametrize(
    "change", [{"is_on": False}, {"open_to": "admins"}, {"open_to": "listed", "persons": ("U1",)}]
)
def test_a_topic_leads_only_to_who_may_be_asked(change):
    roster = changed(finance=change)

    assert choose_agent(roster, "What is the budget?", chooser=BEN).agent.name != "Finn"


def test_a_thread_of_an_agent_that_was_switched_off_goes_on_with_another():
    choice = choose_agent(
        changed(finance={"is_on": False}), "Which logo?", thread_agent="finance", chooser=BEN
    )

    assert (choice.agent.name, choice.takes_thread) == ("Juno", True)
    assert choice.reason == (
        "This thread was with Finn, who is switched off. “logo” is a topic of Juno, marketing."
    )


def test_a_thread_of_an_agent_that_is_not_open_to_all_stays_its_own():
    choice = choose_agent(
        changed(finance={"open_to": "admins"}), "Which logo?", thread_agent="finance", chooser=BEN
    )

    assert (choice.agent.name, choice.takes_thread) == ("Juno", False)


def test_the_person_s_default_takes_what_has_no_clear_topic():
    choice = choose_agent(ROSTER, "Tell me something", chooser=BEN)

    assert choice.agent.name == "Ada"
    assert choice.reason == "No topic stood out, so Ada, your default agent, takes it."
    assert choose_agent(ROSTER, "Which logo?", chooser=BEN).agent.name == "Juno"
    off = changed(engineering={"is_on": False})
    assert choose_agent(off, "Tell me something", chooser=BEN).agent.name == "Mara"


def test_without_any_agent_for_a_person_it_is_said():
    roster = changed(**{agent.key: {"open_to": "admins"} for agent in ROSTER.everyone})

    with pytest.raises(Refused, match="No agent here is open to you"):
        choose_agent(roster, "Hello", chooser=BEN)


def test_with_the_first_one_off_the_next_takes_what_fits_nobody():
    roster = changed(chief_of_staff={"is_on": False})

    assert roster.default.name == "Finn"
    assert choose_agent(roster, "Tell me something").agent.name == "Finn"
