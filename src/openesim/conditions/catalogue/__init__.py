"""What operators offer, as far as the rules care."""
