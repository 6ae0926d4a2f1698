"""Embeddings made by a vendor: text of tenants leaves this machine, so an operator has to say so."""
