# Switchgear at the fish prompt, at the right: which model you used last, who serves it, what is left.
# In ~/.config/fish/config.fish:
#   switchgear prompt init fish | source
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it; =env only exports SWITCHGEAR_OK, _WARN or _FAIL.

# No builtin of fish tells the time, but the file says that it was changed when it runs out, and `path mtime -R` counts
# from there. Its substitution costs more than all the rest, so it is asked once for each line; from then on it is
# compared with the seconds since the machine was started, which are a file to read.
set -g __switchgear_file @FILE@
set -g __switchgear_clock /proc/uptime # where there is none (macOS), each prompt asks
set -g __switchgear_known \n # no line is this
set -g __switchgear_ok (set_color brblack)
set -g __switchgear_warn (set_color yellow)
set -g __switchgear_fail (set_color red)
set -g __switchgear_normal (set_color normal)

function __switchgear_good --description 'Whether there is a line of our own that has not run out'
    test "$SWITCHGEAR_PROMPT" != 0 -a -O $__switchgear_file
    or return
    read -l line <$__switchgear_file
    test "$NO_COLOR$line" = "$__switchgear_known"
    or __switchgear_learn
    or return
    if test -n "$__switchgear_end" # `rest`: of fish 4 `_` cannot be written
        read -l -d . now rest <$__switchgear_clock
        test $now -lt $__switchgear_end
    else
        set -l since (__switchgear_since)
        string match -q -- '-*' "$since"
    end
end

function __switchgear_learn --description 'Makes ready what a new line shows, and how long it is good'
    read -l -d \t until level text <$__switchgear_file
    string match -qr '^\d+$' -- "$until"
    and test -n "$text"
    or return
    set -l colour __switchgear_$level
    contains -- "$level" ok warn fail
    or set colour __switchgear_ok
    set -g __switchgear_until $until
    set -g __switchgear_level $level
    set -g __switchgear_text (string replace /100 ' %' -- $text)
    set -g __switchgear_drawn $__switchgear_text
    test -n "$NO_COLOR"
    or set __switchgear_drawn $$colour$__switchgear_text$__switchgear_normal
    set -g __switchgear_end
    if test -r $__switchgear_clock
        set -l since (__switchgear_since)
        or return
        read -l -d . now rest <$__switchgear_clock
        set __switchgear_end (math $now - $since)
    end
    set __switchgear_known "$NO_COLOR$until"\t"$level"\t"$text"
end

function __switchgear_since --description 'Seconds since the file ran out; while it is good below 0'
    if builtin -q path
        path mtime -R $__switchgear_file
    else # before fish 3.5
        math (command date +%s) - $__switchgear_until
    end
end

function __switchgear_segment --description 'Prints the segment in its colour, behind the words given'
    __switchgear_good
    and echo "$argv$__switchgear_drawn"
    or true # nothing to show is no failure
end

if test "$SWITCHGEAR_PROMPT" = env
    function __switchgear_export --on-event fish_prompt
        set -e SWITCHGEAR_OK
        set -e SWITCHGEAR_WARN
        set -e SWITCHGEAR_FAIL
        __switchgear_good
        and contains -- "$__switchgear_level" ok warn fail
        and set -gx SWITCHGEAR_(string upper $__switchgear_level) $__switchgear_text
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
