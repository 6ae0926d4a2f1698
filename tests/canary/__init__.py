"""A bystander among the tenants of every test run, full of canaries, and a net that hears them.

Every text of the bystander holds a word that stands nowhere else. Whatever the run shows, sends,
logs, prompts, raises or stores for anybody else is searched for it, and the test that was running
fails with the place it was found (A44). The net observes; it changes nothing of what it hears.
"""
