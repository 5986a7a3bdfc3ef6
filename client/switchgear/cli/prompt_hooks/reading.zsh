# Switchgear at the zsh prompt: which model you used last, who serves it, what is left.
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it.

typeset -g _switchgear_file=@FILE@
zmodload -F zsh/datetime p:EPOCHSECONDS

# Sets the caller's `level` and `text`; both empty where there is nothing to show.
_switchgear_read() {
  emulate -L zsh
  local until=''
  level='' text=''
  if [[ ${SWITCHGEAR_PROMPT-} != 0 && -r $_switchgear_file ]]; then
    { IFS=$'\t' read -r until level text <$_switchgear_file || : } 2>/dev/null
  fi
  if [[ $until != <-> || $until -lt $EPOCHSECONDS ]]; then
    level='' text=''
  fi
  text=${text/\/100/ %}
}

