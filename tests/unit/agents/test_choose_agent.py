"""Who takes a message. The same words always reach the same agent."""

import pytest

from core.agents.choose_agent import choose_agent, split_ask
from core.agents.model import Roster
from core.agents.ready_roster import ready_roster

ROSTER = ready_roster()


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
