"""The SM-DS: events that tell an LPA which SM-DP+ holds a profile for its chip."""
