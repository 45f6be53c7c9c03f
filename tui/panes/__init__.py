"""What each pane of the detail says, as plain lines of spans: no module here knows the screen."""
