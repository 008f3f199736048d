"""Rules about links: that they lead somewhere, and that they are written well."""
