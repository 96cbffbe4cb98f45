# Types each further argument into an interactive zsh that has sourced the completion script $1,
# asks for the list and prints what the terminal showed, ended by a zero byte.
zmodload zsh/zpty
export SCRIPT=$1 TERM=dumb
zpty shell zsh -f -i
shown=""
await() {
  local chunk i
  for i in {1..400}; do
    while zpty -r -t shell chunk; do shown+="$chunk"; done
    [[ $shown == *$1* ]] && return 0
    sleep 0.05
  done
  print -u2 "zsh did not show $1: $shown"
  exit 1
}
zpty -w shell "PS1='PROMPT''> '; autoload -U compinit; compinit -u -D; setopt nolistbeep; LISTMAX=100000; source \$SCRIPT; bindkey -e; bindkey '^T' list-choices; stty cols 160 rows 200"
await "PROMPT> "
sleep 0.2
shift
for line; do
  shown=""
  zpty -w -n shell "$line"$'\C-t'
  sleep 0.3
  zpty -w -n shell $'\C-u'"print END-\$((1+1))"$'\n'
  await END-2
  await "PROMPT> "
  print -rn -- "$shown"$'\0'
done
zpty -d shell
