"""Between a plan and a provider: what to send (`kinds`, `call`), how it travels (`transport`), its framing (`sse`)."""
