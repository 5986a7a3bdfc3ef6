# Switchgear at the zsh prompt: which model you used last, who serves it, what is left.
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it.

typeset -g _switchgear_file=@FILE@
zmodload -F zsh/datetime p:EPOCHSECONDS
zmodload zsh/mapfile # read byte by byte, as `read` does, it would take twice as long

# Sets the caller's `level` and `text`; both empty where there is nothing to show.
_switchgear_read() {
  emulate -L zsh
  level='' text=''
  local -a parts=("${(@ps:\t:)mapfile[$_switchgear_file]%%$'\n'*}")
  if [[ ${SWITCHGEAR_PROMPT-} != 0 && -O $_switchgear_file && ${#parts} == 3 &&
    $parts[1] == <-> && $parts[1] -ge $EPOCHSECONDS ]]; then
    level=$parts[2] text=${parts[3]/\/100/ %}
  fi
}

