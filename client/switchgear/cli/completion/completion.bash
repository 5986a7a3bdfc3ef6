# The Tab key for switchgear in bash; printed by: switchgear completion bash
# In ~/.bashrc:  eval "$(switchgear completion bash)"
# or once:       switchgear completion bash > ~/.local/share/bash-completion/completions/switchgear
# Builtins only: names are read from a small file that the daemon keeps.

__switchgear_names=@FILE@

__switchgear_about() {
  case $1 in
@TABLE@
    *) options='' values='' places='' ;;
  esac
}

# Adds to COMPREPLY what of the words of spec $1 begins with $2.
__switchgear_offer() {
  local IFS=, kind name one
  for one in $1; do
    case $one in
      @file) compopt -o default 2>/dev/null ;;
      @*)
        if [[ -O $__switchgear_names ]]; then
          while IFS=$'\t' read -r kind name; do
            if [[ $kind == variant && $2 == */* ]]; then kind=model; fi
            if [[ $kind == "${one#@}" && $name == "$2"* ]]; then COMPREPLY+=("$name"); fi
          done <"$__switchgear_names"
        fi
        ;;
      "$2"*) COMPREPLY+=("$one") ;;
    esac
  done
}

_switchgear() {
  local line=${COMP_LINE:0:COMP_POINT} cur='' word='' flag='' spec='' head='' count=0
  local options='' values='' places='' command='' IFS=$' \t\n'
  local -a words=() slots=()
  COMPREPLY=()
  read -ra words <<<"$line" || :
  if [[ $line != *[[:space:]] ]]; then
    cur=${words[${#words[@]} - 1]}
    unset "words[${#words[@]} - 1]"
  fi
  __switchgear_about ''
  for word in "${words[@]:1}"; do
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      if [[ " $values " == *" $word="* ]]; then flag=$word; fi
    elif [[ -z $command ]]; then
      command=$word
      __switchgear_about "$command"
    else
      count=$((count + 1))
    fi
  done
  if [[ -z $flag && $cur == --*=* ]]; then
    flag=${cur%%=*} cur=${cur#*=} head=$flag=
  fi
  if [[ -n $flag ]]; then
    if [[ " $values " == *" $flag="* ]]; then
      spec=" $values "
      spec=${spec#*" $flag="}
      spec=${spec%% *}
    fi
  elif [[ $cur == -* ]]; then
    spec=${options// /,}
  else
    read -ra slots <<<"$places" || :
    if ((${#slots[@]} > 0 && count >= ${#slots[@]})) && [[ ${slots[${#slots[@]} - 1]} == *+ ]]; then
      count=$((${#slots[@]} - 1))
    fi
    spec=${slots[$count]-}
    spec=${spec%+}
    if [[ $spec == - ]]; then spec=''; fi
  fi
  __switchgear_offer "$spec" "$cur"
  # readline's own word begins behind the last : or = where those break words
  cur=$head$cur
  local breaks=''
  if [[ $COMP_WORDBREAKS == *=* ]]; then breaks+='='; fi
  if [[ $COMP_WORDBREAKS == *:* ]]; then breaks+=':'; fi
  if [[ -n $breaks && $cur == *[$breaks]* ]]; then
    local behind=${cur##*[$breaks]}
    local before=${cur%"$behind"} i
    for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
      COMPREPLY[i]=$head${COMPREPLY[i]}
      COMPREPLY[i]=${COMPREPLY[i]#"$before"}
    done
  elif [[ -n $head ]]; then
    COMPREPLY=("${COMPREPLY[@]/#/$head}")
  fi
}

complete -F _switchgear switchgear
