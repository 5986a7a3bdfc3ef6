"""Everything between a plan and a provider: what to send (`kinds`, `call`), how it travels (`transport`), how it is framed (`sse`)."""
