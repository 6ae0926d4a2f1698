"""A figure is the same however it is written, and another one is another."""

import pytest

from core.conversations.claims.figures import claimed_by, figures_of

BORNE = [
    ("18 weeks", "eighteen weeks"),
    ("two weeks", "2 weeks"),
    ("zwei Wochen", "two weeks"),
    ("twenty-one days", "21 days"),
    ("two hundred euros", "200 euros"),
    ("1,350 hours", "1350 hours"),
    ("1.350 Stunden", "1,350 hours"),
    ("18\u202f400 euros", "18,400 euros"),
    ("0,32 Euro", "0.32 euros"),
    ("1.1k euros", "1,100 euros"),
    ("3.5 million", "3,500,000"),
    ("1,200,500.25", "1200500.25"),
    ("60%", "60 percent"),
    ("at 4 pm", "due at 16:00"),
    ("16 Uhr", "at 4 p.m."),
    ("10am to 6pm", "10:00 to 18:00"),
    ("31. März", "31 March"),
    ("1 March 2027", "2027-03-01"),
    ("on Mondays", "closed on Monday"),
    ("1 week", "a week"),
    ("18 weeks", "18 or 20 weeks"),
    ("18 weeks", "18 full paid weeks, and 3 weeks of notice"),
    ("8 weeks half pay", "| Less than six months | 8 weeks | half pay |"),
    ("１８ weeks", "18 weeks"),
    ("١٨ weeks", "18 weeks"),
    ("an invoice is due, and you may march", "nothing here"),
]
CHANGED = [
    ("16 weeks", "18 weeks"),
    ("sixteen weeks", "eighteen weeks"),
    ("two weeks", "three weeks"),
    ("13.5 hours", "135 hours"),
    ("at 5 pm", "due at 16:00"),
    ("16 weeks", "due at 16:00"),
    ("16 weeks of leave", "18 weeks of leave, and 16 hours of training"),
    ("5 days", "1 day, and 5 people"),
    ("31 April", "31 March"),
    ("5 May", "5 June"),
    ("on Friday", "on Thursday"),
    ("１６ weeks", "18 weeks"),
    ("١٦ weeks", "18 weeks"),
]


@pytest.mark.parametrize(("claim", "source"), BORNE)
def test_the_same_figure_is_found_in_another_form(claim, source):
    assert claimed_by(claim).borne_by(figures_of(source))


@pytest.mark.parametrize(("claim", "source"), CHANGED)
def test_a_changed_figure_is_noticed(claim, source):
    assert not claimed_by(claim).borne_by(figures_of(source))
