"""Rule packs: kept, known by heart, put in force, and tried on the past."""
