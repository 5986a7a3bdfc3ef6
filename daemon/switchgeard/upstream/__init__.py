"""Between a plan and a provider: what to send (`call`), how it travels (`transport`), its framing (`sse`)."""
