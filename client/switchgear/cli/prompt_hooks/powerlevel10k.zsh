# For powerlevel10k, in ~/.zshrc behind the line that reads ~/.p10k.zsh:
#   eval "$(switchgear prompt init powerlevel10k)"
# It is the segment `switchgear`, last at the right unless your lists of segments name it.

prompt_switchgear() {
  local level='' text='' colour=''
  _switchgear_read
  if [[ -n $text ]]; then
    case $level in warn) colour=yellow ;; fail) colour=red ;; *) colour=8 ;; esac
    p10k segment -s ${(U)level} -f $colour -t ${text//\%/%%}
  fi
}

typeset -ga POWERLEVEL9K_LEFT_PROMPT_ELEMENTS POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS
if [[ " $POWERLEVEL9K_LEFT_PROMPT_ELEMENTS $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS " != *" switchgear "* ]]; then
  POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS+=(switchgear)
fi
