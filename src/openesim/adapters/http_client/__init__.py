"""HTTPS towards servers: ES9+ and ES11 as an LPA calls them."""
