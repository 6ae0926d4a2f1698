"""The staff: who its agents are, and which of them takes a question."""
