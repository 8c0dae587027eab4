"""What a country's conditions are kept in: admissions, persons, licences, terminals, plans, accounts, and the ledger."""
