# Switchgear at the fish prompt, at the right: which model you used last, who serves it, what is left.
# In ~/.config/fish/config.fish:
#   switchgear prompt init fish | source
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it; =env only exports SWITCHGEAR_OK, _WARN or _FAIL.

set -g __switchgear_file @FILE@

function __switchgear_now --description 'Epoch seconds: the age of the file is all that a builtin tells of the time'
    if builtin -q path
        math (path mtime $__switchgear_file) + (path mtime -R $__switchgear_file)
    else
        command date +%s
    end
end

function __switchgear_read --no-scope-shadowing --description 'Sets level and text of the caller'
    set level
    set text
    test "$SWITCHGEAR_PROMPT" != 0 -a -r "$__switchgear_file"
    or return 0
    read -d \t until level text <$__switchgear_file
    and string match -qr '^[0-9]+$' -- "$until"
    and test "$until" -ge (__switchgear_now)
    or set text ''
    set text (string replace /100 ' %' -- "$text")
end

function __switchgear_segment --description 'Prints the segment in its colour'
    set -l until
    set -l level
    set -l text
    __switchgear_read
    test -n "$text"
    or return 0
    set -l colour brblack
    switch $level
        case warn
            set colour yellow
        case fail
            set colour red
    end
    if set -q NO_COLOR[1]; and test -n "$NO_COLOR"
        printf %s "$text"
    else
        printf %s%s%s (set_color $colour) "$text" (set_color normal)
    end
end

if test "$SWITCHGEAR_PROMPT" = env
    function __switchgear_export --on-event fish_prompt
        set -l until
        set -l level
        set -l text
        __switchgear_read
        set -e SWITCHGEAR_OK
        set -e SWITCHGEAR_WARN
        set -e SWITCHGEAR_FAIL
        if test -n "$text"
            set -gx SWITCHGEAR_(string upper -- $level) $text
        end
    end
else if not functions -q __switchgear_right_prompt_before
    if functions -q fish_right_prompt
        functions -c fish_right_prompt __switchgear_right_prompt_before
    else
        function __switchgear_right_prompt_before
        end
    end
    function fish_right_prompt
        __switchgear_right_prompt_before
        set -l segment (__switchgear_segment)
        if test -n "$segment"
            printf ' %s' $segment
        end
    end
end
