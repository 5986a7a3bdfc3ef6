"""One module per command: `declare(parser)` says its options, `run(invocation)` returns the exit code."""
