"""The vendors, each behind `core.gateway.ports.Provider`."""
