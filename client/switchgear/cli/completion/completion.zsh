#compdef switchgear
# The Tab key for switchgear in zsh; printed by: switchgear completion zsh
# In ~/.zshrc, behind compinit:  eval "$(switchgear completion zsh)"
# or once, into a directory of $fpath:  switchgear completion zsh > ~/.zfunc/_switchgear
# Builtins only: names are read from a small file that the daemon keeps.

typeset -g _switchgear_names_file=@FILE@

# Offers the names of kind $1, and the words behind it.
_switchgear_names() {
  local kind name wanted=$1
  local -a found=()
  shift
  # _arguments puts options of compadd in front of what it was told
  while [[ $wanted == -* || $wanted != (model|provider|session) ]] && (($#)); do
    wanted=$1
    shift
  done
  if [[ -O $_switchgear_names_file ]]; then
    while IFS=$'\t' read -r kind name; do
      if [[ $kind == variant && $PREFIX == */* ]]; then kind=model; fi
      if [[ $kind == $wanted ]]; then found+=($name); fi
    done <$_switchgear_names_file
  fi
  compadd -a found
  if (($#)); then compadd -- "$@"; fi
}

# Sets the caller's `commands`, and `specs` of command $1.
_switchgear_table() {
@TABLE@
}

_switchgear() {
  local curcontext=$curcontext state='' context='' line=''
  local -A opt_args
  local -a commands=() specs=()
  _switchgear_table ''
  _arguments -C $specs \
    '1:command:->command' \
    '*::argument:->argument' && return 0
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      curcontext=${curcontext%:*}-$words[1]:
      _switchgear_table $words[1]
      if (($#specs)); then _arguments -S -s $specs; fi
      ;;
  esac
}

if [[ ${zsh_eval_context[-1]-} == loadautofunc ]]; then
  _switchgear "$@"
else
  compdef _switchgear switchgear
fi
