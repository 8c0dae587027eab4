"""Network programs of others: hostapd and osmo-hlr."""
