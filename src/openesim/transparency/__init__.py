"""The record that shows whether anything of it was changed, removed or reordered."""
