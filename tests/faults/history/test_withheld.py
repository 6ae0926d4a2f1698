"""While Slack does not say who is in a channel, answers leave sources out, and say so."""

from dataclasses import replace

from tests.faults.history.test_checker import ONE, a_clean_run, rules


def test_one_that_says_that_sources_were_left_out_is_none_unless_there_are_many(monkeypatch):
    run = a_clean_run()
    words = f"To {ONE}. The documents say no word.\n\n_1 source left out here, because …_"
    run.messages[0] = replace(run.messages[0], text=words)
    assert rules(run) == {"unfounded"}  # one of three

    monkeypatch.setattr("tests.faults.history.check.MOST_WITHHELD", 0.5)
    assert rules(run) == set()
