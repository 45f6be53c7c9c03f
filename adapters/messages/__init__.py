"""Ways to a run's model: its tmux pane, its session taken up again, its hook; and its log, which shows what arrived."""
