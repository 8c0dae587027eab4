"""The register of terminals: vendors, models, TACs, chip makers, recalls; imported in bulk, known by heart."""
