# Switchgear at the fish prompt, at the right: which model you used last, who serves it, what is left.
# In ~/.config/fish/config.fish:
#   switchgear prompt init fish | source
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it; =env only exports SWITCHGEAR_OK, _WARN or _FAIL.

set -g __switchgear_file @FILE@
set -g __switchgear_ok (set_color brblack)
set -g __switchgear_warn (set_color yellow)
set -g __switchgear_fail (set_color red)
set -g __switchgear_normal (set_color normal)

function __switchgear_left --description 'Seconds since the file ran out, which is when it says it was changed'
    if builtin -q path
        path mtime -R $__switchgear_file
    else
        read -l -d \t until _ <$__switchgear_file
        math (command date +%s) - $until
    end
end

function __switchgear_read --no-scope-shadowing --description 'Sets level and text of the caller'
    set level
    set text
    if test "$SWITCHGEAR_PROMPT" != 0 -a -O "$__switchgear_file"
        if test (__switchgear_left) -lt 0
            read -d \t until level text <$__switchgear_file
        end
    end
end

function __switchgear_segment --description 'Prints the segment in its colour, behind the words given'
    set -l until
    set -l level
    set -l text
    __switchgear_read
    if test -n "$text"
        if test -z "$NO_COLOR"
            set -l colour __switchgear_$level
            set -q $colour
            or set colour __switchgear_ok
            set text $$colour$text$__switchgear_normal
        end
        string replace /100 ' %' -- "$argv$text"
        or true # nothing to replace is no failure
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
        if contains -- "$level" ok warn fail; and test -n "$text"
            set -gx SWITCHGEAR_(string upper -- $level) (string replace /100 ' %' -- "$text")
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
        __switchgear_segment ' '
    end
end
