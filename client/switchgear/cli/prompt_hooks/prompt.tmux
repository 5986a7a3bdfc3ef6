# Switchgear on the tmux status line. Once:
#   switchgear prompt init tmux > ~/.config/tmux/switchgear.conf
# and in ~/.tmux.conf, behind your own status-right:
#   source-file ~/.config/tmux/switchgear.conf
# A small script of the system's sh, once every status-interval.

set -g @switchgear "#(sh @SCRIPT@ @DIRECTORY@ tmux)"
if -F '#{m:*@switchgear*,#{status-right}}' '' 'set -ag status-right " #{E:@switchgear}"'
if -F '#{e|<:#{status-right-length},120}' 'set -g status-right-length 120' ''
