"""Rule packs: a country's conditions as data, and which of them is in force when."""
