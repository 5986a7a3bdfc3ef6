"""The demo's stand-in providers, taught to misbehave: what the fault tests script.

errors      more error answers of real providers, as rows
faults      every named behaviour: complete answers, errors, cuts, hangs, floods
standin     the demo's stand-in, which knows all of them by name
copilot     the demo's Copilot, with all its refusals
"""
