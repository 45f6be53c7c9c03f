"""Into which stretches of time spending is counted, in seconds."""

BUCKET_SECONDS = 300
HOUR_SECONDS = 3600
