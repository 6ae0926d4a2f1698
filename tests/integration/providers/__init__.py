"""The wire adapters against loopback servers that send what vendors send."""
