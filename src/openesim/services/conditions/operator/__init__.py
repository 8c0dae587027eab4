"""The operator's desk: his plans, the counter, orders, subscribers, and what his people did."""
