# The Tab key for switchgear in fish; printed by: switchgear completion fish
# Once:  switchgear completion fish > ~/.config/fish/completions/switchgear.fish
# Builtins only: names are read from a small file that the daemon keeps.

set -g __switchgear_names_file @FILE@

function __switchgear_names --description 'Names of this kind'
    test -O "$__switchgear_names_file"
    or return 0
    set -l typed (commandline -ct)
    while read -l -d \t kind name
        if test "$kind" = variant; and string match -q '*/*' -- $typed
            set kind model
        end
        if test "$kind" = "$argv[1]"
            printf '%s\n' $name
        end
    end <$__switchgear_names_file
end

function __switchgear_words --description 'The command and its places, as typed so far, without options'
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word $__switchgear_valued
            set skip yes
        else if not string match -q -- '-*' $word
            printf '%s\n' $word
        end
    end
end

function __switchgear_bare --description 'Whether no command is typed yet'
    set -l words (__switchgear_words)
    test (count $words) -eq 0
end

function __switchgear_in --description 'Whether this command is typed, and the cursor at that place; 2+: or behind'
    set -l words (__switchgear_words)
    test "$words[1]" = "$argv[1]"
    or return 1
    set -q argv[2]
    or return 0
    set -l at (string replace + '' -- $argv[2])
    if string match -q '*+' -- $argv[2]
        test (count $words) -ge $at
    else
        test (count $words) -eq $at
    end
end

complete -c switchgear -f
@TABLE@
