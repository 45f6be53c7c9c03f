"""Facts in, findings out: what a rule or a detector says about a run. Pure, and nothing in a run can undo a finding."""
