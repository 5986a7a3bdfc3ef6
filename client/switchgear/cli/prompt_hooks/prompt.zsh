# In ~/.zshrc:  eval "$(switchgear prompt init zsh)"
# It stands at the right. SWITCHGEAR_PROMPT=env only exports SWITCHGEAR_OK, _WARN or _FAIL.

_switchgear_precmd() {
  local level='' text='' colour=''
  _switchgear_read
  typeset -g switchgear_prompt=''
  if [[ ${SWITCHGEAR_PROMPT-} == env ]]; then
    unset SWITCHGEAR_OK SWITCHGEAR_WARN SWITCHGEAR_FAIL
    if [[ -n $text ]]; then
      case $level in
        ok) export SWITCHGEAR_OK=$text ;;
        warn) export SWITCHGEAR_WARN=$text ;;
        fail) export SWITCHGEAR_FAIL=$text ;;
      esac
    fi
  elif [[ -n $text ]]; then
    case $level in warn) colour=yellow ;; fail) colour=red ;; *) colour=8 ;; esac
    text=${text//\%/%%}
    if [[ -n ${NO_COLOR-} || ${TERM:-dumb} == dumb ]]; then
      switchgear_prompt=$text
    else
      switchgear_prompt="%F{$colour}$text%f"
    fi
  fi
}

autoload -Uz add-zsh-hook
add-zsh-hook precmd _switchgear_precmd
if [[ ${SWITCHGEAR_PROMPT-} != env && ${RPROMPT-} != *'${switchgear_prompt-}'* ]]; then
  setopt prompt_subst
  RPROMPT="${RPROMPT-}${RPROMPT:+ }"'${switchgear_prompt-}'
fi
