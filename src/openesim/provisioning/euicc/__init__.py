"""The software eUICC: state and functions of the chip."""
