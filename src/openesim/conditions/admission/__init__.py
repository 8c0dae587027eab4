"""The admission gate: may this profile be written for this person into this device, now?"""
