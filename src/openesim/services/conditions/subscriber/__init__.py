"""The subscriber's desk: what he may choose, his device, his applications, his lines."""
