"""Claude Code as a provider: one process of the user's own program for one answer.

argv     how it is started, in which environment, and what it is told on stdin. Pure
lines    what it prints, line by line, to canonical events, quota windows and failures. Pure
run      the process: its pipes, deadlines and end
looking  whether it is there and logged in, by its own word

Rules for editing: argv and environment hold no word of a conversation and no credential of ours; its own login is
never read, copied or renewed; whoever leaves early takes the process and its children along.
"""
