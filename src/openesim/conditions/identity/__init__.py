"""Who stands behind a profile: documents by their form, and the case in which a person is verified."""
