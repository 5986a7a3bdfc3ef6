"""What shells show of us without asking: one line for the prompt, one for each session, names for the Tab key.

    segment    what the line says now, from what State believes               pure
    recent     which offer answered last, for all and by session
    names      the names the Tab key completes                                pure
    files      the files in the runtime directory, replaced whole
    keeper     the one task that keeps them as they should be

A file is `valid_until<TAB>level<TAB>text`: epoch seconds after which nobody keeps it, ok | warn | fail, and the text,
made harmless (`core.harmless`). Its modification time is `valid_until` too, for fish, which has no other
clock without a process. A percentage is written `62/100`, because zsh gives the percent sign a meaning.
"""
